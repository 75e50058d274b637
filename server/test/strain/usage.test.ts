/** What counts as strain, and how a room paces its patches: reckoned, without a host. */
import assert from "node:assert/strict";
import { LIMITS } from "@ninelives/shared-schema";
import { PatchPace } from "../../src/strain/patch-pace.ts";
import { Lateness, strainOf, usageMeter } from "../../src/strain/usage.ts";

describe("strain", () => {
  const { refuseRoomsAt } = LIMITS.strain;
  const near = (got: number, expected: number) => assert.ok(Math.abs(got - expected) < 1e-9, `${got}, not ${expected}`);

  it("[DG3] is the highest of the loop's, the ticks' and the heap's, from 0 to 1", () => {
    assert.equal(strainOf({ loop: 0.3, heap: 0.1 }), 0.3);
    assert.equal(strainOf({ loop: 0.3, heap: 0.1, late: 0.6 }), 0.6);
    assert.equal(strainOf({ loop: 0, heap: 0 }), 0);
    assert.equal(strainOf({ loop: 1.2, heap: 1 }), 1);
  });

  it("[DG3] a heap counts once it is nearly full, and then as much as a busy loop", () => {
    near(strainOf({ loop: 0, heap: LIMITS.heapFullAt }), refuseRoomsAt);
    near(strainOf({ loop: 0, heap: LIMITS.heapRelievedAt }), refuseRoomsAt - LIMITS.strainSlack);
    assert.equal(strainOf({ loop: 0, heap: 0.5 }), 0);
  });

  it("[DG3] lateness is the mean of all rooms' ticks, each a period at most; one that was dropped is a whole one", () => {
    const lateness = new Lateness();
    assert.equal(lateness.take(), 0, "nothing ticked");
    for (let tick = 0; tick < 8; tick++) lateness.ticked({ steps: 1, dropped: 0, latenessMs: 2, costMs: 1 }, 20);
    near(lateness.take(), 0.1);
    lateness.ticked({ steps: 3, dropped: 0, latenessMs: 50, costMs: 1 }, 20);
    near(lateness.take(), (1 + 1 + 0.5) / 3);
    lateness.ticked({ steps: 1, dropped: 3, latenessMs: 0, costMs: 1 }, 20);
    near(lateness.take(), 0.75);
    assert.equal(lateness.take(), 0, "it begins anew each time");
  });

  it("[DG3] this process's own is measured: shares, of the time since the last look", () => {
    const lateness = new Lateness();
    const measure = usageMeter(lateness);
    lateness.ticked({ steps: 1, dropped: 0, latenessMs: 30, costMs: 1 }, 20);
    const usage = measure();
    assert.equal(usage.late, 1);
    for (const share of Object.values(usage)) assert.ok(share >= 0 && share <= 1, JSON.stringify(usage));
    assert.equal(measure().late, 0);
  });
});

describe("the pace of a room's patches", () => {
  const sentIn = (tickHz: number, every: number, ticks: readonly number[]) => {
    const pace = new PatchPace(tickHz, () => every);
    return ticks.filter((tick) => pace.isDue(tick));
  };
  const twelve = Array.from({ length: 12 }, (_, place) => place + 1);

  it("[DG4] every tick, every second, every third", () => {
    assert.deepEqual(sentIn(30, 1, twelve), twelve);
    assert.deepEqual(sentIn(30, 2, twelve), [2, 4, 6, 8, 10, 12]);
    assert.deepEqual(sentIn(30, 3, twelve), [3, 6, 9, 12]);
    assert.deepEqual(sentIn(30, 3, [1, 4, 6, 7, 12]), [4, 7, 12], "a wake-up may bring several ticks");
  });

  it("[DG4] a room never falls below ten patches a second by it", () => {
    assert.deepEqual(sentIn(10, 3, twelve), twelve);
    assert.deepEqual(sentIn(19, 3, twelve), twelve);
    assert.deepEqual(sentIn(20, 3, twelve), [2, 4, 6, 8, 10, 12]);
    assert.deepEqual(sentIn(1, 3, twelve), twelve);
  });

  it("[DG4] what is owed is known, and one that was sent in between counts", () => {
    const pace = new PatchPace(30, () => 3);
    assert.equal(pace.isOwed, false);
    assert.equal(pace.isDue(1), false);
    assert.equal(pace.isOwed, true);
    pace.sent(1);
    assert.equal(pace.isOwed, false);
    assert.deepEqual(
      [2, 3, 4].filter((tick) => pace.isDue(tick)),
      [4],
    );
  });
});
