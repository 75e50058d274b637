/**
 * Where logs live, and who may write them. One contract, one test suite, several stores: memory, file, Redis.
 *
 * A room's log has one owner at a time. To take a room is to raise its epoch in the store: from then on the store refuses what
 * an earlier owner appends, however late it comes, so an early takeover is always safe.
 */
import { LIMITS, NetError } from "@ninelives/shared-schema";

export interface OwnedRoom {
  readonly roomId: string;
  /** Process id; empty when nobody has the room: it was released, or its store forgets owners at a restart. */
  readonly owner: string;
  readonly epoch: number;
  /** Process id of who it was left to, when it was released to somebody. */
  readonly heir?: string;
  /** Takeovers since it last settled. Left out while they are fewer than LIMITS.restoresTogether. */
  readonly attempts?: number;
}

export interface Claim {
  /** Process id of who takes the room. */
  readonly owner: string;
  /** The epoch the caller knows as the current one; undefined for a new room, which is refused while an unfinished log is there. */
  readonly from: number | undefined;
  /** Called once, when the store says that the room is not ours any more: nothing more of this appender will be committed. */
  readonly onFenced: () => void;
}

export interface LogStore {
  readonly name: string;
  /** What is in it is there for the next process. */
  readonly outlivesProcess: boolean;
  /**
   * Takes a room. Its epoch is above the last one and at least the store's wall clock in ms; appends of earlier epochs are
   * refused from now on. Rejects with OWNED (`details`: owner, epoch) when `from` is not current.
   */
  claim(roomId: string, claim: Claim): Promise<LogAppender>;
  /** Who has the room; undefined when there is no unfinished log of it. */
  ownerOf(roomId: string): Promise<OwnedRoom | undefined>;
  /**
   * Unfinished rooms of this owner and those it released and nobody took, most players first where the store knows. A store of
   * one process: every unfinished room, whatever the owner.
   */
  roomsOf(owner: string): Promise<OwnedRoom[]>;
  /** Rooms that nobody closed as finished: they run somewhere, or their owner died. */
  unfinished(): Promise<OwnedRoom[]>;
  /** Ids of all rooms that have a log, finished and quarantined ones included. */
  list(): Promise<string[]>;
  /** The newest readable run of records of a room: its segments' bytes, oldest first. Empty when there is none. */
  read(roomId: string): Promise<Uint8Array[]>;
  /** Sets a room aside that cannot be restored, if `epoch` is current: it is not offered again, its log stays readable. */
  quarantine(roomId: string, epoch: number): Promise<void>;
  close(): Promise<void>;
}

export interface LogAppender {
  readonly epoch: number;
  /** How often the room was taken over since it last settled, this time included; 0 for a new one. Some kill who restores them. */
  readonly attempts: number;
  /**
   * Appends a record after all earlier ones; `onCommitted` is called once it cannot be lost by the death of this process,
   * in order of the appends. Rooms with more `players` are offered first to who takes them over; undefined: as said before.
   */
  append(record: Uint8Array, onCommitted: () => void, players?: number): void;
  /** As append, and from here on a reader needs nothing older: `records` is a header and a snapshot. */
  begin(records: Uint8Array, onCommitted: () => void, players?: number): void;
  /** A cap of what may stand since the last `begin` is reached: the owner begins anew at its next snapshot. */
  readonly isFull: boolean;
  /** Nothing was begun yet, or records were lost on the way to the store: the owner has to `begin`. */
  readonly needsBegin: boolean;
  /** The restored room runs: attempts count from 0 again. */
  settled(): void;
  /**
   * Commits what waits and lets go. `finished`: the room ended, its log may be deleted under the caps. `released`: anybody may take
   * it, and the process `heir` is to.
   */
  close(how: "finished" | "released", heir?: string): Promise<void>;
}

/** What takeovers that did not settle say of a room: nothing, while they are few. */
export function suspicion(attempts: number): Pick<OwnedRoom, "attempts"> {
  return attempts < LIMITS.restoresTogether ? {} : { attempts };
}

/** Rejects a claim: `current` is what the store has. */
export function ownedError(roomId: string, from: number | undefined, current: OwnedRoom | undefined): NetError {
  const expected = from === undefined ? "no unfinished log" : `epoch ${from}`;
  const got =
    current === undefined ? "there is no unfinished log" : `"${current.owner}" has it at epoch ${current.epoch}`;
  return new NetError("OWNED", `room "${roomId}": ${expected} expected, but ${got}: somebody else was faster`, {
    owner: current?.owner ?? "",
    epoch: current?.epoch ?? 0,
  });
}
