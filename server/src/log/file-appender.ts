/**
 * Writes one room's log file. Appends of one turn of the event loop, and all that come while a write is under way, go out
 * in one call. A failed write is cut off the file again and retried; when more than LIMITS.appendQueueBytes wait, they are
 * given up and the owner has to `begin` with a fresh snapshot, whose commit then stands for all of them.
 */
import { access, type FileHandle, open, rename, rm } from "node:fs/promises";
import { LIMITS } from "@ninelives/shared-schema";
import type { Clock } from "../tick/clock.ts";
import { OWNERS_FILE } from "./file-names.ts";
import type { LogAppender } from "./store.ts";
import type { WritePace } from "./write-pace.ts";

const RETRY_MS = 1_000;

interface Append {
  readonly bytes: Uint8Array;
  readonly begins: boolean;
  readonly onCommitted: () => void;
}

export interface FileAppenderOptions {
  /** Path without `.log`. */
  readonly base: string;
  readonly epoch: number;
  readonly attempts: number;
  readonly clock: Clock;
  /** One for all files of the store. */
  readonly pace: WritePace;
  readonly onFault: (message: string, error: unknown) => void;
  readonly onFenced: () => void;
  readonly onSettled: () => Promise<void>;
  readonly onClosed: (how: "finished" | "released") => Promise<void>;
}

export class FileAppender implements LogAppender {
  needsBegin = true;
  #segmentBytes = 0;
  readonly #options: FileAppenderOptions;
  #queue: Append[] = [];
  #queuedBytes = 0;
  /** Commits that were given up with their records; the next `begin` stands for them. */
  #orphans: (() => void)[] = [];
  #file: FileHandle | undefined;
  /** Bytes of the current file that are whole records. */
  #wholeBytes = 0;
  #pumping: Promise<void> | undefined;
  #closing = false;
  #fenced: "no" | "unsaid" | "said" = "no";
  /** Ends the wait for the next try. */
  #wake = () => {};

  constructor(options: FileAppenderOptions) {
    this.#options = options;
  }

  get epoch(): number {
    return this.#options.epoch;
  }

  get attempts(): number {
    return this.#options.attempts;
  }

  get isFull(): boolean {
    return this.#segmentBytes >= LIMITS.segmentBytes;
  }

  append(bytes: Uint8Array, onCommitted: () => void): void {
    if (this.#fenced !== "no") this.#tellFenced();
    else if (this.needsBegin) this.#orphans.push(onCommitted);
    else this.#push({ bytes, begins: false, onCommitted });
  }

  begin(bytes: Uint8Array, onCommitted: () => void): void {
    if (this.#fenced !== "no") return this.#tellFenced();
    this.needsBegin = false;
    this.#segmentBytes = 0;
    const orphans = this.#orphans;
    this.#orphans = [];
    this.#push({
      bytes,
      begins: true,
      onCommitted() {
        for (const orphan of orphans) orphan();
        onCommitted();
      },
    });
  }

  settled(): void {
    if (this.#fenced !== "no") return;
    const { base, onSettled, onFault } = this.#options;
    onSettled().catch((error: unknown) => onFault(`${base}.log: the count of its claims cannot be deleted`, error));
  }

  async close(how: "finished" | "released"): Promise<void> {
    this.#closing = true;
    await this.#letGo();
    if (this.#fenced === "no") await this.#options.onClosed(how);
  }

  /** Somebody else has the room now. Resolves when nothing of this appender is being written any more; what waited is dropped. */
  async fence(): Promise<void> {
    this.#fenced = "unsaid";
    this.#queue = [];
    this.#wake();
    await this.#letGo();
  }

  async #letGo(): Promise<void> {
    await this.#pumping;
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
  }

  #tellFenced(): void {
    if (this.#fenced === "said") return;
    this.#fenced = "said";
    setImmediate(this.#options.onFenced);
  }

  #push(append: Append): void {
    if (this.#queuedBytes + append.bytes.length > LIMITS.appendQueueBytes && !append.begins) {
      this.#giveUp(append);
      return;
    }
    this.#segmentBytes += append.bytes.length;
    this.#queuedBytes += append.bytes.length;
    this.#queue.push(append);
    this.#pumping ??= this.#pump();
  }

  #giveUp(last: Append): void {
    this.#orphans.push(...this.#queue.map((append) => append.onCommitted), last.onCommitted);
    this.#queue = [];
    this.#queuedBytes = 0;
    this.needsBegin = true;
    const message = `${this.#options.base}: ${LIMITS.appendQueueBytes} bytes wait for the disk, a fresh snapshot will replace them`;
    this.#options.onFault(message, undefined);
  }

