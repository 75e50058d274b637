/**
 * What keeps the logs that several processes share: a run of numbered batches per room, and the one who may add to it. Small on
 * purpose: what to do about lost answers, gaps and fences is decided once, in journal-appender.ts, whatever implements this.
 *
 * Invariants of an implementation: epochs of a room only rise; a batch is taken whole or not at all; within an epoch numbers
 * rise by one, except that a batch that begins anew may skip some; nothing is taken of an epoch that is not the last.
 */
import { type OwnedRoom, suspicion } from "./store.ts";

/** Ended and quarantined rooms are read only, and deleted under the caps. */
export type RoomEnd = "ended" | "quarantined";

/** Where a room's log ends. */
export interface JournalPlace {
  readonly epoch: number;
  /** Number of the last batch that was taken in this epoch; 0 before the first. */
  readonly number: number;
  readonly state: "" | RoomEnd;
}

/** What a journal knows of a room. */
export interface JournalHead extends JournalPlace {
  /** Process id; empty after the room was released. */
  readonly owner: string;
  /** Process id of who it was released to; empty while it has an owner, and when that was anybody. */
  readonly heir: string;
  /** Claims since the room last settled, the one that made it new not counted. */
  readonly attempts: number;
  /** A batch that begins was taken: the room can be restored. */
  readonly isBegun: boolean;
}

export interface JournalClaim {
  readonly owner: string;
  /** Epoch that has to be the current one; undefined: no unfinished log may be there. */
  readonly from: number | undefined;
  /** Of this claim alone: the same one made again, after a lost answer, is granted again. */
  readonly key: string;
}

export interface JournalBatch {
  readonly epoch: number;
  readonly owner: string;
  /** From 1. Never given to two different batches of an epoch. */
  readonly number: number;
  /** Nothing older is needed: it is deleted. Taken also when the journal has only older epochs, or nothing. */
  readonly begins: boolean;
  /** Players of the room; undefined: as many as said before. */
  readonly players: number | undefined;
  readonly chunks: readonly Uint8Array[];
}

/** Every method rejects when it is not known whether it happened. Doing it again is always harmless. */
export interface Journal {
  readonly name: string;
  readonly outlivesProcess: boolean;
  readonly isShared: boolean;
  claim(
    roomId: string,
    claim: JournalClaim,
  ): Promise<{ readonly isWon: boolean; readonly head: JournalHead | undefined }>;
  /** Resolves with epoch, number and state as they are then: the batch was taken if they are its own. */
  append(roomId: string, batch: JournalBatch): Promise<JournalPlace>;
  head(roomId: string): Promise<JournalHead | undefined>;
  /** Attempts count from 0 again. This and the next two change nothing when the epoch is not current. */
  settle(roomId: string, epoch: number): Promise<void>;
  /** Nobody has the room any more, and `heir` is to take it; empty: anybody. One that never began is forgotten. */
  release(roomId: string, epoch: number, heir: string): Promise<void>;
  /** As release, and nothing is taken any more. */
  end(roomId: string, epoch: number, how: RoomEnd): Promise<void>;
  /** Begun and neither ended nor quarantined, most players first: of this owner, released ones included, or everybody's. */
  rooms(owner?: string): Promise<OwnedRoom[]>;
  /** Ids of all rooms that have a log. */
  list(): Promise<string[]>;
  /** Bytes of all batches from the last that begins on. */
  read(roomId: string): Promise<Uint8Array[]>;
  close(): Promise<void>;
}

/** Whose the room is. */
export function ownership({ owner, epoch, heir, attempts }: JournalHead): Omit<OwnedRoom, "roomId"> {
  return { owner, epoch, ...(heir === "" ? {} : { heir }), ...suspicion(attempts) };
}

/**
 * What the place a journal is at says of a batch: it is there, somebody else has the room or it ended, the batch is the next one the
 * journal would take, or the journal misses others before it.
 */
export function verdictOn(batch: JournalBatch, place: JournalPlace | undefined): "taken" | "over" | "next" | "lost" {
  const { epoch, number, begins } = batch;
  if (place === undefined || place.epoch < epoch) return begins ? "next" : "lost";
  if (place.epoch > epoch || place.state !== "") return "over";
  if (place.number === number) return "taken";
  return begins || place.number === number - 1 ? "next" : "lost";
}
