/**
 * Logs in this process's memory: for tests, and for hosts that want replays but no durability. Commits happen in a later
 * turn of the event loop, as they do with a real store, so nothing can come to rely on them being immediate.
 *
 * Bound: the logs of the last LIMITS.finishedLogs finished rooms are kept, a running room's log from its last `begin` on.
 */
import { LIMITS } from "@ninelives/shared-schema";
import { nextEpoch } from "../ownership/epoch.ts";
import type { Clock } from "../tick/clock.ts";
import { type Claim, type LogAppender, type LogStore, type OwnedRoom, ownedError } from "./store.ts";

interface Kept {
  epoch: number;
  owner: string;
  state: "" | "ended" | "quarantined";
  attempts: number;
  /** Undefined before the first `begin`. */
  records: Uint8Array[] | undefined;
}

export class MemoryStore implements LogStore {
  readonly outlivesProcess = false;
  readonly name = "memory";
  readonly #clock: Clock;
  /** Those that ended stand in the order in which they did. */
  readonly #rooms = new Map<string, Kept>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async claim(roomId: string, { owner, from, onFenced }: Claim): Promise<LogAppender> {
    const current = this.#owned(roomId);
    if (current?.epoch !== from) throw ownedError(roomId, from, current);
    const before = this.#rooms.get(roomId);
    const kept: Kept = {
      epoch: nextEpoch(before?.epoch ?? 0, this.#clock.wallMs()),
      owner,
      state: "",
      attempts: current === undefined ? 0 : before!.attempts + 1,
      records: before?.records,
    };
    this.#rooms.set(roomId, kept);
    return new MemoryAppender(
      kept,
      () => this.#rooms.get(roomId) === kept && kept.state === "",
      onFenced,
      (how) => this.#close(roomId, kept, how),
    );
  }

  ownerOf(roomId: string): Promise<OwnedRoom | undefined> {
    return Promise.resolve(this.#owned(roomId));
  }

  roomsOf(): Promise<OwnedRoom[]> {
    return this.unfinished();
  }

  unfinished(): Promise<OwnedRoom[]> {
    const unfinished = [...this.#rooms].filter(([, { state, records }]) => state === "" && records !== undefined);
    return Promise.resolve(unfinished.map(([roomId, { owner, epoch }]) => ({ roomId, owner, epoch })));
  }

  list(): Promise<string[]> {
    return Promise.resolve(
      [...this.#rooms].filter(([, { records }]) => records !== undefined).map(([roomId]) => roomId),
    );
  }

  read(roomId: string): Promise<Uint8Array[]> {
    const records = this.#rooms.get(roomId)?.records;
    return Promise.resolve(records === undefined ? [] : [Buffer.concat(records)]);
  }

  async quarantine(roomId: string, epoch: number): Promise<void> {
    const kept = this.#rooms.get(roomId);
    if (kept?.epoch === epoch) this.#setAside(roomId, kept, "quarantined");
  }

  close(): Promise<void> {
    this.#rooms.clear();
    return Promise.resolve();
  }

  #owned(roomId: string): OwnedRoom | undefined {
    const kept = this.#rooms.get(roomId);
    return kept?.state === "" ? { roomId, owner: kept.owner, epoch: kept.epoch } : undefined;
  }

  #close(roomId: string, kept: Kept, how: "finished" | "released"): void {
    if (this.#rooms.get(roomId) !== kept || kept.state !== "") return;
    if (kept.records === undefined) this.#rooms.delete(roomId);
    else if (how === "released") kept.owner = "";
    else this.#setAside(roomId, kept, "ended");
  }

  #setAside(roomId: string, kept: Kept, state: "ended" | "quarantined"): void {
    kept.state = state;
    this.#rooms.delete(roomId);
    this.#rooms.set(roomId, kept);
    const aside = [...this.#rooms].filter(([, room]) => room.state !== "");
    for (const [oldest] of aside.slice(0, -LIMITS.finishedLogs)) this.#rooms.delete(oldest);
  }
}

class MemoryAppender implements LogAppender {
  needsBegin = true;
  #bytes = 0;
  #told = false;
  readonly #kept: Kept;
  readonly #isOurs: () => boolean;
  readonly #onFenced: () => void;
  readonly #onClosed: (how: "finished" | "released") => void;

  constructor(
    kept: Kept,
    isOurs: () => boolean,
    onFenced: () => void,
    onClosed: (how: "finished" | "released") => void,
  ) {
    this.#kept = kept;
    this.#isOurs = isOurs;
    this.#onFenced = onFenced;
    this.#onClosed = onClosed;
  }

  get epoch(): number {
    return this.#kept.epoch;
  }

  get attempts(): number {
    return this.#kept.attempts;
  }

  get isFull(): boolean {
    return this.#bytes >= LIMITS.segmentBytes;
  }

  append(record: Uint8Array, onCommitted: () => void): void {
    if (!this.#isOurs()) return this.#fenced();
    this.#kept.records!.push(record);
    this.#bytes += record.length;
    setImmediate(onCommitted);
  }

  begin(records: Uint8Array, onCommitted: () => void): void {
    if (this.#isOurs()) this.#kept.records = [];
    this.needsBegin = false;
    this.#bytes = 0;
    this.append(records, onCommitted);
  }

  settled(): void {
    this.#kept.attempts = 0;
  }

  async close(how: "finished" | "released"): Promise<void> {
    await new Promise<void>((resolve) => setImmediate(resolve));
    this.#onClosed(how);
  }

  #fenced(): void {
    if (this.#told) return;
    this.#told = true;
    setImmediate(this.#onFenced);
  }
}
