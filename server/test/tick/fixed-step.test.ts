/** Which steps are due, for any sequence of wake-ups. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { FixedStep } from "../../src/tick/fixed-step.ts";

const RATES_HZ = [1, 20, 30, 50, 60, 120];
const MAX_STEPS = 5;

describe("fixed step", () => {
  it("[TK1] over any wake-up times steps run + steps dropped = steps due", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...RATES_HZ),
        fc.double({ min: 0, max: 1e7, noNaN: true }),
        fc.array(fc.double({ min: 0, max: 3_000, noNaN: true }), { maxLength: 200 }),
        (tickHz, startMs, waits) => {
          const steps = new FixedStep(tickHz, startMs, MAX_STEPS);
          let nowMs = startMs;
          let counted = 0;
          for (const waitMs of waits) {
            nowMs += waitMs;
            const { run, dropped, latenessMs } = steps.due(nowMs);
            assert.ok(run >= 0 && run <= MAX_STEPS && dropped >= 0 && latenessMs >= 0);
            counted += run + dropped;
          }
          // A wake-up on the very edge may go either way by what a double of this size cannot tell apart.
          const due = (nowMs - startMs) / steps.periodMs;
          assert.ok(
            Math.abs(counted - Math.floor(due)) <= 1 && Math.abs(counted - due) < 1 + 1e-6,
            `${counted} of ${due}`,
          );
        },
      ),
    );
  });

  it("[TK1] a late wake-up is followed by an early one: step n stays due at start + n periods", () => {
    const steps = new FixedStep(50, 1_000, MAX_STEPS);
    assert.equal(steps.nextAtMs, 1_020);
    assert.deepEqual(steps.due(1_033), { run: 1, dropped: 0, latenessMs: 13 });
    assert.equal(steps.nextAtMs, 1_040);
    assert.equal(steps.due(1_039.9).run, 0);
    assert.deepEqual(steps.due(1_040), { run: 1, dropped: 0, latenessMs: 0 });
  });

  it("[TK2] after a stall at most 5 steps run; the others are dropped once, and nothing is run twice", () => {
    const steps = new FixedStep(50, 0, MAX_STEPS);
    assert.deepEqual(steps.due(1_000), { run: 5, dropped: 45, latenessMs: 980 });
    assert.equal(steps.due(1_000).run, 0);
    assert.equal(steps.nextAtMs, 1_020);
  });

  it("[TK2] exactly 5 steps behind drops none", () => {
    assert.deepEqual(new FixedStep(50, 0, MAX_STEPS).due(100), { run: 5, dropped: 0, latenessMs: 80 });
  });

  it("[TK3] a time that goes back yields no steps and costs none", () => {
    const steps = new FixedStep(50, 10_000, MAX_STEPS);
    assert.equal(steps.due(10_020).run, 1);
    assert.deepEqual(steps.due(4_000), { run: 0, dropped: 0, latenessMs: 0 });
    assert.equal(steps.due(10_040).run, 1);
  });
});
