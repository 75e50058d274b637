/**
 * What one host takes from everybody, and from one address, before it does any work for it: connections, requests for a seat, seats
 * that nobody takes. Beyond a limit the answer is TOO_MANY (429), beyond what the host has in all BUSY (503), each with when to come
 * again.
 *
 *   connection -> counted -> (too many) its first request is answered so, and it is closed
 *   request    -> whose is it? behind a listed proxy: the address the proxy says
 *
 * A school or a phone carrier has many players behind one address: the defaults are for a thousand of them, and what is refused may
 * come again within seconds. Counts are this process's own; a seat in a room of another process counts until it runs out.
 */
import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { LIMITS, NetError } from "@ninelives/shared-schema";
import type { Logger } from "../inspect/logger.ts";
import type { Metrics } from "../inspect/metrics.ts";
import { busyError } from "../matchmaking/busy.ts";
import type { Clock } from "../tick/clock.ts";
import { AddressBook, type AddressCounts, nextToRunOut } from "./address-book.ts";
import { type Addressed, type ClientAddresses, countedAs } from "./client-addresses.ts";
import { type HostLimits, Ranges } from "./settings.ts";

/** What was refused, as the metric's `type` has it. */
export type Refusing = "http" | "socket";

export interface GateOptions {
  readonly limits: HostLimits;
  readonly addresses: ClientAddresses;
  readonly clock: Clock;
  readonly metrics: Pick<Metrics, "refused">;
  readonly logger: Pick<Logger, "warn">;
}

export class Gate {
  readonly #options: GateOptions;
  readonly #book: AddressBook;
  readonly #exempt: Ranges;
  #open = 0;
  /** Connections beyond a limit that wait to be told so. */
  readonly #refused = new Map<Socket, NetError>();
  /** Session of a promised seat -> whose it counts as. */
  readonly #seats = new Map<string, AddressCounts>();

  constructor(options: GateOptions) {
    this.#options = options;
    this.#book = new AddressBook(options.limits);
    this.#exempt = new Ranges(options.limits.exempt);
  }

  /** A TCP connection is there. */
  connected(socket: Socket): void {
    const { limits, addresses } = this.#options;
    this.#open++;
    socket.once("close", () => this.#open--);
    const counts = addresses.isProxy(socket) ? undefined : this.#countsOf({ headers: {}, socket });
    if (counts !== undefined) this.#countOpen(counts, socket);
    const error =
      this.#open > limits.connections
        ? busyError("this host has as many connections as it takes")
        : counts && this.#mayConnect(counts);
    if (error !== undefined) this.#refuseSoon(socket, error);
  }

  /** Why nothing is answered over this connection; undefined: it is one of those that fit. */
  refusalOf(request: IncomingMessage, what: Refusing): NetError | undefined {
    const error = this.#refused.get(request.socket);
    if (error !== undefined) this.refused(request, what, error);
    return error;
  }

  /** The same of a request that wants to be a socket: from here on one behind a proxy counts as its client's. */
  openSocket(request: IncomingMessage): NetError | undefined {
    const { addresses } = this.#options;
    const before = this.refusalOf(request, "socket");
    if (before !== undefined || !addresses.isProxy(request.socket)) return before;
    const counts = this.#countsOf(request);
    if (counts === undefined) return undefined;
    this.#countOpen(counts, request.socket);
    const error = this.#mayConnect(counts);
    if (error !== undefined) this.refused(request, "socket", error);
    return error;
  }

  /**
   * Asks for a seat with what `read` gives. Rejects with TOO_MANY when this address asks too often, or leaves too many seats untaken.
   * Of one address LIMITS.asksAtOnce are under way, so that a crowd of it takes no more than its share of a moment. `isNew`: not one
   * that is held for its player anyway.
   */
  async seat<B, T>(
    request: IncomingMessage,
    read: () => Promise<B>,
    ask: (body: B) => Promise<T>,
    isNew = true,
  ): Promise<T> {
    const counts = this.#countsOf(request);
    if (counts === undefined) return ask(await read());
    const error = this.#mayAsk(counts);
    if (error !== undefined) {
      this.refused(request, "http", error);
      throw error;
    }
    counts.asking++;
    try {
      const body = await read();
      const done = await this.#turn(counts);
      const seat = await ask(body).finally(done);
      const { sessionId } = seat as { readonly sessionId?: unknown };
      if (isNew && typeof sessionId === "string") this.#promised(counts, sessionId);
      return seat;
    } finally {
      counts.asking--;
    }
  }

  /** The player has come for the seat. */
  taken(sessionId: string): void {
    this.#seats.get(sessionId)?.untaken.delete(sessionId);
    this.#seats.delete(sessionId);
  }

  isExempt(request: Addressed): boolean {
    return this.#countsOf(request) === undefined;
  }

  /** Counts a refusal, and says it in the log, at most once a second for each address. */
  refused(request: Addressed, what: Refusing, { name, message }: Pick<NetError, "name" | "message">): void {
    const { addresses, clock, metrics, logger } = this.#options;
    metrics.refused(what, name);
    const address = addresses.of(request);
    const counts = this.#book.of(address === undefined ? "" : countedAs(address), clock.now());
    if (clock.now() < counts.saidAtMs + LIMITS.refusalToldMs) {
      counts.unsaid++;
      return;
    }
    const { unsaid } = counts;
    [counts.saidAtMs, counts.unsaid] = [clock.now(), 0];
    logger.warn({ address, code: name, ...(unsaid > 0 && { unsaid }) }, `refused: ${message}`);
  }

  #countsOf(request: Addressed): AddressCounts | undefined {
    const address = this.#options.addresses.of(request);
    if (address === undefined || this.#exempt.has(address)) return undefined;
    return this.#book.of(countedAs(address), this.#options.clock.now());
  }

  #countOpen(counts: AddressCounts, socket: Socket): void {
    counts.open++;
    socket.once("close", () => counts.open--);
  }

