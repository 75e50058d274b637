/**
 * Seeded chance whose whole state is four numbers, so that it can lie in a room's memory and go on after a restore.
 * sfc32 by Chris Doty-Humphrey (PractRand), seeded by splitmix32.
 */

/** Four whole numbers of 32 bits: a plain object, or a schema instance in a room's memory. */
export interface RandomWords {
  a: number;
  b: number;
  c: number;
  d: number;
}

export class Random {
  readonly #words: RandomWords;

  /** `words` is read and written in place: hand over memory, and the log carries the state. */
  constructor(words: RandomWords) {
    this.#words = words;
  }

  /** A whole number, uniform in [0, 2^32). */
  next(): number {
    const words = this.#words;
    const { b, c, d } = words;
    const sum = (words.a + b + d) >>> 0;
    words.d = (d + 1) >>> 0;
    words.a = (b ^ (b >>> 9)) >>> 0;
    words.b = (c + (c << 3)) >>> 0;
    words.c = (((c << 21) | (c >>> 11)) + sum) >>> 0;
    return sum;
  }

  /** Uniform in [min, max), 32 bits fine. */
  range(min: number, max: number): number {
    return min + (max - min) * (this.next() / 4_294_967_296);
  }

  /** A whole number, uniform in [0, count). `count` ≥ 1. */
  index(count: number): number {
    return Math.floor(this.range(0, count));
  }
}

/** The state a seed begins with; the first twelve outputs are thrown away, as the generator's author advises. */
export function seedWords(seed: number): RandomWords {
  let state = seed >>> 0;
  const splitmix = () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
  const words = { a: splitmix(), b: splitmix(), c: splitmix(), d: 1 };
  const random = new Random(words);
  for (let round = 0; round < 12; round++) random.next();
  return words;
}
