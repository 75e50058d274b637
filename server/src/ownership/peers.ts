/**
 * Asks another process over HTTP whether it can reach the store. With Node's own client: `fetch` is loaded at its first use, which would
 * be in the moment somebody may have died, and takes a good part of the time there is for an answer.
 */
import { get } from "node:http";
import { json } from "node:stream/consumers";
import { LIMITS } from "@ninelives/shared-schema";

/** Where a process says so. */
export const STORE_PATH = "/store";

/** `inner`: `host:port`. Rejects when no answer comes in time. */
export async function askPeer(inner: string, answerMs: number = LIMITS.peerAnswerMs): Promise<boolean> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const signal = AbortSignal.timeout(answerMs);
  get(`http://${inner}${STORE_PATH}`, { agent: false, signal }, (answer) => resolve(json(answer))).once(
    "error",
    reject,
  );
  const { reachable } = (await promise) as { readonly reachable?: unknown };
  return reachable === true;
}
