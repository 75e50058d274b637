/** Real keepers, logs and outboxes in worlds of processes that die, over a store and a network that one seed rules. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "mocha";
import { failureOf } from "../support/sim/report.ts";
import { runSeeds } from "./pool.ts";
import { add, NOTHING } from "./report.ts";
import { HAPPENINGS } from "./storm.ts";
import { runWorld, type WorldReport } from "./world.ts";

const WORLDS = 2_000;
const THREADS = 2;
/** Any: what is found by it is what all seeds promise. */
const SEED = 7;

describe("simulated processes", function () {
  this.timeout(600_000);

  it(`[SIM4] ${WORLDS} worlds: one owner in an epoch, nothing answered is lost or early, everyone is served, whatever died`, async () => {
    let counts = NOTHING;
    const failures: string[] = [];
    await runSeeds({ first: 1, worlds: WORLDS }, THREADS, (judged) => {
      counts = add(counts, judged.counts);
      if (judged.faults.length > 0) failures.push(failureOf(judged.seed, judged.faults, "ownership"));
    });
    assert.deepEqual(failures, []);
    const rare = HAPPENINGS.filter((name) => counts[name] < WORLDS / 20);
    assert.deepEqual(rare, [], JSON.stringify(counts));
    const isWild = counts.answered > WORLDS * 50 && counts.restores > WORLDS && counts.freezes > WORLDS / 4;
    assert.ok(isWild, JSON.stringify(counts));
  });

  it("[SIM4] one seed decides everything: the same world twice is the same to the last event, also beside others", async () => {
    const first = await runWorld(SEED);
    const [second] = await Promise.all([runWorld(SEED), runWorld(SEED + 1), runWorld(SEED + 2)]);
    assert.equal(digestOf(second), digestOf(first));
    assert.notEqual(digestOf(await runWorld(SEED + 1)), digestOf(first));
    assert.ok(first.history.players[0]!.told.length > 0);
  });
});

function digestOf({ faults, history, lines, troubles, calmMs }: WorldReport): string {
  const { store, steps, players, states } = history;
  const told = players.map(({ issued, epochs, ...player }) => ({ issued, epochs, told: player.told }));
  const ran = [...states].map(([roomId, lists]) => [roomId, [...lists]]);
  const whole = { faults, store, steps, told, ran, lines, troubles, calmMs };
  return createHash("sha256").update(JSON.stringify(whole)).digest("hex");
}
