/**
 * The incarnation number a new owner takes: above every earlier one, and at least the wall clock in ms, so that a store that
 * went back in time cannot make two owners carry the same number.
 */
export function nextEpoch(previousEpoch: number, wallMs: number): number {
  return Math.max(previousEpoch + 1, Math.floor(wallMs));
}
