/**
 * Whether a seat may be come back to as far as the player's token goes: one that has run out is followed by a newer one, which is shown
 * before the next attempt. If that does not do either, nor the one after it, the seat is lost.
 *
 *   fine -> (the server says that it has run out) due -> shown -> in the room: fine
 *                                                          +----> run out again: due once more, then no
 */
import { CloseReason, type NetError } from "@ninelives/shared-schema";
import type { Failure } from "./attempt.ts";

/** Tokens shown for one return: an owner that died with the first may not have kept it for the next owner. */
const SHOWN_IN_A_ROW = 2;

export interface PassHooks {
  /** Shows the server a newer token. Rejects with a NetError. */
  readonly renew: () => Promise<void>;
  /** It was taken. */
  readonly shown: () => void;
  /** It was not. `mayTryAgain`: nobody said no. */
  readonly failed: (failure: Failure, mayTryAgain: boolean) => void;
}

export class Pass {
  #isDue = false;
  /** Since the room let the player in. */
  #shown = 0;
  #showing: Promise<void> | undefined;

  /** The server says that it has run out. false: that is so of newer ones, too. */
  expired(): boolean {
    this.#isDue = this.#shown < SHOWN_IN_A_ROW;
    return this.#isDue;
  }

  get isDue(): boolean {
    return this.#isDue;
  }

  show({ renew, shown, failed }: PassHooks): void {
    const showing = renew();
    this.#showing = showing;
    showing.then(
      () => {
        if (this.#showing !== showing) return;
        this.#isDue = false;
        this.#shown++;
        shown();
      },
      ({ code, message, recoverable, details }: NetError) => {
        if (this.#showing !== showing) return;
        const { retryAfterMs } = details as { readonly retryAfterMs?: number };
        const text = retryAfterMs === undefined ? message : CloseReason.retryAfter(retryAfterMs);
        failed({ kind: "closed", code, text }, recoverable);
      },
    );
  }

  /** What is being shown is heard of no more. */
  letGo(): void {
    this.#showing = undefined;
  }

  /** The room let the player in. */
  entered(): void {
    this.#shown = 0;
  }
}
