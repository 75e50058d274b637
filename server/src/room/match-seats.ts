/**
 * The seats of a match that a queue made. Nobody else gets one: the room is not found by matchmaking, and who may come, and in which
 * team, is what the queue says. The room itself has the last word on whether there is a seat.
 *
 *   queue -> promise(session, team) -> the player joins -> seated: in the room's memory
 *
 * Which teams have room for more stands in the room's listing, looked at once a second.
 */
import type { Room } from "@colyseus/core";
import type { RoomType } from "@ninelives/shared-schema";
import { isPromised, listingOf, listMatch, reserveSeat } from "../adapter.ts";
import type { ListedMatch } from "../matchmaking/listing.ts";
import type { RoomRuntime } from "./room-runtime.ts";

/** Join option that only a queue may say. */
export const MATCH_OPTION = "ninelives:match";

/** A match as its queue began it. */
export interface MatchFacts {
  /** undefined: regions do not count. */
  readonly region: string | undefined;
  /** What its players asked a match to be, by join option. */
  readonly filters: Readonly<Record<string, string>>;
  readonly teams: number;
  /** Players of a team. */
  readonly size: number;
}

/** What a room answers a queue that asks for a seat. `in`: the player has it already. */
export type Promised = "yes" | "in" | "full";

/** A player whom the queue sends. */
export interface Sent {
  readonly sessionId: string;
  readonly options: unknown;
  readonly auth: unknown;
  readonly team: number;
  readonly skill: number;
  /** To a seat that came free: only while the game wants somebody there. */
  readonly isBackfill: boolean;
}

type Standing = Pick<Sent, "team" | "skill">;

export class MatchSeats {
  readonly #room: Room;
  readonly #type: RoomType;
  readonly #runtime: RoomRuntime<RoomType>;
  readonly #promised = new Map<string, Standing>();
  #facts: MatchFacts | undefined;
  #listed = "";

  constructor(room: Room, type: RoomType, runtime: RoomRuntime<RoomType>) {
    this.#room = room;
    this.#type = type;
    this.#runtime = runtime;
    const { match } = runtime.memory.host;
    if (match !== "") this.#facts = JSON.parse(match) as MatchFacts;
  }

  /** undefined: no queue made this room. */
  get facts(): MatchFacts | undefined {
    return this.#facts;
  }

  /** Gives the options without what the queue said. */
  begin(options: unknown): unknown {
    const { [MATCH_OPTION]: said, ...rest } = (options ?? {}) as Record<string, unknown>;
    if (said === undefined) return options;
    this.#facts = said as MatchFacts;
    this.#runtime.memory.host.match = JSON.stringify(said);
    this.#room.maxClients = this.#facts.teams * this.#facts.size;
    void this.#room.setMatchmaking({ private: true });
    this.list();
    return rest;
  }

  /** Of a player who is in, or just comes; undefined: no queue sent it. */
  teamOf(sessionId: string): number | undefined {
    const seat = this.#runtime.memory.host.seats.get(sessionId);
    const team = this.#promised.get(sessionId)?.team ?? seat?.team ?? -1;
    return team < 0 ? undefined : team;
  }

  async promise({ sessionId, options, auth, team, skill, isBackfill }: Sent): Promise<Promised> {
    if (this.#runtime.memory.host.seats.has(sessionId)) return "in";
    if (isPromised(this.#room, sessionId)) return "yes";
    if ((this.#free()[team] ?? 0) < 1 || (isBackfill && !this.#wantsBackfill)) return "full";
    this.#promised.set(sessionId, { team, skill });
    const isThere = await reserveSeat(this.#room, sessionId, options, auth);
    if (!isThere) this.#promised.delete(sessionId);
    return isThere ? "yes" : "full";
  }

  /** The player is in. */
  seated(sessionId: string): void {
    const standing = this.#promised.get(sessionId);
    if (standing === undefined) return;
    this.#promised.delete(sessionId);
    this.#runtime.memory.host.seats.get(sessionId)?.assign({ ...standing });
  }

  /** Says in the room's listing who else may come, if that is something else than it says. */
  list(): void {
    if (this.#facts === undefined) return;
    for (const sessionId of this.#promised.keys())
      if (!isPromised(this.#room, sessionId)) this.#promised.delete(sessionId);
    const { region, filters } = this.#facts;
    const match: ListedMatch = { region, filters, skill: this.#skill, free: this.#wantsBackfill ? this.#free() : [] };
    const text = JSON.stringify(match);
    if (text === this.#listed) return;
    this.#listed = text;
    listMatch(this.#room, match);
  }

  /** Until the game locks the room. */
  get #wantsBackfill(): boolean {
    return this.#type.matching?.backfill === true && listingOf(this.#room).locked !== true;
  }

  #free(): number[] {
    const { teams, size } = this.#facts ?? { teams: 0, size: 0 };
    const free = Array.from({ length: teams }, () => size);
    for (const { team } of this.#standings) if (team in free) free[team]!--;
    return free;
  }

  get #skill(): number {
    const skills = this.#standings.map(({ skill }) => skill);
    return skills.length === 0 ? 0 : skills.reduce((sum, skill) => sum + skill, 0) / skills.length;
  }

  get #standings(): Standing[] {
    return [...this.#runtime.memory.host.seats.values(), ...this.#promised.values()].filter(({ team }) => team >= 0);
  }
}
