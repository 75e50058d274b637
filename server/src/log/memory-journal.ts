/**
 * A journal in this process's memory: the rules of the Redis one without the Redis. The memory store keeps its logs in one, and
 * simulated processes share one.
 *
 * Bound: the logs of the last LIMITS.finishedLogs ended rooms are kept, a running room's log from its last `begin` on.
 */
import { LIMITS } from "@ninelives/shared-schema";
import { nextEpoch } from "../ownership/epoch.ts";
import type { Journal, JournalBatch, JournalClaim, JournalHead, JournalPlace, RoomEnd } from "./journal.ts";
import { type OwnedRoom, ownedRoom } from "./store.ts";

interface Kept {
  head: JournalHead;
  /** Of the last claim. */
  key: string;
  /** Who had the room last, also after it was released. */
  lastOwner: string;
  players: number;
  batches: JournalBatch[];
}

export class MemoryJournal implements Journal {
  readonly name = "memory";
  readonly outlivesProcess = false;
  readonly isShared = false;
  readonly #wallMs: () => number;
  /** Those that ended stand in the order in which they did. */
  readonly #rooms = new Map<string, Kept>();

  constructor(wallMs: () => number) {
    this.#wallMs = wallMs;
  }

  async claim(
    roomId: string,
    { owner, from, key }: JournalClaim,
  ): Promise<{ isWon: boolean; head: JournalHead | undefined }> {
    const kept = this.#rooms.get(roomId);
    if (kept?.key === key) return { isWon: true, head: kept.head };
    const current = kept?.head.state === "" ? kept.head : undefined;
    if (current?.epoch !== from) return { isWon: false, head: kept?.head };
    const head: JournalHead = {
      epoch: nextEpoch(kept?.head.epoch ?? 0, this.#wallMs()),
      number: 0,
      state: "",
      owner,
      attempts: current === undefined ? 0 : current.attempts + 1,
      isBegun: current?.isBegun ?? false,
    };
    this.#rooms.set(roomId, { players: 0, batches: [], ...kept, head, key, lastOwner: owner });
    return { isWon: true, head };
  }

  async append(roomId: string, batch: JournalBatch): Promise<JournalPlace> {
    const kept = this.#rooms.get(roomId) ?? { head: NOTHING, key: "", lastOwner: batch.owner, players: 0, batches: [] };
    const { head } = kept;
    const { epoch, number, owner, begins } = batch;
    const isCurrent = head.epoch === epoch && head.state === "";
    const fits = isCurrent
      ? number === head.number + 1 || (begins && number > head.number)
      : begins && head.epoch < epoch;
    if (!fits) return head;
    kept.head = isCurrent
      ? { ...head, number, isBegun: head.isBegun || begins }
      : { epoch, number, state: "", owner, attempts: 0, isBegun: true };
    if (begins) {
      kept.batches = [];
      kept.players = batch.players;
    }
    kept.batches.push(batch);
    this.#rooms.set(roomId, kept);
    return kept.head;
  }

  async head(roomId: string): Promise<JournalHead | undefined> {
    return this.#rooms.get(roomId)?.head;
  }

  async settle(roomId: string, epoch: number): Promise<void> {
    const kept = this.#current(roomId, epoch);
    if (kept !== undefined) kept.head = { ...kept.head, attempts: 0 };
  }

  async release(roomId: string, epoch: number): Promise<void> {
    const kept = this.#current(roomId, epoch);
    if (kept?.head.isBegun === false) await this.end(roomId, epoch, "ended");
    else if (kept !== undefined) kept.head = { ...kept.head, owner: "" };
  }

  async end(roomId: string, epoch: number, state: RoomEnd): Promise<void> {
    const kept = this.#current(roomId, epoch);
    if (kept === undefined) return;
    kept.head = { ...kept.head, state };
    this.#rooms.delete(roomId);
    if (kept.batches.length > 0) this.#rooms.set(roomId, kept);
    const ended = [...this.#rooms].filter(([, { head }]) => head.state !== "");
    for (const [oldest] of ended.slice(0, -LIMITS.finishedLogs)) this.#rooms.delete(oldest);
  }

  async rooms(owner?: string): Promise<OwnedRoom[]> {
    const rooms = [...this.#rooms].filter(
      ([, { head, lastOwner }]) => head.isBegun && head.state === "" && (owner === undefined || lastOwner === owner),
    );
    rooms.sort(([, a], [, b]) => b.players - a.players);
    return rooms.map(([roomId, { head }]) => ownedRoom(roomId, head.owner, head.epoch, head.attempts));
  }

  async list(): Promise<string[]> {
    return [...this.#rooms].filter(([, { batches }]) => batches.length > 0).map(([roomId]) => roomId);
  }

  async read(roomId: string): Promise<Uint8Array[]> {
    const chunks = this.#rooms.get(roomId)?.batches.flatMap((batch) => batch.chunks) ?? [];
    return chunks.length === 0 ? [] : [Buffer.concat(chunks)];
  }

  async close(): Promise<void> {}

  #current(roomId: string, epoch: number): Kept | undefined {
    const kept = this.#rooms.get(roomId);
    return kept?.head.epoch === epoch && kept.head.state === "" ? kept : undefined;
  }
}

const NOTHING: JournalHead = { epoch: 0, number: 0, state: "", owner: "", attempts: 0, isBegun: false };
