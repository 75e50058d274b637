/**
 * What a room's log says of it, for the owner that takes it over: everything the next `RoomRuntime` begins with. Trees are
 * rebuilt here, once; the state under the ids its clients know.
 */
import { Schema } from "@colyseus/schema";
import {
  type HostMemory,
  type LogRecord,
  type Mailboxes,
  misfit,
  newFields,
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
import type { LogHeader, RoomLayout } from "../log/header.ts";
import type { LogContent } from "../log/read-log.ts";
import { forgetTopics, readdress } from "./inheritance.ts";
import { type DueMigration, migrate } from "./migration.ts";

/** A room that was claimed, and what its log holds. */
export interface Claimed {
  readonly content: LogContent;
  readonly log: ClaimedLog;
  /** What brings it to this build's version of its type; undefined: it has that version. */
  readonly migration?: DueMigration | undefined;
}

/** How long nobody had the room. */
export interface Pause {
  /** Wall clock from the last tick in the log to the restore, ms, 0 and up. */
  readonly downtimeMs: number;
  /** Ticks that would have run meanwhile. The room's own time stood still. */
  readonly ticksLost: number;
  /** The version that played the match before, when it was another one: it was migrated. */
  readonly migratedFrom?: number | undefined;
}

export class Past<T extends RoomType> {
  readonly log: ClaimedLog;
  readonly tick: number;
  readonly elapsedMs: number;
  readonly memory: RoomMemory<T>;
  readonly mailboxes: Mailboxes;
  readonly #records: readonly LogRecord[];
  readonly #header: LogHeader;
  readonly #layout: RoomLayout;
  readonly #type: T;
  readonly #migratedFrom: number | undefined;
  /** Of a match that was migrated. */
  readonly #newState: Schema | undefined;
  /** The log as it was read, with the state where its class was known; read once. */
  readonly #image: RoomImage<Schema, Schema> | undefined;

  /**
   * Throws LOG_CORRUPT for a log without a snapshot that can be read, QUARANTINED for one that this build cannot read as it was meant,
   * and what the game's migration throws.
   */
  constructor(type: T, { content, log, migration }: Claimed) {
    this.#type = type;
    this.#records = fromLastSnapshot(content);
    const { header } = content;
    if (header?.layout === undefined) {
      throw new NetError(
        "QUARANTINED",
        `room "${header?.roomId}": its log is of a build that did not write how to read it`,
      );
    }
    this.#header = header;
    this.#layout = header.layout;
    this.log = log;
    this.#migratedFrom = migration?.from;
    const { image, memory, state } =
      migration === undefined ? this.#unchanged() : migrate(type, migration, this.#records, this.#layout);
    this.#image = migration === undefined ? image : undefined;
    this.tick = image.tick;
    this.elapsedMs = image.elapsedMs;
    this.mailboxes = image.mailboxes;
    this.memory = memory;
    this.#newState = state;
    readdress(this.mailboxes, this.#layout.events, type, migration !== undefined);
    forgetTopics(this.host, type);
  }

  get host(): HostMemory {
    return this.memory.host;
  }

  /** The state, as an instance of this class. Throws QUARANTINED when the class cannot read what is in the log. */
  state<State extends Schema>(stateClass: SchemaClass<State>): State {
    if (this.#newState !== undefined) return this.#newState as State;
    const { state } = this.#layout;
    this.#refuse(state === undefined ? "it has no state in its log" : misfit(state, stateClass, "state"));
    const image = stateClass === this.#knownState ? this.#image! : this.#read(stateClass);
    return rebuilt(image.state as State, { pinned: true, added: newFields(state!, stateClass) });
  }

  pause(wallMs: number): Pause {
    const downtimeMs = Math.max(0, Math.round(wallMs - (this.host.bornWallMs + this.elapsedMs)));
    const ticksLost = Math.floor((downtimeMs * this.#type.tickHz) / 1000);
    return { downtimeMs, ticksLost, migratedFrom: this.#migratedFrom };
  }

  #unchanged(): { image: RoomImage<Schema, Schema>; memory: RoomMemory<T>; state: undefined } {
    const memoryClass = roomMemoryClass(this.#type);
    this.#refuse(misfit(this.#layout.memory, memoryClass, "memory"));
    const image = this.#read(this.#knownState);
    const added = newFields(this.#layout.memory, memoryClass);
    return { image, memory: rebuilt(image.memory, { pinned: false, added }) as RoomMemory<T>, state: undefined };
  }

  #refuse(why: string | undefined): void {
    if (why === undefined) return;
    const { roomId, type, version } = this.#header;
    const advice =
      "new fields go behind those that are there; for anything else raise `version` and give `migrate` a way from this one";
    throw new NetError("QUARANTINED", `room "${roomId}" of "${type}" version ${version}: ${why}: ${advice}`);
  }

  /** The class that the type names, when it fits; a plain room says its class later. */
  get #knownState(): SchemaClass | undefined {
    const { state } = this.#layout;
    const { state: named } = this.#type;
    if (state === undefined || (named as unknown) === Schema) return undefined;
    return misfit(state, named, "state") === undefined ? named : undefined;
  }

  #read(stateClass: SchemaClass | undefined): RoomImage<Schema, Schema> {
    const image = new RoomImage<Schema, Schema>(stateClass, roomMemoryClass(this.#type));
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
