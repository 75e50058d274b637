/**
 * Logs in this process's memory: for tests, and for hosts that want replays but no durability. Commits happen in a later
 * turn of the event loop, as they do with a real store, so nothing can come to rely on them being immediate.
 *
 * Bound: the logs of the last LIMITS.finishedLogs finished rooms are kept, a running room's log from its last `begin` on.
 */
import { LIMITS } from "@ninelives/shared-schema";
import { lastEpoch, parseSegments } from "./read-log.ts";
import type { LogAppender, LogStore } from "./store.ts";

export class MemoryStore implements LogStore {
  readonly name = "memory";
  readonly #logs = new Map<string, Uint8Array[]>();
  /** Oldest first. */
  readonly #finished = new Set<string>();

  async open(roomId: string): Promise<LogAppender> {
    const previousEpoch = lastEpoch(parseSegments(await this.read(roomId)));
    const onBegin = (records: Uint8Array[]) => {
      this.#finished.delete(roomId);
      this.#logs.set(roomId, records);
    };
    return new MemoryAppender(previousEpoch, onBegin, () => this.#retain(roomId));
  }

  list(): Promise<string[]> {
    return Promise.resolve([...this.#logs.keys()]);
  }

  unfinished(): Promise<string[]> {
    return Promise.resolve([...this.#logs.keys()].filter((roomId) => !this.#finished.has(roomId)));
  }

  read(roomId: string): Promise<Uint8Array[]> {
    const records = this.#logs.get(roomId);
    return Promise.resolve(records === undefined ? [] : [Buffer.concat(records)]);
  }

  close(): Promise<void> {
    this.#logs.clear();
    return Promise.resolve();
  }

  #retain(roomId: string): void {
    if (!this.#logs.has(roomId)) return;
    this.#finished.add(roomId);
    if (this.#finished.size <= LIMITS.finishedLogs) return;
    const [oldest] = this.#finished as Iterable<string>;
    this.#finished.delete(oldest!);
    this.#logs.delete(oldest!);
  }
}

class MemoryAppender implements LogAppender {
  readonly previousEpoch: number;
  readonly needsBegin = false;
  segmentBytes = 0;
  #records: Uint8Array[] = [];
  readonly #onBegin: (records: Uint8Array[]) => void;
  readonly #onFinished: () => void;

  constructor(previousEpoch: number, onBegin: (records: Uint8Array[]) => void, onFinished: () => void) {
    this.previousEpoch = previousEpoch;
    this.#onBegin = onBegin;
    this.#onFinished = onFinished;
  }

  append(record: Uint8Array, onCommitted: () => void): void {
    this.#records.push(record);
    this.segmentBytes += record.length;
    setImmediate(onCommitted);
  }

  begin(records: Uint8Array, onCommitted: () => void): void {
    this.#records = [];
    this.segmentBytes = 0;
    this.#onBegin(this.#records);
    this.append(records, onCommitted);
  }

  async close(finished: boolean): Promise<void> {
    await new Promise<void>((resolve) => setImmediate(resolve));
    if (finished) this.#onFinished();
  }
}
