/**
 * Ticks of a room that failed, one after the other: one may be bad luck, a row of them is the room, or what this process made of it. A
 * tick fails when its step throws, or when no patch can be made of what it did; what such a tick has to say is not said.
 */
import { LIMITS } from "@ninelives/shared-schema";

export class Failures {
  readonly #onFailing: () => void;
  #steps = 0;
  #patches = 0;
  #isUnpatched = false;
  #isOn = false;
  #isFailing = false;

  /** `onFailing`: called once, when LIMITS.failuresInRow ticks in a row have failed, or {@link failed} was called. */
  constructor(onFailing: () => void) {
    this.#onFailing = onFailing;
  }

  /** The room is open: before that whoever wants it is told. */
  begin(): void {
    this.#steps = 0;
    this.#patches = 0;
    this.#isUnpatched = false;
    this.#isOn = true;
  }

  /** Nothing of the room is written any more. */
  get isFailing(): boolean {
    return this.#isFailing;
  }

  /** A step is over. */
  stepped(hasThrown: boolean): void {
    this.#steps = hasThrown ? this.#steps + 1 : 0;
    if (this.#steps >= LIMITS.failuresInRow) this.failed();
  }

  /** The patch that is being made threw, or could not be written down. */
  unpatched(): void {
    this.#isUnpatched = true;
  }

  get isUnpatched(): boolean {
    return this.#isUnpatched;
  }

  /** Patch and log are done with for this tick. */
  published(): void {
    this.#patches = this.#isUnpatched ? this.#patches + 1 : 0;
    this.#isUnpatched = false;
    if (this.#patches >= LIMITS.failuresInRow) this.failed();
  }

  /** What this process has of the room cannot be trusted. */
  failed(): void {
    if (!this.#isOn || this.#isFailing) return;
    this.#isFailing = true;
    this.#onFailing();
  }
}
