/**
 * How a store writes a small batch: at once, in the room's own turn, or through another thread. At once takes a few µs of
 * CPU, since the system only copies the bytes; the way through a thread and back takes ten times that, at every tick of every
 * room. But a disk that stalls would then stall the ticks too, so the first slow write sends all rooms of the store through
 * the thread for a while.
 */
import { writeSync, writevSync } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import type { Clock } from "../tick/clock.ts";

/** Larger batches always go through the thread, bytes. */
const AT_ONCE_BYTES = 64 * 1024;
/** A write at once that took longer was slow, ms: more than a busy machine alone makes of it. */
const SLOW_WRITE_MS = 50;
/** How long nothing is written at once after a slow write, ms. */
const SLOW_FOR_MS = 10_000;

type WriteAtOnce = (fd: number, chunks: readonly Uint8Array[], position: number) => number;

export class WritePace {
  readonly #clock: Clock;
  readonly #writeAtOnce: WriteAtOnce;
  #slowUntilMs = Number.NEGATIVE_INFINITY;

  /** `writeAtOnce`: default the system's. */
  constructor(clock: Clock, writeAtOnce: WriteAtOnce = systemWrite) {
    this.#clock = clock;
    this.#writeAtOnce = writeAtOnce;
  }

  /** Resolves with how many bytes of `chunks` were written; rejects as the system's calls do. */
  async write(file: FileHandle, chunks: readonly Uint8Array[], bytes: number, position: number): Promise<number> {
    const startedMs = this.#clock.now();
    if (bytes > AT_ONCE_BYTES || startedMs < this.#slowUntilMs)
      return (await file.writev(chunks, position)).bytesWritten;
    const written = this.#writeAtOnce(file.fd, chunks, position);
    const nowMs = this.#clock.now();
    if (nowMs - startedMs > SLOW_WRITE_MS) this.#slowUntilMs = nowMs + SLOW_FOR_MS;
    return written;
  }
}

/** One record a tick is the usual case, and the plain call is the cheaper one. */
function systemWrite(fd: number, chunks: readonly Uint8Array[], position: number): number {
  const [only] = chunks;
  return chunks.length === 1 ? writeSync(fd, only!, 0, only!.length, position) : writevSync(fd, chunks, position);
}
