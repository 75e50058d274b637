/**
 * Says where a room is, to a socket that asks for it at a process that has it not, or not yet. While its owner is dead the asker
 * is held until the room is open again, and the process that is to have it next is sent for it at once.
 *
 * "gone" is final for a player, so one look is not enough: a store that was started again without its data knows no room, until
 * the owners have written theirs anew. Only one that still knew of us in a beat sent after the look is believed.
 */
import { LIMITS } from "@ninelives/shared-schema";
import type { LogStore, OwnedRoom } from "../log/store.ts";
import type { Clock } from "../tick/clock.ts";
import type { Detector } from "./detector.ts";
import type { Member } from "./members.ts";
import type { LocalRooms } from "./ports.ts";
import type { Rescue } from "./rescue.ts";
import type { Sweep } from "./sweep.ts";
import type { Tenure } from "./tenure.ts";

export interface Place {
  readonly processId: string;
  readonly address: string;
  readonly inner: string;
}

/** `later`: nobody has it yet, come again. */
export type Whereabouts = "here" | Place | "gone" | "later";

export interface LocatorOptions {
  readonly me: string;
  readonly clock: Clock;
  readonly store: LogStore;
  readonly rooms: LocalRooms;
  readonly tenure: Tenure;
  readonly detector: Detector;
  readonly rescue: Rescue;
  readonly sweep: Sweep;
  /** When the last beat was sent after which the store still knew of us. */
  readonly rememberedAtMs: () => number;
}

export class Locator {
  readonly #options: LocatorOptions;
  /** One look at a time for each room, however many ask. */
  readonly #looks = new Map<string, Promise<Place | "gone?" | undefined>>();
  #waiting = new Set<() => void>();

  constructor(options: LocatorOptions) {
    this.#options = options;
  }

  async where(roomId: string, signal: AbortSignal): Promise<Whereabouts> {
    const { clock, rememberedAtMs } = this.#options;
    const endsAtMs = clock.now() + LIMITS.whereaboutsMs;
    let goneAtMs: number | undefined;
    while (!signal.aborted) {
      if (this.#isHere(roomId)) return "here";
      const found = await this.#look(roomId);
      if (found === "gone?") {
        goneAtMs ??= clock.now();
        if (rememberedAtMs() > goneAtMs) return "gone";
      } else goneAtMs = undefined;
      if (found !== undefined && found !== "gone?") return found;
      if (clock.now() >= endsAtMs) break;
      await this.#news();
    }
    return "later";
  }

  /** Something has changed: whoever waits looks again. */
  wake(): void {
    const waiting = this.#waiting;
    this.#waiting = new Set();
    for (const wake of waiting) wake();
  }

  #isHere(roomId: string): boolean {
    const { rooms, tenure, rescue } = this.#options;
    if (!tenure.check() || rescue.has(roomId) || tenure.isFrozen(roomId)) return false;
    return rooms.owned().some((room) => room.roomId === roomId);
  }

  #look(roomId: string): Promise<Place | "gone?" | undefined> {
    let look = this.#looks.get(roomId);
    if (look === undefined) {
      look = this.#ask(roomId).finally(() => this.#looks.delete(roomId));
      this.#looks.set(roomId, look);
    }
    return look;
  }

  /** undefined: not known now. */
  async #ask(roomId: string): Promise<Place | "gone?" | undefined> {
    const { me, store, detector, rescue } = this.#options;
    if (rescue.has(roomId)) return undefined;
    try {
      const room = await store.ownerOf(roomId);
      if (room === undefined) return "gone?";
      if (room.owner === me) {
        rescue.add(room, true);
        return undefined;
      }
      const owner = detector.find(room.owner);
      if (owner !== undefined && detector.signOf(owner) === undefined) return placeOf(owner);
      return owner === undefined && room.owner !== "" ? undefined : await this.#heir(room);
    } catch {
      return undefined;
    }
  }

  /** Who takes a room whose owner is dead or has released it. */
  async #heir(room: OwnedRoom): Promise<Place | undefined> {
    const { me, detector, rescue, sweep } = this.#options;
    if (room.owner !== "" && !detector.isTrusted) return undefined;
    const heir = await sweep.successorOf(room, detector.living);
    if (heir?.processId !== me) return heir === undefined ? undefined : placeOf(heir);
    rescue.add(room, true);
    return undefined;
  }

  /** Resolves at the next news, or soon. */
  #news(): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#options.clock.after(LIMITS.silenceMs, () => {
        this.#waiting.delete(wake);
        resolve();
      });
      const wake = () => {
        timer.cancel();
        resolve();
      };
      this.#waiting.add(wake);
    });
  }
}

function placeOf({ processId, info }: Member): Place {
  return { processId, address: info.address, inner: info.inner };
}
