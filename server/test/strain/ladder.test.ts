/** How far down a host goes, and when it comes up again: for any strain at all, and for the one it brings about itself. */
import assert from "node:assert/strict";
import { LIMITS } from "@ninelives/shared-schema";
import fc from "fast-check";
import { Ladder } from "../../src/strain/ladder.ts";
import { NO_RELIEF, reliefOf, type Rung, rungsOf } from "../../src/strain/rungs.ts";

const TIMES = { stepMs: 2_000, calmMs: 5_000 };
const SETTINGS = {
  ...TIMES,
  halfPatchesAt: 0.8,
  thirdPatchesAt: 0.84,
  nearInterestAt: 0.87,
  nearestInterestAt: 0.9,
  refuseJoinsAt: 0.93,
  refuseRoomsAt: 0.95,
};
const RUNGS = rungsOf(SETTINGS);
const names = (rungs: readonly Rung[]) => rungs.map(({ name }) => name);

/** One look a second at the same strain; answers with how many rungs it is down then. */
function looks(ladder: Ladder, clock: { nowMs: number }, strain: number, seconds: number): number {
  for (let second = 0; second < seconds; second++) ladder.look(strain, (clock.nowMs += 1_000));
  return ladder.taken.length;
}

interface Look {
  readonly strain: number;
  readonly gapMs: number;
}

describe("the ladder of a host", () => {
  it("[DG1] one thing after the other is given up while strain lasts, in this order", () => {
    const clock = { nowMs: 0 };
    const ladder = new Ladder(RUNGS, TIMES, 0);
    const seen = [];
    for (let step = 0; step < 8; step++) {
      assert.equal(looks(ladder, clock, 1, 1), Math.min(step, 6), "not in one look");
      looks(ladder, clock, 1, 1);
      seen.push(ladder.taken.at(-1)!.name);
    }
    assert.deepEqual(seen.slice(0, 6), names(RUNGS));
    assert.deepEqual(names(RUNGS), [
      "half-patches",
      "third-patches",
      "near-interest",
      "nearest-interest",
      "refuse-joins",
      "refuse-rooms",
    ]);
    assert.deepEqual(seen.slice(6), ["refuse-rooms", "refuse-rooms"], "there is nothing below");
  });

  it("[DG1] it goes no further down than its strain asks for, and a look in between that says otherwise counts", () => {
    const clock = { nowMs: 0 };
    const ladder = new Ladder(RUNGS, TIMES, 0);
    assert.equal(looks(ladder, clock, SETTINGS.nearInterestAt, 60), 3);
    looks(ladder, clock, 0.9, 1);
    looks(ladder, clock, 0.89, 1);
    assert.equal(looks(ladder, clock, 0.9, 1), 3);
    assert.equal(looks(ladder, clock, 0.9, 1), 4);
  });

  it("[DG1] what a rung gives up holds on all below it; those with `false` are left out", () => {
    const reliefs = RUNGS.map((_, last) => reliefOf(RUNGS.slice(0, last + 1)));
    assert.deepEqual(reliefOf([]), NO_RELIEF);
    assert.deepEqual(
      reliefs.map(({ patchEvery, interest, takesPlayers, makesRooms }) =>
        [patchEvery, interest, takesPlayers, makesRooms].join(" "),
      ),
      [
        "2 1 true true",
        "3 1 true true",
        "3 0.75 true true",
        "3 0.5 true true",
        "3 0.5 false true",
        "3 0.5 false false",
      ],
    );
    const some = rungsOf({ ...SETTINGS, thirdPatchesAt: false, refuseJoinsAt: false });
    assert.deepEqual(names(some), ["half-patches", "near-interest", "nearest-interest", "refuse-rooms"]);
    assert.deepEqual(reliefOf(some), { patchEvery: 2, interest: 0.5, takesPlayers: true, makesRooms: false });
  });

  it("[DG2] up again one by one, each after it has been calm for long enough; a little better is not calm", () => {
    const clock = { nowMs: 0 };
    const ladder = new Ladder(RUNGS, TIMES, 0);
    assert.equal(looks(ladder, clock, 1, 12), 6);
    assert.equal(looks(ladder, clock, SETTINGS.refuseRoomsAt - LIMITS.strainSlack, 600), 6);
    assert.equal(looks(ladder, clock, 0, 4), 6);
    assert.equal(looks(ladder, clock, 0, 1), 5);
    assert.equal(looks(ladder, clock, 0, 4), 5);
    assert.equal(looks(ladder, clock, 0.9, 1), 5, "calm begins anew");
    assert.equal(looks(ladder, clock, 0, 4), 5);
    assert.equal(looks(ladder, clock, 0, 21), 0);
  });

  it("[DG2] a process that stood still for long is one rung further down, not several", () => {
    const ladder = new Ladder(RUNGS, TIMES, 0);
    assert.equal(ladder.look(1, 60_000), true);
    assert.equal(ladder.taken.length, 1);
  });

  it("[DG2] where giving up is what makes it calm, it is tried again more and more seldom", () => {
    const clock = { nowMs: 0 };
    const ladder = new Ladder(RUNGS, TIMES, 0);
    let changes = 0;
    for (let second = 0; second < 600; second++) {
      const strain = ladder.taken.length > 0 ? 0.4 : 0.82;
      if (ladder.look(strain, (clock.nowMs += 1_000))) changes++;
    }
    // 5, 10, 20, 40 s, and 80 s each after that; without patience a change every 3.5 s.
    assert.ok(changes >= 10 && changes <= 2 * (4 + 525 / 82 + 1), `${changes} changes in ten minutes`);
    assert.equal(ladder.calmMs, LIMITS.strainPatienceMax * TIMES.calmMs);
    assert.equal(looks(ladder, clock, 0, 80 + LIMITS.strainRelapseMs / 1_000), 0);
    assert.equal(looks(ladder, clock, 0.82, 2), 1);
    assert.equal(ladder.calmMs, TIMES.calmMs, "what happens later is no relapse");
  });

  it("[DG1] [DG2] whatever strain does: one rung at a time, in order, never before its time, and always at it", () => {
    const times = fc.record({
      stepMs: fc.integer({ min: 1_000, max: 6_000 }),
      calmMs: fc.integer({ min: 1_000, max: 9_000 }),
    });
    const series = fc.array(
      fc.record({
        strain: fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0, 0.5, 0.6, 0.82, 0.94, 1)),
        gapMs: fc.oneof(
          { weight: 5, arbitrary: fc.constant(1_000) },
          { arbitrary: fc.integer({ min: 1, max: 9_000 }), weight: 1 },
        ),
        times: fc.integer({ min: 1, max: 20 }),
      }),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(times, series, (limits, drawn) => {
        const all = drawn.flatMap(({ times: often, ...look }) => Array.from({ length: often }, () => look));
        checkMoves(limits, all);
      }),
      { numRuns: 300 },
    );
  });
});

