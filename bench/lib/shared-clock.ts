/** Time that processes of one machine agree on, ms: monotonic, so that no adjustment of the wall clock falls between two readings. */
export function sharedNowMs(): number {
  return Number(process.hrtime.bigint() / 1_000n) / 1_000;
}
