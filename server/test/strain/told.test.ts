/** What an operator sees of a host's strain: log, metrics and endpoints of a real host, on a clock moved by hand. */
import assert from "node:assert/strict";
import { LIMITS } from "@ninelives/shared-schema";
import { type Stepped, startStepped } from "../../../test/support/stepped.ts";
import { HandStrain } from "../../../test/support/strained.ts";

interface Line {
  readonly level: number | string;
  readonly msg: string;
  readonly from?: string;
  readonly to?: string;
  readonly strain?: number;
  readonly loop?: number;
  readonly calmMs?: number;
}

describe("what is told of strain", () => {
  const strain = new HandStrain();
  let world: Stepped;
  before(async () => {
    world = await startStepped({ usage: strain.usage });
  });
  after(() => world.host.stop());

  const json = async (path: string) => (await (await fetch(world.host.url + path)).json()) as Record<string, unknown>;
  const taken = async (rung: string) => world.host.metric(`ninelives_strain_rung{rung="${rung}"}`);
  const lines = () =>
    world.host
      .logText()
      .split("\n")
      .filter((text) => / strain/.test(text))
      .map((text) => JSON.parse(text) as Line);

  it("[DG9] /readyz, /dev/rooms and the metrics name what was given up; /readyz is 503 at the last rung alone", async () => {
    assert.deepEqual(await json("/readyz"), { ready: true });
    assert.equal((await json("/dev/rooms")).strain, null);
    await strain.to("nearest-interest", world);
    assert.deepEqual(await json("/readyz"), { ready: true, strain: "nearest-interest" });
    assert.equal((await json("/dev/rooms")).strain, "nearest-interest");
    assert.equal(await world.host.metric("ninelives_strain"), LIMITS.strain.nearestInterestAt);
    assert.deepEqual(
      await Promise.all(["half-patches", "nearest-interest", "refuse-joins"].map(taken)),
      [1, 1, 0],
      "what was given up before is still",
    );
    await strain.to("refuse-rooms", world);
    assert.deepEqual(await json("/readyz"), { ready: false, why: "it is over its budget", strain: "refuse-rooms" });
    assert.equal((await fetch(`${world.host.url}/readyz`)).status, 503);
    assert.equal((await fetch(`${world.host.url}/healthz`)).status, 200);
  });

  it("[DG9] the log has one line for each change: from, to, and what was measured", async () => {
    await strain.to("none", world);
    const told = lines();
    assert.equal(told.length, 12, told.map(({ msg }) => msg).join("\n"));
    assert.match(told[0]!.msg, /^under strain: patches leave every second tick$/);
    const { from, to, strain: share, loop, calmMs } = told[0]!;
    const { nearestInterestAt: at, calmMs: calm } = LIMITS.strain;
    assert.deepEqual([from, to, share, loop, calmMs], ["none", "half-patches", at, at, calm]);
    assert.deepEqual(
      told.map((line) => [line.from, line.to].join(" -> ")),
      [
        "none -> half-patches",
        "half-patches -> third-patches",
        "third-patches -> near-interest",
        "near-interest -> nearest-interest",
        "nearest-interest -> refuse-joins",
        "refuse-joins -> refuse-rooms",
        "refuse-rooms -> refuse-joins",
        "refuse-joins -> nearest-interest",
        "nearest-interest -> near-interest",
        "near-interest -> third-patches",
        "third-patches -> half-patches",
        "half-patches -> none",
      ],
    );
    assert.match(told.at(-1)!.msg, /^less strain/);
  });
});
