/**
 * What a room's log says of it, for the owner that takes it over: everything the next `RoomRuntime` begins with. Trees are
 * rebuilt here, once; the state under the ids its clients know.
 */
import type { Schema } from "@colyseus/schema";
import {
  type HostMemory,
  type LogRecord,
  type Mailboxes,
  NetError,
  RecordKind,
  RoomImage,
  type RoomMemory,
  roomMemoryClass,
  type RoomType,
  type SchemaClass,
} from "@ninelives/shared-schema";
import { rebuilt } from "../adapter.ts";
import type { ClaimedLog } from "../log/claimed-log.ts";
import type { LogContent } from "../log/read-log.ts";

/** A room that was claimed, and what its log holds. */
export interface Claimed {
  readonly content: LogContent;
  readonly log: ClaimedLog;
}

/** How long nobody had the room. */
export interface Pause {
  /** Wall clock from the last tick in the log to the restore, ms, 0 and up. */
  readonly downtimeMs: number;
  /** Ticks that would have run meanwhile. The room's own time stood still. */
  readonly ticksLost: number;
}

export class Past<T extends RoomType> {
  readonly log: ClaimedLog;
  readonly tick: number;
  readonly elapsedMs: number;
  readonly memory: RoomMemory<T>;
  readonly mailboxes: Mailboxes;
  readonly #records: readonly LogRecord[];
  readonly #type: T;

  /** Throws LOG_CORRUPT for a log without a snapshot that can be read. */
  constructor(type: T, { content, log }: Claimed) {
    this.#type = type;
    this.#records = fromLastSnapshot(content);
    this.log = log;
    const image = this.#image(undefined);
    this.tick = image.tick;
    this.elapsedMs = image.elapsedMs;
    this.mailboxes = image.mailboxes;
    this.memory = rebuilt(image.memory, { pinned: false }) as RoomMemory<T>;
  }

  get host(): HostMemory {
    return this.memory.host;
  }

  /** The state, as an instance of this class. */
  state<State extends Schema>(stateClass: SchemaClass<State>): State {
    return rebuilt(this.#image(stateClass).state as State, { pinned: true });
  }

  pause(wallMs: number): Pause {
    const downtimeMs = Math.max(0, Math.round(wallMs - (this.host.bornWallMs + this.elapsedMs)));
    return { downtimeMs, ticksLost: Math.floor((downtimeMs * this.#type.tickHz) / 1000) };
  }

  #image(stateClass: SchemaClass | undefined): RoomImage<Schema, Schema> {
    const image = new RoomImage(stateClass, roomMemoryClass(this.#type));
    for (const record of this.#records) image.apply(record);
    return image;
  }
}

function fromLastSnapshot({ records, damage }: LogContent): readonly LogRecord[] {
  const first = records.findLastIndex(({ kind }) => kind === RecordKind.SNAPSHOT);
  if (first !== -1) return records.slice(first);
  const why = damage.map(({ message }) => message).join("; ") || "it has none";
  throw new NetError("LOG_CORRUPT", `a snapshot expected in the log: ${why}`);
}
