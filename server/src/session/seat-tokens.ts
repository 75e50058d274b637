/**
 * Which token takes a seat. Whoever takes it is told one of the next generation, another one each time, and what was used before is spent
 * once one of those is known to have arrived. What a seat has of this lies in the room's memory, so every owner of the room judges alike:
 *
 *   generation, branch   the token that is not spent, of those that are known to have arrived. It becomes n when n is used, or when the
 *                        player has stored it: our client answers JOIN_ROOM, which brought n, when it has; a stock one answers before
 *                        its app can have kept anything
 *   pageGeneration       the first generation that the newest of the seat's pages was told
 *
 *   taken with n                  ->  n is the one; told: one of generation n + 1
 *     the answer was lost         ->  taken with n again, told another one of n + 1
 *     one of n + 1 stored, used   ->  that is the one
 *   comes with an earlier one, or with another one of the same generation: spent
 *
 * What the log has not of this when an owner dies makes its heir accept more, never less: nothing that may be lost on the way takes a
 * seat from its player. A token of a later generation than the log knows of is genuine all the same, for nobody else can make it.
 *
 * Who says a spent token is the page itself, whose request came late, or a copy of what it had stored: not let in, no more. Or it is
 * somebody who had the token of a page before: of these two one may have stolen it, so neither has the seat from then on.
 *
 * Colyseus knows a seat by one token, that of its newest connection; what comes is judged here and then called by that.
 */
import { type Client, ClientState } from "@colyseus/core";
import type { HostMemory, Seat } from "@ninelives/shared-schema";
import { greetingOf } from "./greetings.ts";
import { seatToken, sessionIn, type Turn, turnOf, type Worth } from "./token.ts";

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
  readonly #newBranch: () => number;
  /** What each connection came with, and what it was told. */
  readonly #came = new WeakMap<Client, Turn>();
  readonly #told = new WeakMap<Client, Turn>();
  /** By session id. */
  readonly #known = new Map<string, Known>();
  /** Session id -> connection of our client that was told one, and has not said that it has stored it. */
  readonly #unstored = new Map<string, Client>();

  /** `roomId`: known once the room is made. `chance`: 32 bits. */
  constructor(memory: HostMemory, roomId: () => string, chance: () => number) {
    this.#memory = memory;
    this.#roomId = roomId;
    this.#newBranch = () => chance() >>> 0 || 1;
  }

  worth(sessionId: string, token: string): Worth {
    const seat = this.#seat(sessionId);
    const turn = this.#turnOf(sessionId, token);
    if (seat === undefined || turn === undefined) return "unknown";
    return worthOf(turn, seat);
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
    const { sessionId } = client;
    const seat = this.#seat(sessionId);
    const turn = this.#turnOf(sessionId, token);
    if (seat === undefined || turn === undefined || worthOf(turn, seat) !== "good") return "";
    this.#came.set(client, turn);
    return this.keyOf(sessionId) ?? "";
  }

  /** Gives a connection that is let in its token: the first of a seat that is new, else one of the next generation. A ghost's is nobody's. */
  tell(client: Client): void {
    if (this.#told.has(client)) return;
    const { sessionId } = client;
    const seat = this.#seat(sessionId)!;
    const told = this.#next(client, seat);
    this.#told.set(client, told);
    const key = seatToken(this.#memory.secret, { roomId: this.#roomId(), sessionId, ...told });
    client.reconnectionToken = key;
    this.#known.set(sessionId, { client, key, seat });
  }

  /** Looks who has stored what it was told. */
  hearStored(): void {
    for (const [sessionId, client] of this.#unstored) {
      if (client.state === ClientState.JOINING || client.state === ClientState.RECONNECTING) continue;
      this.#unstored.delete(sessionId);
      const seat = this.#seat(sessionId);
      if (client.state === ClientState.JOINED && seat !== undefined) arrived(this.#told.get(client)!, seat);
    }
  }

  /** No token takes the seat any more. */
  revoke(sessionId: string): void {
    this.#seat(sessionId)?.assign({ generation: REVOKED, branch: 0, pageGeneration: REVOKED });
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

  /** `seat`: takes down what the connection came with. */
  #next(client: Client, seat: Seat): Turn {
    const came = this.#came.get(client);
    if (came === undefined) {
      if (seat.generation === 1 && seat.branch === 0) seat.branch = this.#newBranch();
      return { generation: seat.generation, branch: seat.branch };
    }
    const told = { generation: came.generation + 1, branch: this.#newBranch() };
    const greeting = greetingOf(client.ref);
    arrived(came, seat);
    if ((greeting?.page ?? 0) === 0) seat.pageGeneration = told.generation;
    if (greeting !== undefined) this.#unstored.set(client.sessionId, client);
    return told;
  }

  /** A plain game may hold a seat in its `onLeave`, when memory has it no more. */
  #seat(sessionId: string): Seat | undefined {
    return this.#memory.seats.get(sessionId) ?? this.#known.get(sessionId)?.seat;
  }

  #turnOf(sessionId: string, token: string): Turn | undefined {
    return turnOf(token, this.#memory.secret, this.#roomId(), sessionId);
  }

  /** Seats of a log of the build before, whose players have not been back. */
  #neverRotated(): string[] {
    return [...this.#memory.seats].filter(([, { generation }]) => generation === 0).map(([sessionId]) => sessionId);
  }
}

function worthOf({ generation, branch }: Turn, seat: Seat): Worth {
  if (generation > seat.generation) return "good";
  if (generation === seat.generation && branch === seat.branch) return "good";
  return generation >= seat.pageGeneration ? "copied" : "replayed";
}

/** A token is known to have arrived: those before it are spent. */
function arrived({ generation, branch }: Turn, seat: Seat): void {
  if (generation > seat.generation) seat.assign({ generation, branch });
}