  /** Writes until nothing waits. Cleared in the same turn as its last look at the queue, so that no append is left behind. */
  async #pump(): Promise<void> {
    await Promise.resolve();
    try {
      while (this.#queue.length > 0) {
        const nextBegin = this.#queue.findIndex((append, index) => append.begins && index > 0);
        const batch = this.#queue.splice(0, nextBegin === -1 ? this.#queue.length : nextBegin);
        if (await this.#tryBatch(batch)) continue;
        if (this.#closing || this.#fenced !== "no") return;
        await new Promise<void>((resolve) => {
          const timer = this.#options.clock.after(RETRY_MS, resolve);
          this.#wake = () => {
            timer.cancel();
            resolve();
          };
        });
      }
    } finally {
      this.#pumping = undefined;
    }
  }

  /** false: the batch waits at the head of the queue again, or its commits wait for the next `begin`. */
  async #tryBatch(batch: readonly Append[]): Promise<boolean> {
    try {
      await (batch[0]!.begins ? this.#beginSegment(batch) : this.#write(batch));
    } catch (error) {
      this.#options.onFault(`${this.#options.base}.log: write failed, ${batch.length} records wait`, error);
      if (this.#fenced !== "no") return false;
      if (this.needsBegin) this.#orphans.unshift(...batch.map((append) => append.onCommitted));
      else this.#queue.unshift(...batch);
      return false;
    }
    for (const append of batch) {
      this.#queuedBytes = Math.max(0, this.#queuedBytes - append.bytes.length);
      this.#tellCommitted(append);
    }
    return true;
  }

  #tellCommitted(append: Append): void {
    try {
      append.onCommitted();
    } catch (error) {
      this.#options.onFault(`${this.#options.base}.log: a reader of commits threw`, error);
    }
  }

  async #write(batch: readonly Append[]): Promise<void> {
    const file = this.#file!;
    const bytes = batch.reduce((sum, append) => sum + append.bytes.length, 0);
    try {
      const chunks = batch.map((append) => append.bytes);
      const written = await this.#options.pace.write(file, chunks, bytes, this.#wholeBytes);
      if (written !== bytes) throw new Error(`${written} of ${bytes} bytes written`);
    } catch (error) {
      await file.truncate(this.#wholeBytes).catch(() => {});
      throw error;
    }
    this.#wholeBytes += bytes;
  }

  async #beginSegment(batch: readonly Append[]): Promise<void> {
    const { base } = this.#options;
    const next = await open(`${base}.next.log`, "w", OWNERS_FILE);
    const old = this.#file;
    const oldWholeBytes = this.#wholeBytes;
    this.#file = next;
    this.#wholeBytes = 0;
    try {
      await this.#write(batch);
      await next.datasync();
      await shift(base);
      await rename(`${base}.next.log`, `${base}.log`);
    } catch (error) {
      this.#file = old;
      this.#wholeBytes = oldWholeBytes;
      await next.close().catch(() => {});
      throw error;
    }
    await old?.close();
  }
}

/**
 * Moves the current segment behind the closed ones and deletes the oldest beyond LIMITS.segmentsKept. Nothing when it was
 * moved already by an attempt that failed afterwards, else every attempt would push out a segment.
 */
async function shift(base: string): Promise<void> {
  if (!(await exists(`${base}.log`))) return;
  const name = (kept: number) => (kept === 0 ? `${base}.log` : `${base}.${kept}.log`);
  await rm(name(LIMITS.segmentsKept), { force: true });
  for (let kept = LIMITS.segmentsKept - 1; kept >= 0; kept--) {
    await rename(name(kept), name(kept + 1)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") throw error;
    });
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
