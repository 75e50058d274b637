/**
 * Whether a seat may be come back to as far as the player's token goes: one that has run out is followed by a newer one, which is shown
 * before the next attempt. If that does not do either, the seat is lost.
 *
 *   fine -> (the server says that it has run out) due -> shown -> in the room: fine
 *                                                          +----> run out again: no
 */
import { CloseReason, type NetError } from "@ninelives/shared-schema";
import type { Failure } from "./attempt.ts";

export interface PassHooks {
  /** Shows the server a newer token. Rejects with a NetError. */
  readonly renew: () => Promise<void>;
  /** It was taken. */
  readonly shown: () => void;
  /** It was not. `mayTryAgain`: nobody said no. */
  readonly failed: (failure: Failure, mayTryAgain: boolean) => void;
}

export class Pass {
  #state: "fine" | "due" | "shown" = "fine";
  #showing: Promise<void> | undefined;

  /** The server says that it has run out. false: that is so of the newer one, too. */
  expired(): boolean {
    if (this.#state === "shown") return false;
    this.#state = "due";
    return true;
  }

  get isDue(): boolean {
    return this.#state === "due";
  }

  show({ renew, shown, failed }: PassHooks): void {
    const showing = renew();
    this.#showing = showing;
    showing.then(
      () => {
        if (this.#showing !== showing) return;
        this.#state = "shown";
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
    this.#state = "fine";
  }
}
