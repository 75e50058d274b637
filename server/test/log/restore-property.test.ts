/**
 * The promise of a restore, tried on random rooms (random-restore.ts).
 *
 * `RESTORE_CASES=100000` tries more rooms, `RESTORE_SEED=n` the same ones again.
 */
import fc from "fast-check";
import { restoreArb, tryRestore } from "./random-restore.ts";

const CASES = Number(process.env.RESTORE_CASES ?? 500);
const SEED = Number(process.env.RESTORE_SEED ?? 1);

describe("random rooms with a new owner", () => {
  it(`[RS1] are rebuilt as they were, under the ids their clients know, and clients follow them (${CASES} cases, seed ${SEED})`, function () {
    this.timeout(Math.max(60_000, CASES * 100));
    fc.assert(fc.property(restoreArb, tryRestore), { numRuns: CASES, seed: SEED });
  });
});
