/** Whom a verified token names: a player over all of its sessions. */

/** `client.auth` of a player who showed a token, unless the room's own `onAuth` gave something else. Plain data. */
export interface Account {
  /** The token's `sub`. */
  readonly userId: string;
  /** All that the token says, verified: `exp` is when it runs out, s since 1970. Those of the join, also when a newer token was shown. */
  readonly claims: Readonly<Record<string, unknown>>;
}

/** What a seat keeps of the newest token of its player. Times in ms since 1970. */
export interface SeatAccount {
  readonly userId: string;
  readonly tokenIssuedMs: number;
  readonly tokenEndsMs: number;
}

/** A token that does not say when it was issued counts as an old one. */
export function seatAccount({ userId, claims: { iat, exp } }: Account): SeatAccount {
  return { userId, tokenIssuedMs: msOf(iat), tokenEndsMs: msOf(exp) };
}

function msOf(seconds: unknown): number {
  return typeof seconds === "number" ? seconds * 1_000 : 0;
}
