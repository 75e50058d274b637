/**
 * Who has a place in the room. Seats lie in the room's memory, so the log has them: after a crash the next owner knows whom
 * to wait for.
 */
import type { Client } from "@colyseus/core";
import { type HostMemory, LIMITS, Seat } from "@ninelives/shared-schema";
import type { SeatAccount } from "../auth/account.ts";

export class Seats {
  readonly #seats: HostMemory["seats"];

  constructor(seats: HostMemory["seats"]) {
    this.#seats = seats;
  }

  /** `layout`: of the state as the client gets it now. `account`: whom its token named; undefined: a guest. */
  taken({ sessionId, auth }: Client, tick: number, layout: string, account?: SeatAccount): void {
    const tokens = { generation: 1, pageGeneration: 1 };
    this.#seats.set(
      sessionId,
      new Seat().assign({ joinedTick: tick, auth: textOf(auth), layout, ...tokens, ...account }),
    );
  }

  /** Of a player who is no guest. */
  account(sessionId: string): SeatAccount | undefined {
    const seat = this.#seats.get(sessionId);
    return seat === undefined || seat.userId === "" ? undefined : seat;
  }

  /** Sessions of players who are no guests. */
  accounts(): (readonly [sessionId: string, account: SeatAccount])[] {
    return [...this.#seats].filter(([, { userId }]) => userId !== "");
  }

  /** The player has shown a newer token. */
  renewed(sessionId: string, { tokenIssuedMs, tokenEndsMs }: SeatAccount): void {
    this.#seats.get(sessionId)?.assign({ tokenIssuedMs, tokenEndsMs });
  }

  /** The player is back, and has the state in this layout. */
  returned(sessionId: string, layout: string): void {
    const seat = this.#seats.get(sessionId);
    if (seat === undefined) return;
    seat.connected = true;
    if (seat.layout !== layout) seat.layout = layout;
  }

  /** What the room's `onAuth` said of the player. */
  auth(sessionId: string): unknown {
    const text = this.#seats.get(sessionId)?.auth ?? "";
    return text === "" ? undefined : JSON.parse(text);
  }

  /** Whose seats there are. */
  get sessionIds(): string[] {
    return [...this.#seats.keys()];
  }

  has(sessionId: string): boolean {
    return this.#seats.has(sessionId);
  }

  get size(): number {
    return this.#seats.size;
  }

  isConnected(sessionId: string): boolean {
    return this.#seats.get(sessionId)?.connected ?? false;
  }

  /** The player's connection went or came back; the seat stays. */
  connected(sessionId: string, connected: boolean): void {
    const seat = this.#seats.get(sessionId);
    if (seat !== undefined) seat.connected = connected;
  }

  /** Whether the player may not know that it has the seat. */
  isUntold(sessionId: string): boolean {
    return this.#seats.get(sessionId)?.untold ?? false;
  }

  untold(sessionId: string, untold: boolean): void {
    const seat = this.#seats.get(sessionId);
    if (seat !== undefined) seat.untold = untold;
  }

  /** The page that takes the seat again: one that is new gets the next number, one that is back keeps its own. */
  page(sessionId: string, greeted: number): number {
    const seat = this.#seats.get(sessionId)!;
    seat.page = greeted === 0 ? seat.page + 1 : Math.max(seat.page, greeted);
    return seat.page;
  }

  left(sessionId: string): void {
    this.#seats.delete(sessionId);
  }
}

/** What is too long, or is not plain data, does not survive its process. */
function textOf(auth: unknown): string {
  try {
    const text = JSON.stringify(auth) ?? "";
    return text.length > LIMITS.seatAuthChars ? "" : text;
  } catch {
    return "";
  }
}
