/**
 * Asks another process over HTTP whether it can reach the store. With Node's own client: `fetch` is loaded at its first use, which would
 * be in the moment somebody may have died, and takes a good part of the time there is for an answer.
 */
import { get } from "node:http";
import { json } from "node:stream/consumers";
import { LIMITS } from "@ninelives/shared-schema";
import type { Peers } from "./ports.ts";

/** Where a process says so. */
export const STORE_PATH = "/store";

/** What another process says of the store. */
export interface StoreAnswer {
  readonly reachable: boolean;
  /** Since the store answered it last, ms. undefined: it does not say. */
  readonly quietMs: number | undefined;
}

/** `inner`: `host:port`. Rejects when no answer comes in time. */
export async function askPeer(inner: string, answerMs: number = LIMITS.peerAnswerMs): Promise<StoreAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const signal = AbortSignal.timeout(answerMs);
  get(`http://${inner}${STORE_PATH}`, { agent: false, signal }, (answer) => resolve(json(answer))).once(
    "error",
    reject,
  );
  const { reachable, quietMs } = (await promise) as { readonly reachable?: unknown; readonly quietMs?: unknown };
  return { reachable: reachable === true, quietMs: typeof quietMs === "number" ? quietMs : undefined };
}

/** Other processes, as a keeper asks them. */
export const peers: Peers = {
  canReachStore: async (inner) => (await askPeer(inner)).reachable,
  async quietMs(inner) {
    const { quietMs } = await askPeer(inner);
    if (quietMs === undefined) throw new Error(`the process at ${inner} does not say when the store answered it`);
    return quietMs;
  },
};
