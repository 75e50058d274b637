/**
 * Restores rooms, a few at a time, in the order they were given. A room that fails harms no other: where another time or place
 * may do, it is left for the next look; else it is quarantined, if it is still ours.
 */
import { LIMITS, NetError } from "@ninelives/shared-schema";
import type { LogStore, OwnedRoom } from "../log/store.ts";
import type { Clock } from "../tick/clock.ts";
import type { KeeperEvents, LocalRooms } from "./ports.ts";

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
      const room = this.#waiting.shift()!;
      this.#underWay.add(room.roomId);
      void this.#restore(room).finally(() => {
        this.#underWay.delete(room.roomId);
        this.#options.onDone();
        this.#pump();
      });
    }
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
