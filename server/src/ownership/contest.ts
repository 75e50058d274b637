/**
 * Rooms of ours that somebody else has or had. The store refused what we appended: we let go. Or a player has seen a later epoch than
 * ours, of which the store knows nothing any more: it went back in time, the later owner may be dead, and players refuse what we
 * say. Then the room is restored from the store under an epoch of its own, above all that were seen, unless somebody living has it.
 *
 * Players may say any number: later than the clock is not believed, and a room begins anew for them at most every LIMITS.contestMs.
 */
import { LIMITS } from "@ninelives/shared-schema";
import type { LogStore } from "../log/store.ts";
import type { Clock } from "../tick/clock.ts";
import type { Detector } from "./detector.ts";
import type { KeeperEvents, LocalRooms } from "./ports.ts";
import type { Rescue } from "./rescue.ts";

/** How far the clocks of store and process may be apart, ms. */
const CLOCKS_APART_MS = 60_000;

export interface ContestOptions {
  readonly me: string;
  readonly clock: Clock;
  readonly store: LogStore;
  readonly rooms: LocalRooms;
  readonly detector: Detector;
  readonly rescue: Rescue;
  readonly events: KeeperEvents;
}

export class Contest {
  readonly #options: ContestOptions;
  /** The highest epoch heard of each room. */
  readonly #heard = new Map<string, number>();
  /** When rooms began anew for a player's word. */
  readonly #begunMs = new Map<string, number>();

  constructor(options: ContestOptions) {
    this.#options = options;
  }

  /** Our appends at this epoch are refused. */
  async lost(roomId: string, epoch: number): Promise<void> {
    const { store } = this.#options;
    const current = await store.ownerOf(roomId).catch(() => undefined);
    if (this.#epochOf(roomId) === epoch) this.#drop(roomId, current?.owner);
  }

  heard(roomId: string, epoch: number): void {
    if (epoch > this.#options.clock.wallMs() + CLOCKS_APART_MS) return;
    this.#heard.set(roomId, Math.max(epoch, this.#heard.get(roomId) ?? 0));
  }

  /** Looks again at every room of which a later epoch was heard. */
  async settle(): Promise<void> {
    const { clock } = this.#options;
    for (const [roomId, atMs] of this.#begunMs) if (clock.now() - atMs > LIMITS.contestMs) this.#begunMs.delete(roomId);
    const looks = [...this.#heard].map(([roomId, epoch]) => this.#settleRoom(roomId, epoch));
    const results = await Promise.allSettled(looks);
    const failed = results.find((result) => result.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }

  async #settleRoom(roomId: string, heard: number): Promise<void> {
    const { me, clock, store, rescue } = this.#options;
    const ours = this.#epochOf(roomId);
    if (ours === undefined || ours >= heard) {
      this.#heard.delete(roomId);
      return;
    }
    if (this.#begunMs.has(roomId)) return;
    const current = await store.ownerOf(roomId);
    if (current === undefined || this.#epochOf(roomId) !== ours) return;
    if (current.owner !== me) {
      this.#drop(roomId, current.owner);
      return;
    }
    this.#begunMs.set(roomId, clock.now());
    this.#drop(roomId, undefined);
    rescue.add(current, true);
  }

  #epochOf(roomId: string): number | undefined {
    const { rooms } = this.#options;
    return rooms.owned().find((room) => room.roomId === roomId)?.epoch;
  }

  #drop(roomId: string, owner: string | undefined): void {
    const { me, rooms, detector, events } = this.#options;
    const to = owner === undefined || owner === me ? undefined : detector.find(owner);
    rooms.drop(roomId, to);
    events.dropped(roomId, to);
  }
}
