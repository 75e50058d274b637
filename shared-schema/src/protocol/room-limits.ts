/** How much of its process a room may be, and how often it may fail: a part of LIMITS (limits.ts). */
export const ROOM_LIMITS = {
  /** Ticks in a row that may fail before a room begins anew from its log; and one that does so again so soon is set aside, ms. */
  failuresInRow: 2,
  failsAgainMs: 60_000,
  /** Lines of a log a second for what the code of rooms of one type throws, whatever room and place. The others are counted. */
  faultLines: 32,
  /** Share of its time that a room's steps may take: default and minimum. */
  tickBudget: 0.5,
  tickBudgetMin: 0.05,
  /**
   * It is judged on average over so long, ms, and so many wake-ups; one that took many times its time counts for so many times only. A
   * room over its budget is within it again below this share of it.
   */
  budgetWindowMs: 5_000,
  budgetWakes: 10,
  budgetStepMost: 4,
  budgetRelievedAt: 0.7,
  /** Of so many steps that are due a room that is held back makes one. */
  heldEvery: 2,
  /** A room that was taken over so lately is not moved on for its budget, ms. */
  movedAgainMs: 60_000,
  /** A wake-up of a room that takes so long is named: nothing else ran in its process meanwhile, ms. */
  blockedMs: 1_000,
} as const;
