import assert from "node:assert/strict";
import { drawMs, makeProfile, PRESETS, type PresetName, type ProfileFields } from "../../src/impair/profile.ts";

describe("impairment profile", () => {
  it("[IMP2] flat fields hold for both directions, a direction's own go before, the rest impairs nothing", () => {
    const clear = { delayMs: 0, jitterMs: 0, bytesPerSecond: Infinity, stallEveryMs: 0, stallMs: 0 };
    assert.deepEqual(makeProfile({ delayMs: 20, down: { delayMs: 5, bytesPerSecond: 9_000 }, cutEveryMs: 700 }), {
      up: { ...clear, delayMs: 20 },
      down: { ...clear, delayMs: 5, bytesPerSecond: 9_000 },
      cutEveryMs: 700,
      holeEveryMs: 0,
      holeMs: 0,
    });
  });

  it("[IMP2] every preset is a good profile, and clean impairs nothing", () => {
    for (const name of Object.keys(PRESETS) as PresetName[]) makeProfile(name);
    assert.deepEqual(makeProfile("clean"), makeProfile({}));
    const { holeEveryMs, holeMs, ...rest } = makeProfile("tunnel");
    assert.deepEqual({ holeEveryMs, holeMs }, { holeEveryMs: [20_000, 40_000], holeMs: [2_000, 15_000] });
    assert.deepEqual({ ...rest, holeEveryMs: 0, holeMs: 0 }, makeProfile("clean"));
  });

  const wrong: readonly (readonly [string, unknown, string])[] = [
    ["a negative delay", { delayMs: -1 }, "up.delayMs: a number from 0 to 60000 expected, -1 got"],
    [
      "a delay that is no number",
      { down: { delayMs: NaN } },
      "down.delayMs: a number from 0 to 60000 expected, NaN got",
    ],
    ["a text", { jitterMs: "5" }, 'up.jitterMs: a number from 0 to 60000 expected, "5" got'],
    ["a dead line", { bytesPerSecond: 0 }, "up.bytesPerSecond: a number from 1000 to Infinity expected, 0 got"],
    [
      "stalls all the time",
      { stallEveryMs: 1, stallMs: 5 },
      "up.stallEveryMs: ms from 10 to 600000, or a rising pair of them expected, 1 got",
    ],
    [
      "stalls of no length",
      { up: { stallEveryMs: 50 } },
      "up.stallMs: ms from 1 to 600000, or a rising pair of them expected, 0 got",
    ],
    [
      "a stall that never comes",
      { down: { stallMs: 5 } },
      "down.stallEveryMs: a time for stallMs to come again after expected, 0 got",
    ],
    [
      "a falling pair",
      { holeEveryMs: [40, 20], holeMs: 5 },
      "holeEveryMs: ms from 10 to 600000, or a rising pair of them expected, [40,20] got",
    ],
    [
      "three of a pair",
      { cutEveryMs: [20, 30, 40] },
      "cutEveryMs: ms from 10 to 600000, or a rising pair of them expected, [20,30,40] got",
    ],
    [
      "a field nobody knows",
      { lossPercent: 3 },
      'lossPercent: one of delayMs, jitterMs, bytesPerSecond, stallEveryMs, stallMs expected, "lossPercent" got',
    ],
    ["a preset nobody knows", "5g", 'profile: one of clean, wifi, lte, 3g, tunnel, phone-all-day expected, "5g" got'],
  ];
  for (const [what, profile, message] of wrong) {
    it(`[IMP2] ${what} is refused with field, expected and got`, () => {
      assert.throws(() => makeProfile(profile as ProfileFields), { name: "RangeError", message });
    });
  }

  it("[IMP2] a span is a time, or one drawn from a range", () => {
    assert.equal(
      drawMs(30, () => 0.9),
      30,
    );
    assert.deepEqual(
      [0, 0.5].map((chance) => drawMs([10, 20], () => chance)),
      [10, 15],
    );
  });
});
