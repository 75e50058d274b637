/**
 * Matches on their way from "found" to "all are in", in the queue's memory:
 *
 *   accepting -> making -> ready        a new match; without `acceptMs` it begins with making
 *   accepting -> ready                  seats in a match that runs
 *
 * Whoever spoils a match is out; the others wait again in their old places. Nothing here waits: the room that is made meanwhile is
 * somebody else's business (queue-room.ts).
 */
import {
  type Backfill,
  LIMITS,
  type Match,
  QueuedMatch,
  type QueueMemory,
  type QueueReason,
} from "@ninelives/shared-schema";
import type { Tickets } from "./tickets.ts";

/** What players are told. */
export interface Herald {
  found(sessionId: string, match: string, players: number): void;
  accepted(sessionId: string, match: string, accepted: number, players: number): void;
  ready(sessionId: string, match: string, roomId: string, team: number): void;
  back(sessionId: string, reason: QueueReason): void;
  /** The player is not in the queue any more. */
  out(sessionId: string, reason: QueueReason): void;
}

export interface MatchesOptions {
  readonly memory: QueueMemory;
  readonly tickets: Tickets;
  readonly herald: Herald;
  readonly acceptMs: number;
  /** Unguessable. */
  readonly newId: () => string;
}

export class Matches {
  readonly #options: MatchesOptions;
  /** Match -> its tickets. */
  readonly #tickets = new Map<string, Set<string>>();

  constructor(options: MatchesOptions) {
    this.#options = options;
    const { matches, tickets } = options.memory;
    for (const id of matches.keys()) this.#tickets.set(id, new Set());
    for (const [id, { match }] of tickets) this.#tickets.get(match)?.add(id);
  }

  get(id: string): QueuedMatch | undefined {
    return this.#options.memory.matches.get(id);
  }

