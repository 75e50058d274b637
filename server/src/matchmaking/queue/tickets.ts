/**
 * Who waits: the players of a queue and the parties they came in, in the queue's memory. What can be told from that memory alone (whom a
 * ticket has, what rules see of it) is kept beside it.
 */
import {
  type CheckedWish,
  NetError,
  QueuedTicket,
  type QueueMemory,
  type Ticket,
  Waiter,
} from "@ninelives/shared-schema";
import { busyError } from "../busy.ts";

/** A player who comes, as far as the server knows. */
export interface Comer {
  readonly sessionId: string;
  readonly wish: CheckedWish;
  /** As they were said. */
  readonly options: unknown;
  readonly filters: Ticket["filters"];
  readonly auth: unknown;
}

export class Tickets {
  readonly #memory: QueueMemory;
  readonly #members = new Map<string, Set<string>>();
  /** What rules see, of tickets that wait and of which that did not change. */
  readonly #seen = new Map<string, Ticket>();

  constructor(memory: QueueMemory) {
    this.#memory = memory;
    for (const id of memory.tickets.keys()) this.#members.set(id, new Set());
    for (const [sessionId, { ticket }] of memory.waiters) this.#members.get(ticket)!.add(sessionId);
  }

  /**
   * false: the player was here already, and goes on under this session. Throws OPTIONS_INVALID for one who does not fit its party, BUSY
   * while the party of that name is in a match.
   */
  add(comer: Comer, nowMs: number): boolean {
    const { sessionId, wish, options, filters, auth } = comer;
    if (wish.key !== undefined && this.#inherit(wish.key, sessionId)) return false;
    const id = wish.party === undefined ? this.#newId() : `party ${wish.party.name}`;
    const ticket = this.#memory.tickets.get(id) ?? new QueuedTicket({ size: wish.party?.size ?? 1, bornMs: nowMs });
    const members = this.#members.get(id) ?? new Set();
    const filterText = JSON.stringify(filters);
    if (members.size > 0) this.#mustFit(ticket, members, wish, filterText);
    this.#memory.tickets.set(id, ticket);
    this.#members.set(id, members.add(sessionId));
    this.#memory.waiters.set(
      sessionId,
      new Waiter({
        ticket: id,
        key: wish.key ?? "",
        skill: wish.skill,
        options: JSON.stringify(options ?? {}),
        latencies: JSON.stringify(wish.latencies),
        filters: filterText,
        auth: JSON.stringify(auth) ?? "",
      }),
    );
    if (members.size === ticket.size) ticket.sinceMs = Math.max(1, nowMs);
    return true;
  }

  get(id: string): QueuedTicket | undefined {
    return this.#memory.tickets.get(id);
  }

  waiter(sessionId: string): Waiter | undefined {
    return this.#memory.waiters.get(sessionId);
  }

  membersOf(id: string): ReadonlySet<string> {
    return this.#members.get(id) ?? new Set();
  }

  /** The player is away, or back. */
  away(sessionId: string, away: boolean): void {
    const waiter = this.#memory.waiters.get(sessionId);
    if (waiter !== undefined) waiter.away = away;
  }

  /** Takes one player out; its ticket goes with the last of them. */
  remove(sessionId: string): void {
    const waiter = this.#memory.waiters.get(sessionId);
    if (waiter === undefined) return;
    const members = this.#members.get(waiter.ticket)!;
    this.#memory.waiters.delete(sessionId);
    members.delete(sessionId);
    this.#seen.delete(waiter.ticket);
    if (members.size > 0) return;
    this.#members.delete(waiter.ticket);
    this.#memory.tickets.delete(waiter.ticket);
  }

  /** Takes one player out of a party, which is not complete then. */
  reopen(sessionId: string, nowMs: number): void {
    Object.assign(this.get(this.waiter(sessionId)!.ticket)!, { sinceMs: 0, bornMs: nowMs });
    this.remove(sessionId);
  }

