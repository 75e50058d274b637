/**
 * The promise of the log, tried on random rooms (random-room.ts).
 *
 * `LOG_CASES=100000` tries more rooms, `LOG_SEED=n` the same ones again.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { caseArb, counts, tryRoom } from "./random-room.ts";

const CASES = Number(process.env.LOG_CASES ?? 2_000);
const SEED = Number(process.env.LOG_SEED ?? 1);

describe("the log of random rooms", () => {
  it(`[LOG1] [LOG11] decodes to the live room at every tick, from every snapshot (${CASES} cases, seed ${SEED})`, function () {
    this.timeout(Math.max(60_000, CASES * 100));
    fc.assert(fc.property(caseArb, tryRoom), {
      numRuns: CASES,
      seed: SEED,
      endOnFailure: process.env.LOG_NO_SHRINK === "1",
    });
    process.stdout.write(
      `      ${CASES} rooms, seed ${SEED}: ${counts.ticks} ticks, a snapshot stood for the patch in ${counts.snapshots} of them\n`,
    );
    assert.ok(counts.snapshots > 0, "no room needed the mirror: then this proves less than it says");
  });
});
