/** What share of its time a room's steps take, and when that is too much. Time is a number here. */
import assert from "node:assert/strict";
import { LIMITS } from "@ninelives/shared-schema";
import { describe, it } from "mocha";
import { type Standing, TickBudget } from "../../src/tick/tick-budget.ts";

const PERIOD_MS = 50;
const WINDOW_WAKES = LIMITS.budgetWindowMs / PERIOD_MS;

function budget(share: number, hurts = () => true) {
  let nowMs = 0;
  const told: string[] = [];
  const blocked: number[] = [];
  const made = new TickBudget({
    share,
    hurts,
    onWindow: (standing: Standing, was: Standing) => told.push(`${was} ${standing}`),
    onBlocked: (costMs) => blocked.push(costMs),
  });
  return {
    told,
    blocked,
    standing: () => made.standing,
    share: () => made.share,
    /** So many wake-ups of one step, each of which took so long. */
    run: (wakes: number, costMs: number): void => {
      for (let wake = 0; wake < wakes; wake++) {
        nowMs += Math.max(PERIOD_MS, costMs);
        made.spent({ ms: costMs, longestMs: costMs }, PERIOD_MS, nowMs);
      }
    },
  };
}

describe("the budget of a room's steps", () => {
  it("[TK25] over it for a window it is named, for another one held, and told again while it is", () => {
    const { run, told, share } = budget(0.5);
    run(WINDOW_WAKES, 24);
    assert.deepEqual(told, []);
    run(WINDOW_WAKES, 30);
    assert.deepEqual([told, share()], [["within named"], 0.6]);
    run(WINDOW_WAKES, 30);
    run(2 * WINDOW_WAKES, 30);
    assert.deepEqual(told.slice(1), ["named held", "held held", "held held"]);
  });

  it("[TK25] one slow step in a window is nothing, however slow", () => {
    const { run, told, blocked } = budget(0.5);
    run(20, 10);
    run(1, 4_000);
    run(20, 10);
    run(WINDOW_WAKES, 10);
    assert.deepEqual([told, blocked], [[], [4_000]]);
  });

  it("[TK25] a room that never keeps its time is over it at any share", () => {
    const { run, told } = budget(1);
    run(2 * WINDOW_WAKES, 60);
    assert.deepEqual(told.slice(0, 2), ["within named", "named held"]);
  });

  it("[TK27] it is within again when it was well below for a window, and not before", () => {
    const { run, told, standing } = budget(0.5);
    run(2 * WINDOW_WAKES, 30);
    run(WINDOW_WAKES, 50 * 0.5 * (LIMITS.budgetRelievedAt + 0.05));
    assert.equal(standing(), "held");
    run(WINDOW_WAKES, 50 * 0.5 * (LIMITS.budgetRelievedAt - 0.05));
    assert.deepEqual([standing(), told.at(-1)], ["within", "held within"]);
    run(3 * WINDOW_WAKES, 24);
    assert.equal(told.at(-1), "held within");
  });

  it("[TK31] one that hurts nobody is named and not held; when it does, it is; when it does not any more, it is let go", () => {
    let hurts = false;
    const { run, told, standing } = budget(0.5, () => hurts);
    run(3 * WINDOW_WAKES, 30);
    assert.equal(standing(), "named");
    hurts = true;
    run(WINDOW_WAKES, 30);
    assert.equal(standing(), "held");
    hurts = false;
    run(WINDOW_WAKES, 30);
    assert.deepEqual([standing(), told.at(-1)], ["named", "held named"]);
  });

  it("[TK30] a step that takes a second or more is told with how long it took", () => {
    const { run, blocked } = budget(0.5);
    run(1, LIMITS.blockedMs - 1);
    run(1, LIMITS.blockedMs);
    assert.deepEqual(blocked, [LIMITS.blockedMs]);
  });

  it("[TK30] many short pieces that take as long together are told as nothing", () => {
    const blocked: number[] = [];
    const made = new TickBudget({
      share: 1,
      hurts: () => true,
      onWindow: () => {},
      onBlocked: (ms) => blocked.push(ms),
    });
    made.spent({ ms: 2 * LIMITS.blockedMs, longestMs: LIMITS.blockedMs / 2 }, 4 * LIMITS.blockedMs, 5_000);
    assert.deepEqual(blocked, []);
  });
});
