/** What an attack got, counted by what came back: a status, `opened`, `closed`. */
export type Outcome = Record<string, number>;

/** Whose address attackers have: loopback, as everybody here, but not the one that is exempt from limits. */
export const ATTACKER = "127.0.0.2";

export function count(outcome: Outcome, what: string): void {
  outcome[what] = (outcome[what] ?? 0) + 1;
}

/** In words: `200 x 200, 1800 x 429`. */
export function said(outcome: Outcome): string {
  const parts = Object.entries(outcome).map(([what, times]) => `${times} x ${what}`);
  return parts.length === 0 ? "not over in time" : parts.join(", ");
}
