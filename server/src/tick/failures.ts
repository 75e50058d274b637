/** Steps of a room that threw, one after the other: one may be bad luck, a row of them is the room. */
import { LIMITS } from "@ninelives/shared-schema";

export class Failures {
  readonly #onRow: () => void;
  #inRow = 0;

  /** `onRow`: called once, when LIMITS.failuresInRow steps in a row have thrown. */
  constructor(onRow: () => void) {
    this.#onRow = onRow;
  }

  /** A step is over. */
  stepped(hasThrown: boolean): void {
    if (!hasThrown) this.#inRow = 0;
    else if (++this.#inRow === LIMITS.failuresInRow) this.#onRow();
  }
}
