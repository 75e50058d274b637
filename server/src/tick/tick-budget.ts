/**
 * What share of its time a room's steps take, against what it may take: on average over a window, so that one slow step is nothing. Over
 * it for a window it is *named*; for another one it is *held*, for as long as it stays over. It is back *within* when it was well below for
 * a window: what goes up and down around the line does not flap.
 *
 * A step counts for LIMITS.budgetStepMost times its time at most. One that blocked everybody for LIMITS.blockedMs is told by itself.
 */
import { LIMITS } from "@ninelives/shared-schema";

/** Time that code ran, ms: all of it, and the longest piece at once. */
export interface Spent {
  readonly ms: number;
  readonly longestMs: number;
}

export type Standing = "within" | "named" | "held";

export interface TickBudgetOptions {
  /** Share of its time that it may take, 0 to 1. */
  readonly share: number;
  /** There is somebody to protect from it. Asked when a window is over. */
  readonly hurts: () => boolean;
  /** Called when a window is over after which it does not stand within. `was`: before that window. */
  readonly onWindow: (standing: Standing, was: Standing, share: number) => void;
  readonly onBlocked: (costMs: number) => void;
}

export class TickBudget {
  readonly #options: TickBudgetOptions;
  #standing: Standing = "within";
  #share = 0;
  #beganMs: number | undefined;
  #costMs = 0;
  #dueMs = 0;
  #wakes = 0;

  constructor(options: TickBudgetOptions) {
    this.#options = options;
  }

  get standing(): Standing {
    return this.#standing;
  }

  /** In the last window. */
  get share(): number {
    return this.#share;
  }

  /** It took so long until `nowMs`, and had `dueMs` for it. */
  spent({ ms: costMs, longestMs }: Spent, dueMs: number, nowMs: number): void {
    if (longestMs >= LIMITS.blockedMs) this.#options.onBlocked(longestMs);
    this.#beganMs ??= nowMs - dueMs;
    this.#costMs += Math.min(costMs, dueMs * LIMITS.budgetStepMost);
    this.#dueMs += dueMs;
    this.#wakes++;
    if (nowMs - this.#beganMs < LIMITS.budgetWindowMs || this.#wakes < LIMITS.budgetWakes) return;
    this.#share = this.#costMs / this.#dueMs;
    this.#beganMs = undefined;
    this.#costMs = 0;
    this.#dueMs = 0;
    this.#wakes = 0;
    this.#judge();
  }

  #judge(): void {
    const { share, hurts, onWindow } = this.#options;
    const was = this.#standing;
    if (this.#share < share * LIMITS.budgetRelievedAt) this.#standing = "within";
    else if (was !== "within" && !hurts()) this.#standing = "named";
    else if (was !== "held" && this.#share > share) this.#standing = was === "within" ? "named" : "held";
    if (was !== "within" || this.#standing !== "within") onWindow(this.#standing, was, this.#share);
  }
}