  /** They wait in their old place, those who are left of them. */
  release(id: string): void {
    const ticket = this.#memory.tickets.get(id);
    if (ticket === undefined) return;
    ticket.match = "";
    ticket.size = this.membersOf(id).size;
    this.#seen.delete(id);
    for (const sessionId of this.membersOf(id))
      Object.assign(this.waiter(sessionId)!, { hasAccepted: false, seat: "" });
  }

  /** Complete, and in no match. Oldest first. */
  get waiting(): readonly string[] {
    const ids = [...this.#memory.tickets].filter(([, { match, sinceMs }]) => match === "" && sinceMs > 0);
    return ids.sort(([, a], [, b]) => a.sinceMs - b.sinceMs).map(([id]) => id);
  }

  /** Parties of which some are still missing, and since when. */
  get incomplete(): readonly (readonly [id: string, bornMs: number])[] {
    return [...this.#memory.tickets].filter(([, { sinceMs }]) => sinceMs === 0).map(([id, { bornMs }]) => [id, bornMs]);
  }

  /** Of those, as rules see them, whose players are all there. */
  matchable(waiting: readonly string[]): Ticket[] {
    const isThere = (id: string) => ![...this.membersOf(id)].some((sessionId) => this.waiter(sessionId)!.away);
    return waiting.filter(isThere).map((id) => this.#asTicket(id));
  }

  /** A player whose join was lost on its way asks again, and its first session may still be here. */
  #inherit(key: string, sessionId: string): boolean {
    const [from, waiter] = [...this.#memory.waiters].find(([, other]) => other.key === key) ?? [];
    if (from === undefined) return false;
    const members = this.#members.get(waiter!.ticket)!;
    this.#memory.waiters.delete(from);
    this.#memory.waiters.set(sessionId, waiter!.clone().assign({ away: false }));
    members.delete(from);
    members.add(sessionId);
    return true;
  }

  #asTicket(id: string): Ticket {
    let seen = this.#seen.get(id);
    if (seen === undefined) {
      const members = [...this.membersOf(id)].map((sessionId) => this.waiter(sessionId)!);
      const skill = members.reduce((sum, waiter) => sum + waiter.skill, 0) / members.length;
      const latencies = slowest(members.map((waiter) => JSON.parse(waiter.latencies) as Ticket["latencies"]));
      const filters = JSON.parse(members[0]!.filters) as Ticket["filters"];
      seen = { id, players: members.length, skill, latencies, filters, sinceMs: this.get(id)!.sinceMs };
      this.#seen.set(id, seen);
    }
    return seen;
  }

  #mustFit(ticket: QueuedTicket, members: ReadonlySet<string>, { party }: CheckedWish, filterText: string): void {
    if (ticket.match !== "") throw busyError(`party "${party!.name}" is in a match that begins`);
    if (party!.size !== ticket.size) throw misfit("size", `${ticket.size} expected, as others of it say`);
    if (members.size >= ticket.size) throw misfit("name", `"${party!.name}" is complete: ${ticket.size} wait already`);
    const [first] = members;
    if (this.waiter(first!)!.filters !== filterText) throw misfit("name", "what others of it look for expected");
  }

  #newId(): string {
    return `ticket ${this.#memory.next++}`;
  }
}

function misfit(field: string, message: string): NetError {
  const issues = [{ field: `party.${field}`, message }];
  return new NetError("OPTIONS_INVALID", `party.${field}: ${message}`, { issues });
}

/** The way to regions that all of them reach. */
function slowest(all: readonly Ticket["latencies"][]): Ticket["latencies"] {
  const [first = {}, ...others] = all;
  const reached = Object.keys(first).filter((region) => others.every((latencies) => region in latencies));
  return Object.fromEntries(reached.map((region) => [region, Math.max(...all.map((latencies) => latencies[region]!))]));
}