  /** Why one more connection of this address, counted as open already, is one too many. */
  #mayConnect({ open, connects }: AddressCounts): NetError | undefined {
    const { limits, clock } = this.#options;
    if (open > limits.connectionsPerAddress) return tooMany("connections of this address", LIMITS.refusedRetryMs);
    const waitMs = connects.take(clock.now());
    if (waitMs === 0) return undefined;
    return tooMany("new connections of this address", Math.max(waitMs, LIMITS.refusedRetryMs));
  }

  /** Whoever says at once what it wants is told; a crowd that says nothing is not waited for. */
  #refuseSoon(socket: Socket, error: NetError): void {
    const { clock } = this.#options;
    if (this.#refused.size >= LIMITS.refusedConnections) {
      this.refused({ headers: {}, socket }, "socket", error);
      socket.destroy();
      return;
    }
    this.#refused.set(socket, error);
    const late = clock.after(LIMITS.refusedCloseMs, () => socket.destroy());
    socket.once("close", () => {
      late.cancel();
      this.#refused.delete(socket);
    });
  }

  #mayAsk(counts: AddressCounts): NetError | undefined {
    const { limits, clock } = this.#options;
    const nowMs = clock.now();
    const endsAtMs = nextToRunOut(counts, nowMs) ?? nowMs + LIMITS.refusedRetryMs;
    if (counts.untaken.size + counts.asking >= limits.untakenSeatsPerAddress)
      return tooMany("seats of this address that nobody takes", endsAtMs - nowMs);
    const waitMs = counts.joins.take(nowMs);
    return waitMs === 0 ? undefined : tooMany("requests for a seat from this address", waitMs);
  }

  /** Resolves with what ends the turn. One that takes long, as whoever waits for a room does, keeps nobody waiting. */
  async #turn(counts: AddressCounts): Promise<() => void> {
    if (counts.running < LIMITS.asksAtOnce) counts.running++;
    else await new Promise<void>((resolve) => counts.waiting.push(resolve));
    let isOver = false;
    const end = () => {
      if (isOver) return;
      isOver = true;
      late.cancel();
      const next = counts.waiting.shift();
      if (next === undefined) counts.running--;
      else next();
    };
    const late = this.#options.clock.after(LIMITS.askTurnMs, end);
    return end;
  }

  #promised(counts: AddressCounts, sessionId: string): void {
    const nowMs = this.#options.clock.now();
    for (const [other, whose] of this.#seats) {
      if ((whose.untaken.get(other) ?? 0) > nowMs) break;
      whose.untaken.delete(other);
      this.#seats.delete(other);
    }
    counts.untaken.delete(sessionId);
    this.#seats.delete(sessionId);
    counts.untaken.set(sessionId, nowMs + LIMITS.seatPromisedMs);
    this.#seats.set(sessionId, counts);
  }
}

function tooMany(what: string, retryAfterMs: number): NetError {
  return new NetError("TOO_MANY", `too many ${what}`, { retryAfterMs: Math.ceil(retryAfterMs) });
}
