/**
 * The public keys of whoever gives out the tokens, fetched when they are needed and kept.
 *
 *   none yet, or too old -> who comes waits for them, all for the same fetch; one that fails is BUSY: come again
 *   kept for a while     -> fetched anew on the side, and the old ones count meanwhile
 *   a key that is new    -> fetched anew, at most every LIMITS.keySetCoolMs: tokens can name keys as they like
 *
 * A fetch that failed is not made again before that time either: the joins of a whole crowd cost one.
 */
import { LIMITS } from "@ninelives/shared-schema";
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from "jose";
import { busyError } from "../matchmaking/busy.ts";
import type { Clock } from "../tick/clock.ts";

export interface KeySetOptions {
  readonly url: string;
  readonly clock: Clock;
  /** Told of the first fetch in a row that failed. */
  readonly onAway: (error: Error) => void;
  /** Told of the first after it that did not. */
  readonly onBack: () => void;
}

export class KeySet {
  readonly #options: KeySetOptions;
  #keys: ReturnType<typeof createLocalJWKSet> | undefined;
  #fetchedMs = Number.NEGATIVE_INFINITY;
  #triedMs = Number.NEGATIVE_INFINITY;
  #fetching: Promise<void> | undefined;
  #isAway = false;

  constructor(options: KeySetOptions) {
    this.#options = options;
  }

  /** The key a token names. Rejects with BUSY when it may be there and cannot be had, and as `jose` does for one that is not. */
  readonly keyOf: JWTVerifyGetKey = async (header, token) => {
    const nowMs = this.#options.clock.now();
    if (nowMs >= this.#fetchedMs + LIMITS.keySetKeptAtMostMs) await this.#fetch();
    else if (nowMs >= this.#fetchedMs + LIMITS.keySetKeptMs) this.#fetch().catch(() => {});
    try {
      return await this.#keys!(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      if (this.#fetching === undefined && this.#isCool && !this.#isAway) throw error;
      await this.#fetch();
      return this.#keys!(header, token);
    }
  };

  /** It was tried a moment ago. */
  get #isCool(): boolean {
    return this.#options.clock.now() < this.#triedMs + LIMITS.keySetCoolMs;
  }

  #fetch(): Promise<void> {
    if (this.#fetching !== undefined) return this.#fetching;
    if (this.#isAway && this.#isCool) return Promise.reject(away());
    this.#triedMs = this.#options.clock.now();
    this.#fetching = this.#load().finally(() => (this.#fetching = undefined));
    return this.#fetching;
  }

  async #load(): Promise<void> {
    const { url, clock, onAway, onBack } = this.#options;
    const patience = new AbortController();
    const late = clock.after(LIMITS.keySetMs, () => patience.abort(new Error(`no answer in ${LIMITS.keySetMs} ms`)));
    try {
      this.#keys = createLocalJWKSet(await read(url, patience.signal));
      this.#fetchedMs = clock.now();
      if (this.#isAway) onBack();
      this.#isAway = false;
    } catch (error) {
      if (!this.#isAway) onAway(error as Error);
      this.#isAway = true;
      throw away(error);
    } finally {
      late.cancel();
    }
  }
}

async function read(url: string, signal: AbortSignal): Promise<JSONWebKeySet> {
  const answer = await fetch(url, { signal, redirect: "error", headers: { accept: "application/json" } });
  if (answer.status !== 200) {
    await answer.body?.cancel();
    throw new Error(`200 expected, ${answer.status} got`);
  }
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of answer.body ?? []) {
    bytes += part.length;
    if (bytes > LIMITS.keySetBytes) throw new Error(`at most ${LIMITS.keySetBytes} bytes expected`);
    parts.push(part);
  }
  return JSON.parse(Buffer.concat(parts).toString("utf8")) as JSONWebKeySet;
}

function away(cause?: unknown): Error {
  return busyError("the keys that tokens are signed with cannot be fetched now", cause);
}
