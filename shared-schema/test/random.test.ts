import assert from "node:assert/strict";
import fc from "fast-check";
import { Random, seedWords } from "../src/index.ts";

const outputs = (random: Random, count: number) => Array.from({ length: count }, () => random.next());

/** sfc32 and splitmix32 as their authors wrote them, in 64-bit arithmetic cut to 32. */
function reference(seed: number, count: number): number[] {
  const cut = (value: bigint) => value & 0xffffffffn;
  let state = BigInt(seed);
  const splitmix = () => {
    state = cut(state + 0x9e3779b9n);
    let mixed = state;
    mixed = cut((mixed ^ (mixed >> 16n)) * 0x21f0aaadn);
    mixed = cut((mixed ^ (mixed >> 15n)) * 0x735a2d97n);
    return mixed ^ (mixed >> 15n);
  };
  let [a, b, c, d] = [splitmix(), splitmix(), splitmix(), 1n];
  const sfc = () => {
    const out = cut(a + b + d);
    d = cut(d + 1n);
    a = b ^ (b >> 9n);
    b = cut(c + (c << 3n));
    c = cut(cut((c << 21n) | (c >> 11n)) + out);
    return out;
  };
  for (let round = 0; round < 12; round++) sfc();
  return Array.from({ length: count }, () => Number(sfc()));
}

describe("Random", () => {
  it("is sfc32 seeded by splitmix32 with twelve rounds thrown away", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), (seed) => {
        assert.deepEqual(outputs(new Random(seedWords(seed)), 20), reference(seed, 20));
      }),
    );
  });

  it("has its whole state in its four words: a copy goes on as the original would", () => {
    const words = seedWords(42);
    const random = new Random(words);
    outputs(random, 1_000);
    for (const word of Object.values(words)) assert.ok(Number.isInteger(word) && word >= 0 && word < 2 ** 32);
    const copy = new Random({ ...words });
    const more = outputs(random, 100);
    assert.deepEqual(outputs(copy, 100), more);
    assert.equal(new Set(more).size, 100);
  });

  it("is the same for the same seed and another for another one", () => {
    assert.deepEqual(outputs(new Random(seedWords(7)), 5), outputs(new Random(seedWords(7)), 5));
    assert.notDeepEqual(outputs(new Random(seedWords(7)), 5), outputs(new Random(seedWords(8)), 5));
  });

  it("stays in its bounds, and reaches all of them evenly (seed 1, 100 000 draws)", () => {
    const random = new Random(seedWords(1));
    const counts = Array.from({ length: 10 }, () => 0);
    let sum = 0;
    for (let draw = 0; draw < 100_000; draw++) {
      counts[random.index(10)]!++;
      const value = random.range(-2, 6);
      assert.ok(value >= -2 && value < 6);
      sum += value;
    }
    assert.ok(Math.max(...counts.map((count) => Math.abs(count - 10_000))) < 400, counts.join());
    assert.ok(Math.abs(sum / 100_000 - 2) < 0.03, String(sum / 100_000));
    assert.equal(random.index(1), 0);
  });

  it("sets each of the 32 bits about half of the time (seed 2, 20 000 draws)", () => {
    const random = new Random(seedWords(2));
    const ones = Array.from({ length: 32 }, () => 0);
    for (let draw = 0; draw < 20_000; draw++) {
      const value = random.next();
      for (let bit = 0; bit < 32; bit++) ones[bit]! += (value >>> bit) & 1;
    }
    for (const [bit, count] of ones.entries()) assert.ok(Math.abs(count - 10_000) < 400, `bit ${bit}: ${count}`);
  });
});
