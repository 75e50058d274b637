/** What somebody is told whose wish can be granted in a moment. */
import { LIMITS, NetError } from "@ninelives/shared-schema";

export function busyError(why: string, cause?: unknown): NetError {
  return new NetError("BUSY", why, { retryAfterMs: LIMITS.busyRetryMs }, cause);
}
