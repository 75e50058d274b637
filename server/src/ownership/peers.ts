/** Asks another process over HTTP whether it can reach the store. */
import { LIMITS } from "@ninelives/shared-schema";

/** Where a process says so. */
export const STORE_PATH = "/store";

/** `inner`: `host:port`. Rejects when no answer comes in LIMITS.peerAnswerMs. */
export async function askPeer(inner: string): Promise<boolean> {
  const answer = await fetch(`http://${inner}${STORE_PATH}`, { signal: AbortSignal.timeout(LIMITS.peerAnswerMs) });
  const { reachable } = (await answer.json()) as { readonly reachable?: unknown };
  return reachable === true;
}
