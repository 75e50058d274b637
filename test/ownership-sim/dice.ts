/** Chance of one world, in words. */
import { Random, seedWords } from "@ninelives/shared-schema";

export class Dice {
  readonly #random: Random;

  constructor(seed: number) {
    this.#random = new Random(seedWords(seed));
  }

  falls(odds: number): boolean {
    return this.#random.range(0, 1) < odds;
  }

  /** A whole number, both ends included. */
  between(from: number, to: number): number {
    return from + this.#random.index(to - from + 1);
  }
}
