/**
 * Which token takes a seat. Whoever takes it is told the next one, and what was used before is spent once that next one is known to
 * have arrived. A seat has two numbers in the room's memory, so every owner of the room judges alike:
 *
 *   generation       tokens below it are spent. It grows to n when n is used, or when the player has stored it: our client answers
 *                    JOIN_ROOM, which brought n, when it has; a stock one answers before its app can have kept anything
 *   pageGeneration   the first token that the newest of the seat's pages was told
 *
 *   taken with n (generation <= n)   ->  generation = n, told: n + 1
 *     the answer was lost            ->  taken with n again, told the same n + 1
 *     stored, or used                ->  generation = n + 1
 *   comes with n < generation        ->  spent
 *
 * What the log has not of this when an owner dies makes its heir accept more, never less: nothing that may be lost on the way takes a
 * seat from its player. A token above every one that the log knows of is genuine all the same, for nobody else can make it.
 *
 * Who says a spent token is the page itself, whose request came late, or a copy of what it had stored: not let in, no more. Or it is
 * somebody who had the token of a page before: of these two one may have stolen it, so neither has the seat from then on.
 *
 * Colyseus knows a seat by one token, that of its newest connection; what comes is judged here and then called by that.
 */
import { type Client, ClientState } from "@colyseus/core";
import type { HostMemory, Seat } from "@ninelives/shared-schema";
import { greetingOf } from "./greetings.ts";
import { generationOf, seatToken, sessionIn, type Worth } from "./token.ts";

/** Generation of a seat whose tokens are all spent. */
const REVOKED = 0xffff_ffff;

/** A seat as its newest connection has it. */
interface Known {
  readonly client: Client;
  /** What Colyseus knows it by. */
  readonly key: string;
  readonly seat: Seat;
}

export class SeatTokens {
  readonly #memory: HostMemory;
  readonly #roomId: () => string;
  /** What each connection came with, and what it was told: generations. */
  readonly #came = new WeakMap<Client, number>();
  readonly #told = new WeakMap<Client, number>();
  /** By session id. */
  readonly #known = new Map<string, Known>();
  /** Session id -> connection of our client that was told one, and has not said that it has stored it. */
  readonly #unstored = new Map<string, Client>();

  /** `roomId`: known once the room is made. */
  constructor(memory: HostMemory, roomId: () => string) {
    this.#memory = memory;
    this.#roomId = roomId;
  }

  worth(sessionId: string, token: string): Worth {
    const seat = this.#seat(sessionId);
    const generation = this.#generationOf(sessionId, token);
    if (seat === undefined || generation === undefined) return "unknown";
    if (generation >= seat.generation) return "good";
    return generation >= seat.pageGeneration ? "copied" : "replayed";
  }

  /** The session a token is of, if it takes that one's seat or did; undefined for a token that is none of this room. */
  sessionOf(token: string): string | undefined {
    const said = sessionIn(token);
    const may = said === undefined ? this.#neverRotated() : [said];
    return may.find((sessionId) => this.worth(sessionId, token) !== "unknown");
  }

  /** What Colyseus knows the seat by that this token takes; empty: it takes none. */
  key(sessionId: string, token: string): string {
    return this.worth(sessionId, token) === "good" ? (this.keyOf(sessionId) ?? "") : "";
  }

  /** What Colyseus knows a seat by; undefined: nobody has been told a token of it. */
  keyOf(sessionId: string): string | undefined {
    return this.#known.get(sessionId)?.key;
  }

  /** A connection comes in with this token. Gives what Colyseus knows the seat by; empty: it takes none. */
  came(client: Client, token: string): string {
    const key = this.key(client.sessionId, token);
    if (key !== "") this.#came.set(client, this.#generationOf(client.sessionId, token)!);
    return key;
  }

  /** Gives a connection that is let in its token: the next one, or of a seat that is new, or waits for its player after a takeover, its own. */
  tell(client: Client): void {
    if (this.#told.has(client)) return;
    const { sessionId } = client;
    const seat = this.#seat(sessionId)!;
    const came = this.#came.get(client);
    const generation = came === undefined ? seat.generation : came + 1;
    if (came !== undefined) {
      const greeting = greetingOf(client.ref);
      if (came > seat.generation) seat.generation = came;
      if ((greeting?.page ?? 0) === 0) seat.pageGeneration = generation;
      if (greeting !== undefined) this.#unstored.set(sessionId, client);
    }
    this.#told.set(client, generation);
    const key = seatToken(this.#memory.secret, { roomId: this.#roomId(), sessionId, generation });
    client.reconnectionToken = key;
    this.#known.set(sessionId, { client, key, seat });
  }

  /** Looks who has stored what it was told. */
  hearStored(): void {
    for (const [sessionId, client] of this.#unstored) {
      if (client.state === ClientState.JOINING || client.state === ClientState.RECONNECTING) continue;
      this.#unstored.delete(sessionId);
      const seat = this.#seat(sessionId);
      const told = this.#told.get(client)!;
      if (client.state === ClientState.JOINED && seat !== undefined && told > seat.generation) seat.generation = told;
    }
  }

  /** No token takes the seat any more. */
  revoke(sessionId: string): void {
    this.#seat(sessionId)?.assign({ generation: REVOKED, pageGeneration: REVOKED });
  }

  isRevoked(sessionId: string): boolean {
    return this.#seat(sessionId)?.generation === REVOKED;
  }

  /** The player of this connection has left for good. */
  left(client: Client): void {
    const { sessionId } = client;
    if (this.#known.get(sessionId)?.client !== client) return;
    this.#known.delete(sessionId);
    this.#unstored.delete(sessionId);
  }

  /** A plain game may hold a seat in its `onLeave`, when memory has it no more. */
  #seat(sessionId: string): Seat | undefined {
    return this.#memory.seats.get(sessionId) ?? this.#known.get(sessionId)?.seat;
  }

  #generationOf(sessionId: string, token: string): number | undefined {
    return generationOf(token, this.#memory.secret, this.#roomId(), sessionId);
  }

  /** Seats of a log of the build before, whose players have not been back. */
  #neverRotated(): string[] {
    return [...this.#memory.seats].filter(([, { generation }]) => generation === 0).map(([sessionId]) => sessionId);
  }
}
