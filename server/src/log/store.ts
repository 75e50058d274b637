/** Where logs live. One contract, one test suite, several stores: memory, file, later Redis. */
export interface LogStore {
  readonly name: string;
  /** Opens a room's log for writing; refuses (rejects) when it cannot be written. */
  open(roomId: string): Promise<LogAppender>;
  /** Ids of all rooms that have a log, finished ones included. */
  list(): Promise<string[]>;
  /** Of those, the ones that nobody closed as finished: their rooms run here, or their owner died. */
  unfinished(): Promise<string[]>;
  /** The newest readable run of records of a room: its segments' bytes, oldest first. Empty when there is none. */
  read(roomId: string): Promise<Uint8Array[]>;
  close(): Promise<void>;
}

export interface LogAppender {
  /** The highest epoch found in what was there before, 0 for a new log. */
  readonly previousEpoch: number;
  /**
   * Appends a record after all earlier ones; `onCommitted` is called once it cannot be lost by the death of this process,
   * in order of the appends.
   */
  append(record: Uint8Array, onCommitted: () => void): void;
  /** As append, and from here on a reader needs nothing older: `records` is a header and a snapshot. */
  begin(records: Uint8Array, onCommitted: () => void): void;
  /** Bytes since the last `begin`. The owner begins anew when they pass LIMITS.segmentBytes. */
  readonly segmentBytes: number;
  /** Records were lost because the store was away too long; the owner has to `begin` again. */
  readonly needsBegin: boolean;
  /** Commits what waits and lets go. `finished`: the room ended by itself; its log may be deleted under the caps. */
  close(finished: boolean): Promise<void>;
}
