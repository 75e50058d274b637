/**
 * Rooms kept ready ahead of demand: this process makes so many of a type, listed and with nobody in them, and another one when one is
 * taken. From then on that is a room like any other.
 *
 *   look  -> makes those that are missing
 *   taken -> looks again, once the seat is promised
 *
 * A look is due every LIMITS.warmLookMs, whatever happens. A type whose rooms cannot be made, or end before anybody came, is tried
 * more and more seldom. Rooms that a process before, or one that died, had ready are none of these: who takes them over ends them.
 */
import { LIMITS } from "@ninelives/shared-schema";
import type { Clock, Timer } from "../tick/clock.ts";

/** A room that nobody was promised a seat in. */
export interface Warm {
  readonly roomId: string;
  readonly typeName: string;
  /** It does not end by itself any more. */
  hold(): void;
  /** Somebody is about to be promised a seat. */
  onTaken(then: () => void): void;
  end(): Promise<void>;
}

export interface WarmRoomsOptions {
  /** By type. */
  readonly wanted: ReadonlyMap<string, number>;
  readonly clock: Clock;
  /** All that are here and listed. */
  readonly rooms: () => readonly Warm[];
  /** Resolves when it is listed; with undefined when somebody was promised a seat in it already. */
  readonly make: (typeName: string) => Promise<Warm | undefined>;
  /** This process makes rooms of this type now. */
  readonly mayMake: (typeName: string) => boolean;
  /** `isFirst`: of those in a row. */
  readonly onFault: (typeName: string, error: unknown, isFirst: boolean) => void;
}

/** How it goes with the rooms of one type. */
interface Pace {
  making: number;
  /** In a row. */
  faults: number;
  retryAtMs: number;
  /** Rooms that were made here and not taken: when they are not here any more, they ended. */
  readonly made: Set<string>;
}

export class WarmRooms {
  readonly #options: WarmRoomsOptions;
  readonly #paces: ReadonlyMap<string, Pace>;
  #timer: Timer | undefined;
  #isStopped = false;

  constructor(options: WarmRoomsOptions) {
    this.#options = options;
    const fresh = () => ({ making: 0, faults: 0, retryAtMs: Number.NEGATIVE_INFINITY, made: new Set<string>() });
    this.#paces = new Map(Array.from(options.wanted.keys(), (typeName) => [typeName, fresh()]));
  }

  /** To be called when rooms can be made. */
  begin(): void {
    if (this.#paces.size > 0) this.#look();
  }

  counts(): ReadonlyMap<string, number> {
    const here = Map.groupBy(this.#options.rooms(), ({ typeName }) => typeName);
    return new Map(Array.from(this.#paces.keys(), (typeName) => [typeName, here.get(typeName)?.length ?? 0]));
  }

  /** Resolves when none is here any more; one that is just being made ends as soon as it is. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#timer?.cancel();
    await Promise.all(this.#options.rooms().map((room) => room.end()));
  }

  #look(): void {
    this.#timer?.cancel();
    if (this.#isStopped) return;
    const { clock, rooms } = this.#options;
    this.#timer = clock.after(LIMITS.warmLookMs, () => this.#look());
    const here = Map.groupBy(rooms(), ({ typeName }) => typeName);
    for (const [typeName, pace] of this.#paces) this.#keep(typeName, pace, here.get(typeName) ?? []);
  }

  #keep(typeName: string, pace: Pace, here: readonly Warm[]): void {
    const { wanted, clock, mayMake } = this.#options;
    const count = wanted.get(typeName)!;
    this.#missEnded(typeName, pace, here);
    const nowMs = clock.now();
    if (here.length >= count && nowMs >= pace.retryAtMs + LIMITS.warmRetryMaxMs) pace.faults = 0;
    const atOnce = pace.faults > 0 ? 1 : LIMITS.warmAtOnce;
    while (here.length + pace.making < count && pace.making < atOnce) {
      if (nowMs < pace.retryAtMs || !mayMake(typeName)) return;
      void this.#make(typeName, pace);
    }
  }

  async #make(typeName: string, pace: Pace): Promise<void> {
    pace.making++;
    try {
      const room = await this.#options.make(typeName);
      if (room !== undefined) this.#made(room, pace);
    } catch (error) {
      this.#failed(typeName, pace, error);
    }
    pace.making--;
    if (this.#isStopped) await this.stop();
    else this.#look();
  }

  #made(room: Warm, pace: Pace): void {
    pace.made.add(room.roomId);
    room.hold();
    room.onTaken(() => {
      pace.made.delete(room.roomId);
      this.#timer?.cancel();
      if (!this.#isStopped) this.#timer = this.#options.clock.after(0, () => this.#look());
    });
  }

  #missEnded(typeName: string, pace: Pace, here: readonly Warm[]): void {
    for (const roomId of pace.made) {
      if (here.some((room) => room.roomId === roomId)) continue;
      pace.made.delete(roomId);
      this.#failed(typeName, pace, new Error(`room "${roomId}" ended before anybody came`));
    }
  }

  /** Several that were made at a time fail as one. */
  #failed(typeName: string, pace: Pace, error: unknown): void {
    const nowMs = this.#options.clock.now();
    if (this.#isStopped || nowMs < pace.retryAtMs) return;
    const waitMs = Math.min(LIMITS.warmRetryMs * 2 ** pace.faults, LIMITS.warmRetryMaxMs);
    pace.retryAtMs = nowMs + waitMs;
    pace.faults++;
    this.#options.onFault(typeName, error, pace.faults === 1);
  }
}
