/** When attempts to come back are made: the schedule, its chance, and a server's word that wins over it. */
import assert from "node:assert/strict";
import { LIMITS, Random, seedWords } from "@ninelives/shared-schema";
import fc from "fast-check";
import { Backoff, type BackoffOptions } from "../../src/connection/backoff.ts";

const never = 0;
const always = 1 - Number.EPSILON;

function delays(count: number, random: () => number, options: BackoffOptions = {}): number[] {
  const backoff = new Backoff(options, random);
  return Array.from({ length: count }, () => backoff.next());
}

function seeded(seed: number): () => number {
  const chance = new Random(seedWords(seed));
  return () => chance.range(0, 1);
}

describe("backoff", () => {
  it("[CL3] the first attempt comes 0 to 200 ms after the drop", () => {
    assert.equal(delays(1, () => never)[0], 0);
    assert.ok(Math.abs(delays(1, () => always)[0]! - 200) < 1e-9);
    for (let seed = 1; seed <= 200; seed++) {
      const [firstMs] = delays(1, seeded(seed));
      assert.ok(firstMs! >= 0 && firstMs! < 200, `seed ${seed}: ${firstMs}`);
    }
  });

  it("[CL3] then 1 s, doubling, at most 30 s", () => {
    const middle = delays(9, () => 0.5);
    assert.deepEqual(middle, [100, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
  });

  it("[CL3] each is spread by 20 % to both sides, and by no more", () => {
    const plain = [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000];
    const soon = delays(8, () => never).slice(1);
    const late = delays(8, () => always).slice(1);
    for (const [index, delayMs] of plain.entries()) {
      assert.ok(Math.abs(soon[index]! - 0.8 * delayMs) < 1e-6, `${soon[index]}`);
      assert.ok(Math.abs(late[index]! - 1.2 * delayMs) < 1e-6, `${late[index]}`);
    }
    for (let seed = 1; seed <= 200; seed++) {
      for (const [index, delayMs] of delays(8, seeded(seed)).slice(1).entries()) {
        assert.ok(
          delayMs >= 0.8 * plain[index]! && delayMs < 1.2 * plain[index]!,
          `seed ${seed}, attempt ${index + 2}`,
        );
      }
    }
  });

  it("[CL3] after a reset the next attempt is a first one", () => {
    const backoff = new Backoff({}, () => 0.5);
    for (let attempt = 1; attempt <= 5; attempt++) {
      backoff.next();
      assert.equal(backoff.attempt, attempt);
    }
    backoff.reset();
    assert.deepEqual([backoff.attempt, backoff.next(), backoff.attempt], [0, 100, 1]);
  });

  it("[CL3] two clients that lost one server do not knock in step", () => {
    const [ada, bob] = [delays(8, seeded(1)), delays(8, seeded(2))];
    for (const [index, delayMs] of ada.entries()) assert.notEqual(delayMs, bob[index], `attempt ${index + 1}`);
    assert.deepEqual(delays(8, seeded(1)), ada, "one seed, one schedule");
  });

  it("[CL3] a thousand clients of a server that went down come back spread over the whole window", () => {
    const firsts = Array.from({ length: 1_000 }, (_, seed) => delays(1, seeded(seed + 1))[0]!);
    const tenths = Array.from(
      { length: 10 },
      (_, tenth) => firsts.filter((ms) => Math.floor(ms / 20) === tenth).length,
    );
    assert.ok(Math.min(...tenths) > 50 && Math.max(...tenths) < 160, String(tenths));
  });

  it("[CL3] full jitter, by choice: uniform in 0 to the delay", () => {
    const options = { jitter: "full" } as const;
    assert.deepEqual(
      delays(4, () => 0.5, options),
      [100, 500, 1_000, 2_000],
    );
    assert.deepEqual(
      delays(3, () => never, options),
      [0, 0, 0],
    );
    const thirds = Array.from({ length: 300 }, (_, seed) => delays(3, seeded(seed + 1), options)[2]!);
    assert.ok(Math.min(...thirds) < 100 && Math.max(...thirds) > 1_900 && Math.max(...thirds) < 2_000);
  });

  it("[CL3] a server's retry-after-ms wins: never sooner, at most a fifth later, and it counts as an attempt", () => {
    const soon = new Backoff({}, () => never);
    assert.deepEqual([soon.next(5_000), soon.next(), soon.next(10)], [5_000, 800, 10]);
    const late = new Backoff({}, () => always);
    assert.ok(Math.abs(late.next(5_000) - 6_000) < 1e-6);
    assert.equal(late.attempt, 1);
  });

  it("[MOV4] attempts in quick succession are 100 to 200 ms apart, are counted, and take no step of the schedule", () => {
    const chance = seeded(1);
    const backoff = new Backoff({ jitter: 0 }, chance);
    backoff.next();
    const soon = Array.from({ length: 50 }, () => backoff.soon());
    assert.ok(Math.min(...soon) >= 100 && Math.max(...soon) < 200);
    assert.ok(Math.max(...soon) - Math.min(...soon) > 80, "spread");
    assert.deepEqual([backoff.attempt, backoff.next(), backoff.next(), backoff.attempt], [51, 1_000, 2_000, 53]);
  });

  it("[CL3] a hint that is no number above 0 is none, and a hint of days is an hour", () => {
    for (const hint of [undefined, 0, -1, Number.NaN]) assert.equal(new Backoff({}, () => 0.5).next(hint), 100);
    assert.equal(new Backoff({}, () => never).next(1e12), LIMITS.retryAfterMsMax);
  });

  it("[CL3] whatever the options, a delay is finite, not negative, and within cap and jitter", () => {
    const options = fc.record({
      fastMs: fc.nat({ max: 10_000 }),
      baseMs: fc.integer({ min: 1, max: 500 }),
      factor: fc.double({ min: 1, max: 100, noNaN: true }),
      capMs: fc.integer({ min: 500, max: LIMITS.retryAfterMsMax }),
      jitter: fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constant("full" as const)),
    });
    fc.assert(
      fc.property(options, fc.integer({ min: 1, max: 1e6 }), (given, seed) => {
        const most = given.capMs * (given.jitter === "full" ? 1 : 1 + given.jitter);
        const [first, ...rest] = delays(200, seeded(seed), given);
        assert.ok(first! >= 0 && first! <= given.fastMs);
        for (const delayMs of rest) assert.ok(delayMs >= 0 && delayMs <= most, `${delayMs}`);
      }),
      { numRuns: 50 },
    );
  });

  it("[CL3] an option out of range is named: field, expected, got", () => {
    const wrong: [object, RegExp][] = [
      [{ fastMs: -1 }, /backoff\.fastMs: a number from 0 to 3600000 expected, -1 got/],
      [{ baseMs: 0 }, /backoff\.baseMs: a number from 1 to 30000 expected, 0 got/],
      [{ baseMs: 2_000, capMs: 1_000 }, /backoff\.baseMs: a number from 1 to 1000 expected, 2000 got/],
      [{ factor: 0.5 }, /backoff\.factor: a number from 1 to 100 expected, 0\.5 got/],
      [{ capMs: Infinity }, /backoff\.capMs: a number from 1 to 3600000 expected, Infinity got/],
      [{ jitter: 2 }, /backoff\.jitter: a number from 0 to 1 or "full" expected, 2 got/],
      [{ jitter: "half" }, /backoff\.jitter: .* expected, "half" got/],
      [{ openMs: 0 }, /backoff\.openMs: a number from 1 to 3600000 expected, 0 got/],
      [{ fastMs: NaN }, /backoff\.fastMs: .* NaN got/],
    ];
    for (const [options, message] of wrong) {
      assert.throws(
        () => new Backoff(options as BackoffOptions, () => 0),
        (error) => error instanceof RangeError && message.test(error.message),
        JSON.stringify(options),
      );
    }
  });
});