/** Follows a ladder with what the rules say of every look, reckoned anew each time. */
function checkMoves({ stepMs, calmMs }: typeof TIMES, all: readonly Look[]): void {
  const ladder = new Ladder(RUNGS, { stepMs, calmMs }, 0);
  let [nowMs, changes] = [0, 0];
  /** Looks since the last change; when the time that each speaks for began. */
  let since: { readonly fromMs: number; readonly strain: number }[] = [];
  for (const { strain, gapMs } of all) {
    since.push({ fromMs: nowMs, strain });
    nowMs += gapMs;
    const before = ladder.taken;
    const patientMs = ladder.calmMs;
    const [next, last] = [RUNGS[before.length], before.at(-1)];
    const lasted = (says: (strain: number) => boolean) => {
      const run = since.slice(since.findLastIndex((look) => !says(look.strain)) + 1);
      return run.length === 0 ? 0 : nowMs - run[0]!.fromMs;
    };
    const isDue = next !== undefined && lasted((at) => at >= next.enterAt) >= stepMs;
    const isOver = last !== undefined && lasted((at) => at < last.leaveAt) >= patientMs;
    const hasMoved = ladder.look(strain, nowMs);
    const depth = before.length + (isDue ? 1 : isOver ? -1 : 0);
    assert.equal(hasMoved, depth !== before.length);
    assert.deepEqual(names(ladder.taken), names(RUNGS.slice(0, depth)));
    assert.ok(ladder.calmMs >= calmMs && ladder.calmMs <= LIMITS.strainPatienceMax * calmMs);
    if (!hasMoved) continue;
    changes++;
    since = [];
  }
  assert.ok(changes <= RUNGS.length + (2 * nowMs) / calmMs, `${changes} changes in ${nowMs} ms`);
}
