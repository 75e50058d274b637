/**
 * The rooms this process has, as its ownership sees them: who freezes them, lets them go on elsewhere, or takes them over.
 *
 *   runs -> released (final snapshot is in the log) -> moved (players are told where)      a deploy, a stop
 *   runs -> released -> set aside (players are told that it is over)                       a deploy that nobody can take it after
 *   runs -> dropped (another process has it, nothing more is written)                      fenced, or a takeover that failed
 */
import type { Client, Room } from "@colyseus/core";
import { CloseReason, CODES } from "@ninelives/shared-schema";
import { closeToNewcomers, persistListing } from "../adapter.ts";
import type { RoomKind } from "../ownership/placement.ts";
import { greetingOf } from "../session/greetings.ts";
import { pastOf, runtimeOf, takeLeave } from "./inside.ts";
import { type WarmRoom, warmthOf } from "./warm-room.ts";

/** When a client comes again whose room is taken over, or restarted, ms. */
const COME_AGAIN_MS = 100;

export class HostRooms {
  readonly #rooms = new Map<string, Room>();
  /** Rooms that are being claimed, and are no rooms yet. */
  readonly #claiming = new Set<string>();
  readonly #frozen = new Set<string>();

  /** Without those that were made ahead of demand. */
  get size(): number {
    return [...this.#rooms.values()].filter((room) => warmthOf(room) === undefined).length;
  }

  /** Those that were made ahead of demand, and are ready. */
  warm(): WarmRoom[] {
    const made = [...this.#rooms.values()].filter((room) => pastOf(room) === undefined);
    return made.flatMap((room) => warmthOf(room) ?? []).filter(({ isListed }) => isListed);
  }

  /** This process is about to claim a room that another one had. */
  claiming(roomId: string): void {
    this.#claiming.add(roomId);
  }

  /** To be said before its log is opened. */
  added(room: Room): void {
    this.#claiming.delete(room.roomId);
    this.#rooms.set(room.roomId, room);
  }

  /** To be said when its log is closed. */
  removed(roomId: string): void {
    this.#claiming.delete(roomId);
    this.#rooms.delete(roomId);
    this.#frozen.delete(roomId);
  }

  /** It may be sent on for what it costs: it has a log, and did not come just now. */
  mayMove(roomId: string): boolean {
    const room = this.#rooms.get(roomId);
    return room !== undefined && isLogged(room) && runtimeOf(room).budget.mayMove;
  }

  get(roomId: string): Room | undefined {
    return this.#rooms.get(roomId);
  }

  /** Those that are here now. */
  all(): Room[] {
    return [...this.#rooms.values()];
  }

  /** Those of them that have no log: nobody else can have them, and nobody else is needed for them. */
  unlogged(): Room[] {
    return this.all().filter((room) => !isLogged(room));
  }

  /** What a process has to know to go on with a room that is here; undefined: it is not. */
  kindOf(roomId: string): RoomKind | undefined {
    const room = this.#rooms.get(roomId);
    if (room === undefined) return undefined;
    const { name, version } = runtimeOf(room).type;
    return { type: name, version };
  }

  /** Rooms that have a log, or are about to. `epoch`: 0 before they do. */
  owned(): { roomId: string; epoch: number; players: number }[] {
    const claiming = [...this.#claiming].map((roomId) => ({ roomId, epoch: 0, players: 0 }));
    const logged = this.all().filter((room) => isLogged(room));
    const owned = logged.map((room) => {
      const { loggedEpoch = 0, seats } = runtimeOf(room);
      return { roomId: room.roomId, epoch: loggedEpoch, players: seats.size };
    });
    return [...claiming, ...owned];
  }

  /** No room changes any more, until it is thawed. */
  freeze(): void {
    for (const { roomId } of this.owned()) this.#frozen.add(roomId);
  }

  /** This one makes no step any more. */
  halt(roomId: string): void {
    if (this.#rooms.has(roomId)) this.#frozen.add(roomId);
  }

  thaw(roomId: string): void {
    this.#frozen.delete(roomId);
  }

  mayStep(roomId: string): boolean {
    return !this.#frozen.has(roomId);
  }

  /**
   * Stops the room where it is. Resolves when another process may take it, which `heir` is to; its players are still here and
   * know of nothing.
   */
  async release(roomId: string, heir?: string): Promise<void> {
    const room = this.#rooms.get(roomId);
    if (room !== undefined) await runtimeOf(room).release(heir);
  }

  /** The room is another process's: nothing of it is written here any more, and its players are sent on. */
  async drop(roomId: string, address: string | undefined): Promise<void> {
    const room = this.#rooms.get(roomId);
    if (room === undefined) {
      this.removed(roomId);
      return;
    }
    runtimeOf(room).abandon();
    await this.move(roomId, address);
  }

  /** Nothing of the room is written any more, and its match is over: who is in is told `code`. */
  async fail(roomId: string, code: number): Promise<void> {
    const room = this.#rooms.get(roomId);
    if (room === undefined) return;
    runtimeOf(room).abandon();
    takeLeave(room);
    this.removed(roomId);
    await room.disconnect(code);
  }

  /** The room was never listed, and nobody will come. */
  async discard(room: Room): Promise<void> {
    takeLeave(room);
    await runtimeOf(room).stop();
    if (this.#rooms.get(room.roomId) === room) this.removed(room.roomId);
  }

  /** Lets nobody new in; who goes on with the room does not know of that. */
  async close(roomId: string): Promise<void> {
    const room = this.#rooms.get(roomId);
    if (room !== undefined) await closeToNewcomers(room);
  }

  /** The match of a released room is over for its players. */
  async part(roomId: string): Promise<void> {
    const room = this.#rooms.get(roomId);
    if (room === undefined) return;
    takeLeave(room);
    this.removed(roomId);
    await room.disconnect(CODES.SERVER_SHUTDOWN.code);
  }

  /** Sends the players of a released room on. `address`: where it is now; undefined: they find it. */
  async move(roomId: string, address: string | undefined): Promise<void> {
    const room = this.#rooms.get(roomId);
    if (room === undefined) return;
    takeLeave(room);
    this.removed(roomId);
    for (const client of room.clients) sendOn(client, address);
    await room.disconnect(CODES.MAY_TRY_RECONNECT.code);
  }

  /** Lists every room anew: the directory has lost them. */
  async relist(): Promise<void> {
    await Promise.all([...this.#rooms.values()].map((room) => persistListing(room)));
  }
}

function isLogged(room: Room): boolean {
  return runtimeOf(room).type.durability !== "off";
}

/** Our client knows what to do with an address; a stock one tries where it was. */
function sendOn(client: Client, address: string | undefined): void {
  const isOurs = greetingOf(client.ref) !== undefined;
  if (isOurs && address !== undefined) client.leave(CODES.MOVED.code, CloseReason.moved(address));
  else client.leave(CODES.MAY_TRY_RECONNECT.code, isOurs ? CloseReason.retryAfter(COME_AGAIN_MS) : "");
}
