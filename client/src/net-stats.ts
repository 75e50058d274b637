/** What a player's net panel shows, over the last second. */
import type { RoomClock as SdkClock } from "@colyseus/sdk";
import type { FrameCounts } from "./adapter.ts";

/** Shortest span a rate is taken over, ms. */
const WINDOW_MS = 1_000;

export interface NetSnapshot {
  /** Round trip of an input and the patch that carries it, smoothed, ms; 0 before the first. */
  readonly rttMs: number;
  /** How unevenly patches arrive, smoothed, ms. */
  readonly jitterMs: number;
  readonly patchesPerSecond: number;
  readonly patchBytesPerSecond: number;
  /** Everything received, bytes a second. */
  readonly bytesPerSecond: number;
  /** Commands that were sent once more since the join, because a connection or a process was lost with them. */
  readonly commandsResent: number;
}

export class NetStats {
  readonly #sdkClock: () => SdkClock;
  readonly #counts: Readonly<FrameCounts>;
  readonly #clock: { now(): number };
  #markMs: number;
  #mark: FrameCounts;
  #rates = { patchesPerSecond: 0, patchBytesPerSecond: 0, bytesPerSecond: 0 };

  constructor(sdkClock: () => SdkClock, counts: Readonly<FrameCounts>, clock: { now(): number }) {
    this.#sdkClock = sdkClock;
    this.#counts = counts;
    this.#clock = clock;
    this.#markMs = clock.now();
    this.#mark = { ...counts };
  }

  /** Everything since the join. */
  get totals(): Readonly<FrameCounts> {
    return this.#counts;
  }

  read(): NetSnapshot {
    const spanMs = this.#clock.now() - this.#markMs;
    if (spanMs >= WINDOW_MS) {
      const perSecond = (now: number, before: number) => ((now - before) * 1000) / spanMs;
      this.#rates = {
        patchesPerSecond: perSecond(this.#counts.patches, this.#mark.patches),
        patchBytesPerSecond: perSecond(this.#counts.patchBytes, this.#mark.patchBytes),
        bytesPerSecond: perSecond(this.#counts.bytes, this.#mark.bytes),
      };
      this.#mark = { ...this.#counts };
      this.#markMs += spanMs;
    }
    const sdkClock = this.#sdkClock();
    const { commandsResent } = this.#counts;
    return { rttMs: sdkClock.smoothedRtt(), jitterMs: sdkClock.jitter(), ...this.#rates, commandsResent };
  }
}
