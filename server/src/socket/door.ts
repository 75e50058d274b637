/**
 * Where a socket belongs that asks for a room: here, at another process, or nowhere. While nobody knows, because the process that had
 * the room is dead and the next one is not ready, the socket waits: a player who was told "gone" would not come again.
 *
 * Bounds: LIMITS.whereaboutsMs for each, LIMITS.heldSockets for all. Beyond either: come again.
 */
import type { EventEmitter } from "node:events";
import type { IncomingMessage } from "node:http";
import { CloseReason, CODES, GREETING_PARAM, LIMITS, tokenAmong } from "@ninelives/shared-schema";
import type { Logger } from "../inspect/logger.ts";
import type { Refusal } from "../session/greetings.ts";
import type { Clock } from "../tick/clock.ts";

/** Another process, that has the room. */
export interface Elsewhere {
  readonly processId: string;
  /** Where players reach it: `host:port`, or `:port` on the host whose name they use. */
  readonly address: string;
  /** Where other processes reach it: `host:port`. */
  readonly inner: string;
}

/** `gone`: nobody has it, and nobody will. `later`: that is not known yet. */
export type Found = "here" | "gone" | "later" | Elsewhere;

/** Knows where rooms are. */
export interface Whereabouts {
  /** May take its time while that can change; `signal`: nobody waits for the answer any more. */
  where(roomId: string, signal: AbortSignal): Promise<Found>;
}

/** What a process knows of the others. */
export interface Others extends Whereabouts {
  /** Where each of them takes players, this one among them: `host:port` or `:port`. */
  doors(): readonly string[];
}

/** When a socket comes again that found too many others waiting, ms. */
const CROWDED_RETRY_MS = 1_000;
/** As the transport reads it. */
const ROOM_PATH = /\/[\w-]+\/([\w-]+)$/;

/** What a socket asks for, as its request says. */
export interface Asked {
  /** undefined: no room. */
  readonly roomId: string | undefined;
  /** Our client, which understands where it is sent; a stock one does not. */
  readonly isOurs: boolean;
}

/** undefined for an address that cannot be read. */
export function askedBy({ url = "/" }: IncomingMessage): Asked | undefined {
  const asked = URL.parse(`ws://server${url}`);
  if (asked === null) return undefined;
  return { roomId: ROOM_PATH.exec(asked.pathname)?.[1], isOurs: asked.searchParams.has(GREETING_PARAM) };
}

/** Puts a token that our client said in a header where a stock one says it, and everybody looks for it. */
export function readToken(request: IncomingMessage): void {
  const token = tokenAmong(request.headers["sec-websocket-protocol"]);
  if (token === undefined) return;
  const { pathname, searchParams } = new URL(request.url ?? "/", "ws://server");
  searchParams.set("reconnectionToken", token);
  request.url = `${pathname}?${searchParams}`;
}

/** What the socket is told that may not come in here; undefined for one that may. A room that is gone is Colyseus's to explain. */
export function farewell(found: Found | "crowded", isOurs: boolean): Refusal | undefined {
  if (found === "here" || found === "gone") return undefined;
  const { MOVED, MAY_TRY_RECONNECT } = CODES;
  if (typeof found === "object" && isOurs) return { code: MOVED.code, reason: CloseReason.moved(found.address) };
  const reason = found === "crowded" ? CloseReason.retryAfter(CROWDED_RETRY_MS) : "";
  return { code: MAY_TRY_RECONNECT.code, reason };
}

export class Door {
  readonly #whereabouts: Whereabouts;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #held = new Set<AbortController>();
  #isClosed = false;

  constructor(whereabouts: Whereabouts, clock: Clock, logger: Logger) {
    this.#whereabouts = whereabouts;
    this.#clock = clock;
    this.#logger = logger;
  }

  /** Sockets that wait. */
  get held(): number {
    return this.#held.size;
  }

  /** `asker`: says with `close` that it is gone. Never rejects. */
  async find(roomId: string, asker: EventEmitter): Promise<Found | "crowded"> {
    if (this.#isClosed) return "later";
    if (this.#held.size >= LIMITS.heldSockets) return "crowded";
    const waiting = new AbortController();
    const { signal } = waiting;
    const end = () => waiting.abort();
    const timer = this.#clock.after(LIMITS.whereaboutsMs, end);
    const over = new Promise<"later">((resolve) => signal.addEventListener("abort", () => resolve("later")));
    asker.once("close", end);
    this.#held.add(waiting);
    try {
      return await Promise.race([this.#whereabouts.where(roomId, signal), over]);
    } catch (error) {
      this.#logger.error({ err: error, roomId }, "where a room is could not be found out");
      return "later";
    } finally {
      this.#held.delete(waiting);
      asker.off("close", end);
      timer.cancel();
      end();
    }
  }

  /** Whoever waits is told to come again, and so is everybody from now on. */
  close(): void {
    this.#isClosed = true;
    for (const waiting of this.#held) waiting.abort();
  }
}
