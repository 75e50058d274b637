/**
 * Restores rooms, a few at a time, in the order they were given. A room that fails harms no other: where another time or place
 * may do, it is left for the next look; else it is quarantined, if it is still ours.
 *
 * Whoever restored it before may have died of a room. One that was taken LIMITS.restoresTogether times and never ran for long waits
 * until all others run, and is then restored alone; of several such, the one that was taken least often goes first.
 */
import { LIMITS, NetError } from "@ninelives/shared-schema";
import type { LogStore, OwnedRoom } from "../log/store.ts";
import type { Clock } from "../tick/clock.ts";
import type { KeeperEvents, LocalRooms } from "./ports.ts";

/** A room that was restored so long ago has proved that it can run, or its process is dead, ms. */
const SETTLED_MS = 2 * LIMITS.settledAfterMs;

export interface RescueOptions {
  readonly me: string;
  readonly clock: Clock;
  readonly store: LogStore;
  readonly rooms: LocalRooms;
  readonly events: KeeperEvents;
  /** Whether this process may take rooms now. */
  readonly mayTake: () => boolean;
  /** A room is open, or was given up. */
  readonly onDone: () => void;
}

export class Rescue {
  readonly #options: RescueOptions;
  #waiting: OwnedRoom[] = [];
  readonly #underWay = new Set<string>();
  /** Restored, and not proved to run. */
  #unsettled = 0;
  /** A room that may kill us is being restored, or has just been. */
  #isAlone = false;

  constructor(options: RescueOptions) {
    this.#options = options;
  }

  has(roomId: string): boolean {
    return this.#underWay.has(roomId) || this.#waiting.some((room) => room.roomId === roomId);
  }

  /** One that is asked for by somebody may go `first`. */
  add(room: OwnedRoom, first = false): void {
    if (this.#underWay.has(room.roomId) || this.#isRun(room)) return;
    const others = this.#waiting.filter(({ roomId }) => roomId !== room.roomId);
    if (others.length < this.#waiting.length && !first) return;
    this.#waiting = first ? [room, ...others] : [...others, room];
    this.#pump();
  }

  /** What waits is left to others. */
  stop(): void {
    this.#waiting = [];
  }

  /** What runs here at an earlier epoch is a ghost: the store has moved on. */
  #isRun({ roomId, epoch }: OwnedRoom): boolean {
    const { rooms } = this.#options;
    const local = rooms.owned().find((room) => room.roomId === roomId);
    if (local === undefined) return false;
    if (local.epoch === 0 || local.epoch >= epoch) return true;
    rooms.drop(roomId, undefined);
    return false;
  }

  #pump(): void {
    while (this.#waiting.length > 0 && this.#underWay.size < LIMITS.restoresAtOnce) {
      if (!this.#options.mayTake()) {
        this.#waiting = [];
        return;
      }
      const room = this.#next();
      if (room === undefined) return;
      this.#waiting = this.#waiting.filter((other) => other !== room);
      this.#underWay.add(room.roomId);
      this.#isAlone = room.attempts !== undefined;
      void this.#restore(room).finally(() => {
        this.#underWay.delete(room.roomId);
        this.#settle();
        this.#options.onDone();
        this.#pump();
      });
    }
  }

  /** undefined: none may go now. */
  #next(): OwnedRoom | undefined {
    if (this.#isAlone) return undefined;
    const harmless = this.#waiting.find(({ attempts }) => attempts === undefined);
    if (harmless !== undefined || this.#underWay.size > 0 || this.#unsettled > 0) return harmless;
    return this.#waiting.toSorted((a, b) => a.attempts! - b.attempts!)[0];
  }

  #settle(): void {
    this.#unsettled++;
    this.#options.clock.after(SETTLED_MS, () => {
      this.#unsettled--;
      if (this.#unsettled === 0 && this.#underWay.size === 0) this.#isAlone = false;
      this.#pump();
    });
  }

  async #restore(room: OwnedRoom): Promise<void> {
    const { clock, rooms, events } = this.#options;
    const startedMs = clock.now();
    try {
      await rooms.restore(room);
      events.tookOver(room, clock.now() - startedMs);
    } catch (error) {
      await this.#failed(room, error);
    }
  }

  async #failed(room: OwnedRoom, error: unknown): Promise<void> {
    const { me, store, rooms, events } = this.#options;
    try {
      rooms.drop(room.roomId, undefined);
      if (error instanceof NetError && error.recoverable) return;
      const current = await store.ownerOf(room.roomId);
      if (current?.owner !== me) return;
      await store.quarantine(room.roomId, current.epoch);
      events.quarantined(room, error);
    } catch (fault) {
      events.fault(`room "${room.roomId}" could neither be restored nor set aside`, fault);
    }
  }
}