  /** Those whose rooms are to be made. */
  get making(): readonly string[] {
    return [...this.#options.memory.matches].filter(([, { stage }]) => stage === "making").map(([id]) => id);
  }

  /** As far as they are still here. */
  playersOf(id: string): string[] {
    const { tickets } = this.#options;
    return [...(this.#tickets.get(id) ?? [])].flatMap((ticket) => [...tickets.membersOf(ticket)]);
  }

  teamOf(sessionId: string): number {
    const { tickets } = this.#options;
    return tickets.get(tickets.waiter(sessionId)!.ticket)!.team;
  }

  begin({ teams, region }: Match, nowMs: number): void {
    const tickets = teams.flatMap((team, at) => team.map(({ id }) => [id, at] as const));
    const match = new QueuedMatch({ roomId: this.#options.newId(), region: region ?? "" });
    this.#add(match, tickets, nowMs);
  }

  fill({ opening, team, ticket }: Backfill, nowMs: number): void {
    const match = new QueuedMatch({ roomId: opening.id, region: opening.region ?? "", isBackfill: true });
    this.#add(match, [[ticket.id, team]], nowMs);
  }

  /** Teams of players of ours who are on their way to seats in a room that runs. */
  claimed(roomId: string): number[] {
    const claims = [...this.#options.memory.matches].filter(([, match]) => match.isBackfill && match.roomId === roomId);
    return claims.flatMap(([id]) => this.playersOf(id).map((sessionId) => this.teamOf(sessionId)));
  }

  /** false: it is not asked, or not any more. */
  accept(sessionId: string, id: string, nowMs: number): boolean {
    const { tickets, herald } = this.#options;
    const match = this.get(id);
    const waiter = tickets.waiter(sessionId);
    if (match === undefined || waiter === undefined || tickets.get(waiter.ticket)!.match !== id) return false;
    if (match.stage !== "accepting" || waiter.hasAccepted) return true;
    waiter.hasAccepted = true;
    const players = this.playersOf(id);
    const accepted = players.filter((player) => tickets.waiter(player)!.hasAccepted).length;
    for (const player of players) herald.accepted(player, id, accepted, players.length);
    if (accepted === players.length) this.#proceed(id, nowMs);
    return true;
  }

  /** Its room is there. */
  ready(id: string, nowMs: number): void {
    const match = this.get(id);
    if (match === undefined) return;
    match.stage = "ready";
    match.endsMs = nowMs + LIMITS.matchTakenMs;
    for (const sessionId of this.playersOf(id))
      this.#options.herald.ready(sessionId, id, match.roomId, this.teamOf(sessionId));
  }

  /** Its room came to nothing, and another one is to be made. */
  remake(id: string): void {
    const match = this.get(id);
    if (match !== undefined) match.roomId = this.#options.newId();
  }

  /** This player is told anew what it has to know of its match: it came under another session. */
  tellAgain(sessionId: string): void {
    const { tickets, herald } = this.#options;
    const id = tickets.get(tickets.waiter(sessionId)!.ticket)!.match;
    const match = this.get(id);
    if (match?.stage === "accepting") herald.found(sessionId, id, this.playersOf(id).length);
    if (match?.stage === "ready") herald.ready(sessionId, id, match.roomId, this.teamOf(sessionId));
  }

  /** Somebody does not come, or nobody can: these players are out, those of their parties with them, and the others wait again. */
  spoil(id: string, culprits: readonly string[], reason: QueueReason): void {
    const { tickets, herald } = this.#options;
    const guilty = new Set(culprits);
    for (const ticket of this.#tickets.get(id) ?? []) {
      const members = [...tickets.membersOf(ticket)];
      if (members.some((sessionId) => guilty.has(sessionId))) {
        for (const sessionId of members) this.#dismiss(sessionId, guilty.has(sessionId) ? reason : "party");
      } else {
        tickets.release(ticket);
        for (const sessionId of members) herald.back(sessionId, reason);
      }
    }
    this.#drop(id);
  }

  /** These wait again, though their match goes on without them. */
  putBack(ticketId: string): void {
    const { tickets, herald } = this.#options;
    const ticket = tickets.get(ticketId);
    if (ticket === undefined) return;
    const { match } = ticket;
    tickets.release(ticketId);
    for (const sessionId of tickets.membersOf(ticketId)) herald.back(sessionId, "gone");
    this.#leave(match, ticketId);
  }

  /** The player is gone, and did not say so: its friends wait for it to come again. */
  lost(sessionId: string, nowMs: number): void {
    const { tickets } = this.#options;
    const { ticket = "" } = tickets.waiter(sessionId) ?? {};
    if (tickets.get(ticket)?.match === "" && tickets.membersOf(ticket).size > 1) tickets.reopen(sessionId, nowMs);
    else this.left(sessionId);
  }

  /** The player has left the queue: in its match, or for good. */
  left(sessionId: string): void {
    const { tickets } = this.#options;
    const waiter = tickets.waiter(sessionId);
    if (waiter === undefined) return;
    const { match } = tickets.get(waiter.ticket)!;
    const stage = this.get(match)?.stage;
    if (stage === "accepting") this.spoil(match, [sessionId], "declined");
    else if (stage === undefined) {
      for (const other of tickets.membersOf(waiter.ticket))
        this.#dismiss(other, other === sessionId ? "declined" : "party");
    } else {
      const { ticket } = waiter;
      tickets.remove(sessionId);
      if (tickets.get(ticket) === undefined) this.#leave(match, ticket);
    }
  }

  /** Ends what took too long. */
  expire(nowMs: number): void {
    const { tickets, memory } = this.#options;
    for (const [id, bornMs] of tickets.incomplete) {
      if (nowMs - bornMs < LIMITS.partyGatherMs) continue;
      for (const sessionId of tickets.membersOf(id)) this.#dismiss(sessionId, "party");
    }
    const ended = [...memory.matches].filter(([, { stage, endsMs }]) => stage !== "making" && nowMs >= endsMs);
    for (const [id, { stage }] of ended) {
      const players = this.playersOf(id);
      const late = players.filter((player) => stage === "ready" || !tickets.waiter(player)!.hasAccepted);
      this.spoil(id, late, "late");
    }
  }

  #add(match: QueuedMatch, tickets: readonly (readonly [id: string, team: number])[], nowMs: number): void {
    const { memory, tickets: all, herald, acceptMs, newId } = this.#options;
    const id = `match ${memory.next++}`;
    match.endsMs = nowMs + acceptMs;
    memory.matches.set(id, match);
    this.#tickets.set(id, new Set(tickets.map(([ticket]) => ticket)));
    for (const [ticket, team] of tickets) {
      Object.assign(all.get(ticket)!, { match: id, team });
      for (const sessionId of all.membersOf(ticket)) all.waiter(sessionId)!.seat = newId();
    }
    if (acceptMs === 0) return this.#proceed(id, nowMs);
    const players = this.playersOf(id);
    for (const sessionId of players) herald.found(sessionId, id, players.length);
  }

  #proceed(id: string, nowMs: number): void {
    const match = this.get(id)!;
    if (match.isBackfill) this.ready(id, nowMs);
    else match.stage = "making";
  }

  #dismiss(sessionId: string, reason: QueueReason): void {
    this.#options.tickets.remove(sessionId);
    this.#options.herald.out(sessionId, reason);
  }

  #leave(id: string, ticket: string): void {
    const left = this.#tickets.get(id);
    left?.delete(ticket);
    if (left?.size === 0) this.#drop(id);
  }

  #drop(id: string): void {
    this.#tickets.delete(id);
    this.#options.memory.matches.delete(id);
  }
}
