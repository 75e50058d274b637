/** Accounts and the tokens that name them: a part of LIMITS (limits.ts). What is refused is counted in `ninelives_refused_total`. */
export const ACCOUNT_LIMITS = {
  /** A token, and the account it names, characters. A longer one is UNAUTHORIZED. What it says in all: seatAuthChars. */
  tokenChars: 8 * 1024,
  userIdChars: 200,
  /** The shortest secret that tokens may be signed with, bytes, and the shortest token of an operator, characters: else no start. */
  authSecretBytes: 32,
  operatorTokenChars: 16,
  /** How far the clocks of whoever gives out tokens and of a host may be apart, s. */
  tokenToleranceSeconds: 5,
  /**
   * The keys that tokens are signed with: longest wait for them, ms, and their size, bytes; beyond either they count as not there, and who
   * needs them is BUSY. How long they are kept without being fetched anew, and while that fails; and how often they are asked for at
   * most, whatever keys tokens name, ms.
   */
  keySetMs: 3_000,
  keySetBytes: 256 * 1024,
  keySetKeptMs: 600_000,
  keySetKeptAtMostMs: 3_600_000,
  keySetCoolMs: 10_000,
  /** Accounts whose joins are counted each for itself. The others are counted as one. */
  accountsCounted: 100_000,
  /** How often it is looked whose token has run out, ms. */
  accountLookMs: 1_000,
  /** Accounts that were signed out, and how long their earlier tokens are refused, ms. At the cap the oldest are forgotten. */
  signOuts: 100_000,
  signOutMs: 86_400_000,
} as const;
