/**
 * One direction of one connection. Bytes go in as they come, wait for their delay, the rate and the end of any stall or black
 * hole, and come out in the order they went in, every one once. The peer's goodbye takes the same way behind its last byte.
 *
 *   source -> push -> [ chunk @ due, chunk @ due, "close" ] -> rate -> write -> sink
 *
 * Bounded: above QUEUE_BYTES the source is told to wait until the lane is half empty, so a sender feels a slow or dead line as
 * it does with TCP; what the source had read already, a chunk of it, still fits.
 */
import type { Clock } from "../clock.ts";
import type { LaneProfile } from "./profile.ts";
import { startSpells } from "./spell.ts";
import { TokenBucket } from "./token-bucket.ts";

/** Bytes a lane keeps before its source has to wait. With a delay this caps the rate: 256 KiB at 100 ms are 2.6 MB/s. */
const QUEUE_BYTES = 256 * 1024;

/** How a side of a connection ends: "close" after its last byte (FIN), "reset" in the midst of it (RST). */
export type Ending = "close" | "reset";

/** What a lane runs between. */
export interface LaneEnds {
  /** Hands bytes on; false when the sink wants no more before {@link Lane.drained}. */
  write(bytes: Uint8Array): boolean;
  finish(how: Ending): void;
  /** Whether the source may go on. */
  flow(on: boolean): void;
}

export interface LaneStats {
  /** Handed on. */
  bytes: number;
  stalls: number;
}

interface Item {
  readonly what: Uint8Array | Ending;
  readonly dueMs: number;
  next: Item | undefined;
}

export class Lane {
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #ends: LaneEnds;
  readonly #stats: LaneStats;
  #profile!: LaneProfile;
  #bucket!: TokenBucket;
  #first: Item | undefined;
  #last: Item | undefined;
  #queuedBytes = 0;
  #paused = false;
  #held = false;
  #stalled = false;
  #blocked = false;
  #stopped = false;
  #endSpells = (): void => {};
  #cancelWake = (): void => {};

  constructor(profile: LaneProfile, ends: LaneEnds, stats: LaneStats, clock: Clock, random: () => number) {
    this.#clock = clock;
    this.#random = random;
    this.#ends = ends;
    this.#stats = stats;
    this.setProfile(profile);
  }

  push(bytes: Uint8Array): void {
    if (this.#stopped) return;
    const { delayMs, jitterMs } = this.#profile;
    this.#queuedBytes += bytes.length;
    this.#add(bytes, delayMs + jitterMs * this.#random());
    this.#pump();
    if (this.#queuedBytes > QUEUE_BYTES) this.#flow(false);
  }

  /** The source is at its end. A reset may follow a close, not the other way round. */
  end(how: Ending): void {
    if (this.#stopped) return;
    this.#add(how, this.#profile.delayMs);
    this.#pump();
  }

  /** The sink takes bytes again. */
  drained(): void {
    this.#blocked = false;
    this.#pump();
  }

  /** While held nothing comes out, no goodbye either; it all waits. */
  hold(on: boolean): void {
    this.#held = on;
    this.#pump();
  }

  /** Holds for what is pushed from now on; a stall ends. */
  setProfile(profile: LaneProfile): void {
    if (this.#stopped) return;
    this.#profile = profile;
    this.#bucket = new TokenBucket(profile.bytesPerSecond, this.#clock.now());
    this.#endSpells();
    this.#stalled = false;
    this.#endSpells = startSpells(this.#clock, this.#random, {
      everyMs: profile.stallEveryMs,
      lastsMs: profile.stallMs,
      begin: () => {
        this.#stalled = true;
        this.#stats.stalls++;
      },
      end: () => {
        this.#stalled = false;
        this.#pump();
      },
    });
    this.#pump();
  }

  /** Forgets what is under way. The source goes on, into nothing. */
  stop(): void {
    this.#stopped = true;
    this.#first = this.#last = undefined;
    this.#queuedBytes = 0;
    this.#endSpells();
    this.#cancelWake();
    this.#flow(true);
  }

  #add(what: Uint8Array | Ending, takesMs: number): void {
    const item: Item = { what, dueMs: this.#clock.now() + takesMs, next: undefined };
    if (this.#last === undefined) this.#first = item;
    else this.#last.next = item;
    this.#last = item;
  }

  #pump(): void {
    this.#cancelWake();
    this.#handOn();
    if (this.#queuedBytes <= QUEUE_BYTES / 2) this.#flow(true);
  }

  #handOn(): void {
    while (this.#first !== undefined && !this.#held && !this.#stalled && !this.#blocked) {
      const { what, dueMs, next } = this.#first;
      const nowMs = this.#clock.now();
      if (dueMs > nowMs) return this.#wakeIn(Math.ceil(dueMs - nowMs));
      if (typeof what === "string") {
        this.#forward(next);
        this.#ends.finish(what);
        if (what === "reset") return this.stop();
        continue;
      }
      const size = this.#bucket.take(what.length, nowMs);
      if (size === 0 && what.length > 0) return this.#wakeIn(this.#bucket.waitMs(what.length));
      this.#forward(size === what.length ? next : { what: what.subarray(size), dueMs, next });
      this.#queuedBytes -= size;
      this.#stats.bytes += size;
      this.#blocked = !this.#ends.write(what.subarray(0, size));
    }
  }

  #forward(first: Item | undefined): void {
    this.#first = first;
    if (first?.next === undefined) this.#last = first;
  }

  #wakeIn(delayMs: number): void {
    this.#cancelWake = this.#clock.after(delayMs, () => this.#pump());
  }

  #flow(on: boolean): void {
    if (this.#paused !== on) return;
    this.#paused = !on;
    this.#ends.flow(on);
  }
}
