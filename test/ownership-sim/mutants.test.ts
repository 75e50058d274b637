/** Each fault that is put in on purpose has to be found by the checker; one that is not would mean that it, or the storm, looks away. */
import assert from "node:assert/strict";
import { afterEach, describe, it } from "mocha";
import { Keeper } from "../../server/src/ownership/keeper.ts";
import { mutate, restoreAll } from "../support/mutate.ts";
import { forgottenOwner } from "./forgotten-owner.ts";
import { MUTANTS, SEEDS } from "./mutants.ts";
import { runWorld, type WorldShape } from "./world.ts";

/** The first fault that looks like it; the empty text when there is none. */
async function hunt(said: RegExp, first: number, shape: WorldShape): Promise<string> {
  for (let seed = first; seed < first + SEEDS; seed++) {
    const { faults } = await runWorld(seed, shape);
    const found = faults.find((fault) => said.test(fault));
    if (found !== undefined) return found;
  }
  return "";
}

describe("mutants of ownership", function () {
  this.timeout(60_000);
  afterEach(restoreAll);

  for (const mutant of MUTANTS) {
    const { what, said, from, troubles } = mutant;
    const shape = troubles === undefined ? {} : { troubles };
    const weather = troubles === undefined ? "worlds" : `worlds of ${troubles.join(", ")}`;
    it(`[SIM5] ${what}: found within ${SEEDS} ${weather}`, async () => {
      mutant.breed();
      assert.match(await hunt(said, from, shape), said);
    });
  }

  it("[SIM5] a process that is told of a later epoch does not step down: found in a world told step by step", async () => {
    mutate(Keeper.prototype, "heardEpoch", () => undefined);
    const { faults } = await (await forgottenOwner()).finish();
    assert.match(faults.join("\n"), /is not served/);
  });
});
