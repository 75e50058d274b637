/**
 * How a match of an earlier version of its room type goes on: the game makes new trees of the old ones, which it gets as plain data, for
 * their classes are gone. What the framework remembers (seats, tokens, chance, clock, timers, mailboxes) is carried over as it is.
 *
 * It runs before the room is there and may run again, when the process dies before its result is in the log: so it must depend on
 * nothing but what it is given.
 */
import {
  HostMemory,
  type LogRecord,
  type MemoryOf,
  misfit,
  NetError,
  type NoMemory,
  RoomImage,
  type RoomMemory,
  roomMemoryClass,
  type RoomType,
  type StateOf,
} from "@ninelives/shared-schema";
import type { Schema } from "@colyseus/schema";
import { carriedOver, plainOf, succeeding } from "../adapter.ts";
import type { RoomLayout } from "../log/header.ts";

/** A match as an earlier version of its room type left it. */
export interface OldMatch {
  /** The version that played it. */
  readonly version: number;
  readonly tick: number;
  /** The room's clock, ms since it began. */
  readonly elapsedMs: number;
  /**
   * Its state, hidden fields included, as plain data: an instance is an object, a map an object, an array, set or collection an array.
   * A field that had no value is left out; an instance that was held in several places is in each of them.
   */
  readonly state: unknown;
  /** Its memory, as plain data. */
  readonly memory: unknown;
}

/** What a match goes on with: new trees of the classes of today. */
export type Migrated<T extends RoomType> = { readonly state: StateOf<T> } & (typeof NoMemory extends T["memory"]
  ? { readonly memory?: MemoryOf<T> }
  : { readonly memory: MemoryOf<T> });

/** A throw sets the match aside, its log kept. Must not be async. */
export type Migration<T extends RoomType> = (old: OldMatch) => Migrated<T>;

/** By the version that a match has: one call brings it to today's version. A version that is not there has no way here. */
export type Migrations<T extends RoomType> = { readonly [from: number]: Migration<T> };

/** A migration that is due. */
export interface DueMigration {
  readonly from: number;
  readonly run: Migration<RoomType>;
}

/** What a migrated room begins with. */
export interface Successor<T extends RoomType> {
  readonly image: RoomImage<Schema, Schema>;
  readonly state: Schema;
  readonly memory: RoomMemory<T>;
}

/** Reads a match by the layout its log names, and has it migrated. Throws what the game throws. */
export function migrate<T extends RoomType>(
  type: T,
  { from, run }: DueMigration,
  records: readonly LogRecord[],
  layout: RoomLayout,
): Successor<T> {
  const unfit = misfit(layout.memory, roomMemoryClass(type), "memory", "host");
  if (unfit !== undefined) throw new NetError("QUARANTINED", `what the host remembers of the match: ${unfit}`);
  const image = new RoomImage<Schema, Schema>(layout.state, layout.memory);
  for (const record of records) image.apply(record);
  const old = image.memory as RoomMemory<RoomType>;
  const { tick, elapsedMs } = image;
  const migrated = run({ version: from, tick, elapsedMs, state: plainOf(image.state), memory: plainOf(old.game) });
  const memory = new (roomMemoryClass(type))();
  memory.host = carriedOver(old.host, HostMemory);
  memory.game = checked(migrated.memory ?? new type.memory(), type.memory, "memory") as MemoryOf<T>;
  const state = succeeding(checked(migrated.state, type.state, "state"), image.lastRefId);
  return { image, state, memory };
}

function checked(tree: unknown, treeClass: RoomType["state"], what: string): Schema {
  if (tree instanceof treeClass) return tree;
  throw new TypeError(`migrate: \`${what}\` of class ${treeClass.name} expected, ${nameOf(tree)} got`);
}

function nameOf(value: unknown): string {
  return typeof value === "object" && value !== null ? `a ${value.constructor.name}` : typeof value;
}
