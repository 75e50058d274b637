/** What nobody caught, in a real process: it is put down to the room whose it is, and every other one plays on. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { connect, type Room } from "@ninelives/client";
import { ROOT } from "../support/main-process.ts";
import { Rogue, type Stray, STRAYS } from "../support/rogue.ts";
import { until } from "../support/until.ts";
import { Solo } from "./solo.ts";

type Player = Room<typeof Rogue>;

const names = Object.keys(STRAYS) as Stray[];
const rejections = names.filter((what) => what.includes("rejection"));
const exceptions = names.filter((what) => !what.includes("rejection"));

describe("what nobody caught", function () {
  this.timeout(60_000);
  let solo: Solo;
  let healthy: Player;
  before(async () => {
    solo = await Solo.start(join(ROOT, "test/support/rogue.config.ts"));
    healthy = await connect(solo.url).create(Rogue, {});
  });
  after(() => solo.stop());
  afterEach(async function () {
    if (this.currentTest?.state === "failed") process.stdout.write(solo.said());
    assert.equal(solo.host.hasEnded(), false, "the process lives");
    assert.equal(healthy.connection.state, "CONNECTED");
    await steps(healthy, 5);
  });

  async function faults(where: string, type = "rogue"): Promise<number> {
    const text = await (await fetch(`${solo.url}/metrics`)).text();
    const line = `ninelives_faults_total{type="${type}",where="${where}"} `;
    return Number(
      text
        .split("\n")
        .find((other) => other.startsWith(line))
        ?.slice(line.length) ?? 0,
    );
  }

  function steps(room: Player, more: number): Promise<unknown> {
    const from = room.state.steps;
    return until(`${more} steps`, () => room.state.steps >= from + more);
  }

  const lines = (...words: string[]) =>
    solo
      .said()
      .split("\n")
      .filter((line) => words.every((word) => line.includes(word)));

  const begunAnew = ({ roomId }: Player) => lines("it begins anew from its log", roomId).length;

  for (const what of rejections) {
    it(`[TK21] ${what} is named with its room, counted, and that is all`, async () => {
      const rogue = await connect(solo.url).create(Rogue, {});
      const { epoch } = rogue;
      const before = await faults("unhandledRejection");
      await rogue.command("start", { what });
      await until("it to be counted", async () => (await faults("unhandledRejection")) === before + 1);
      assert.equal(lines(`"where":"unhandledRejection"`, rogue.roomId).length, 1);
      await steps(rogue, 5);
      assert.deepEqual([rogue.epoch, begunAnew(rogue)], [epoch, 0]);
      await rogue.leave();
    });
  }

  for (const what of exceptions) {
    it(`[TK22] ${what}: its room begins anew from its log, its player stays in`, async () => {
      const rogue = await connect(solo.url).create(Rogue, {});
      const { epoch, sessionId } = rogue;
      await rogue.command("add", {});
      const before = await faults("uncaughtException");
      await rogue.command("start", { what });
      await until("the room to begin anew", () => rogue.epoch > epoch && rogue.connection.state === "CONNECTED");
      assert.ok((await faults("uncaughtException")) > before);
      assert.ok(lines(`"where":"uncaughtException"`, rogue.roomId).length > 0);
      assert.deepEqual(await rogue.command("add", {}), { count: 2 });
      assert.equal(rogue.sessionId, sessionId);
      // What an earlier instance of the room left running is not the room's any more.
      const { epoch: now } = rogue;
      await steps(rogue, 20);
      assert.deepEqual([rogue.epoch, begunAnew(rogue)], [now, 1]);
      await rogue.leave();
    });
  }

  it("[TK22] the second time within a minute its match is over with ROOM_FAILED, its log kept and readable", async () => {
    const rogue = await connect(solo.url).create(Rogue, {});
    const { epoch, roomId } = rogue;
    await rogue.command("add", {});
    void rogue.command("start", { what: "a timer" }).catch(() => {});
    await until("the room to begin anew", () => rogue.epoch > epoch && rogue.connection.state === "CONNECTED");
    void rogue.command("start", { what: "a timer" }).catch(() => {});
    await until("the end of it", () => rogue.connection.state === "DISCONNECTED");
    assert.equal((rogue.connection.detail as { reason?: string }).reason, "ROOM_FAILED");
    const log = [join(ROOT, "server/src/inspect/log-cli.ts"), roomId, "--json"];
    const { stdout } = await promisify(execFile)(process.execPath, log, {
      env: { ...process.env, NINELIVES_DIR: solo.dir },
    });
    const { type, lastTick, damage } = JSON.parse(stdout) as { type: string; lastTick: number; damage: unknown[] };
    assert.deepEqual([type, damage], ["rogue", []]);
    assert.ok(lastTick > 0);
  });

  it("[TK22] a throw of no room is the host's: named, counted, and no room begins anew for it", async () => {
    const { epoch } = healthy;
    const begun = lines("it begins anew from its log").length;
    solo.host.kill("SIGUSR2");
    await until("it to be counted", async () => (await faults("uncaughtException", "host")) === 1);
    assert.equal(lines("a throw of nobody's", "of no room").length, 1);
    await steps(healthy, 5);
    assert.deepEqual([healthy.epoch, lines("it begins anew from its log").length], [epoch, begun]);
  });
});
