/** Real rooms and real clients over a network that one seed rules. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "mocha";
import { add, failureOf, NOTHING } from "../support/sim/report.ts";
import { runWorld, SMALL, type WorldReport } from "../support/sim/world.ts";

const WORLDS = 300;
/** Any: what is found by it is what all seeds promise. */
const SEED = 7;

describe("a simulated world", function () {
  this.timeout(60_000);

  it(`[SIM1] ${WORLDS} worlds: no command lost or run twice, no event lost, repeated or early, whatever the network did`, async () => {
    let counts = NOTHING;
    for (let seed = 1; seed <= WORLDS; seed++) {
      const report = await runWorld(seed, SMALL);
      assert.deepEqual(report.faults, [], failureOf(seed, report.faults));
      counts = add(counts, report.counts);
    }
    const { answered, cuts, reloads, tabs, freezes } = counts;
    const isWild =
      answered > WORLDS * 50 && cuts > WORLDS && reloads > WORLDS && tabs > WORLDS / 3 && freezes > WORLDS / 3;
    assert.ok(isWild, JSON.stringify(counts));
  });

  it("[SIM1] one seed decides everything: the same world twice is the same to the last event", async () => {
    const first = await runWorld(SEED, SMALL);
    await runWorld(SEED + 1, SMALL);
    const second = await runWorld(SEED, SMALL);
    assert.equal(digestOf(second), digestOf(first));
    assert.ok(first.counts.answered > 0);
  });
});

/** Of everything but the session ids, which are the server's chance. */
function digestOf({ counts, server, seats }: WorldReport): string {
  const ran = server.applied.map(({ key, outcome }) => ({ key, outcome }));
  const told = server.emitted.map(({ id, mark, to }) => ({ id, mark, to: to.size }));
  const pages = seats.flatMap((seat) => seat.pages);
  const whole = { counts, ran, told, pages: pages.map(({ issued, heard, end }) => ({ issued, heard, end })) };
  return createHash("sha256").update(JSON.stringify(whole)).digest("hex");
}
