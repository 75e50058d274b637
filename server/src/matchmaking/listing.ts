/** A room's row as Colyseus keeps it, and as the directory in Redis does: what it is found by, and how many seats it has. */
import { type IRoomCache, LocalDriver, type SortOptions } from "@colyseus/core";

/** What a queue may know of a match that one made. */
export interface ListedMatch {
  /** undefined: regions do not count. */
  readonly region?: string | undefined;
  /** What its players asked a match to be, by join option. */
  readonly filters: Readonly<Record<string, string>>;
  /** Mean of who plays in it. */
  readonly skill: number;
  /** Seats of each team that the queue may fill. Empty: none, and none will come free. */
  readonly free: readonly number[];
}

/** A row, with the epoch of the room's owner, 0 for a room without a log; and what a queue may know of a match that one made. */
export type Row = IRoomCache & { readonly epoch?: number; readonly match?: ListedMatch };

/** What rows are asked for by. */
export type Conditions = Readonly<Record<string, unknown>>;

/** Where a room is while it takes players: by its type's name, and by each value it may be filtered by. */
export interface Places {
  /** When it was made, ms: the oldest is filled first. */
  readonly since: number;
  readonly in: readonly string[];
}

/** Stands for a room without a limit. */
const ENDLESS = 1_000_000_000;

/** A room that is found by nothing. */
export function hiddenPlaces(since: number): Places {
  return { since, in: [] };
}

/** The indexes that have every room of this type with these values, `filters` being those of its type it may be found by. */
export function indexesOf(name: string, filters: readonly string[], values: Conditions): string[] {
  const filtered = filters.filter((field) => values[field] !== undefined);
  return filtered.length === 0 ? [name] : filtered.map((field) => `${name}?${field}=${JSON.stringify(values[field])}`);
}

/** The index that has the matches of this type in which a queue may fill seats. */
export function openingsIndex(name: string): string {
  return `${name}!`;
}

/** Of the queues of a type the one with this number, from 1: there is more than one when they are full. */
export function queuePlace(name: string, number: number): string {
  return `${name} ${number}`;
}

/** Every index that has the room. */
export function placesOf(row: Row, filters: readonly string[]): Places {
  const since = new Date(row.createdAt ?? 0).getTime();
  if (row.match?.free.some((seats) => seats > 0) === true) return { since, in: [openingsIndex(row.name)] };
  if (row.locked === true || row.private === true) return hiddenPlaces(since);
  const values = valuesOf(row);
  const one = filters.flatMap((field) => indexesOf(row.name, [field], values));
  return { since, in: [...new Set([row.name, ...one])] };
}

export function seatsOf({ clients, maxClients }: Row): [taken: number, all: number] {
  return [clients, Number.isFinite(maxClients) ? maxClients : ENDLESS];
}

export function readRow(text: string): Row {
  return rowFrom(JSON.parse(text) as Row);
}

/** As JSON has it, which knows neither infinity nor dates. */
export function rowFrom(row: Row): Row {
  return { ...row, maxClients: row.maxClients ?? Number.POSITIVE_INFINITY, createdAt: new Date(row.createdAt ?? 0) };
}

/** Those that fit, in order, as Colyseus's own directory has it. */
export function selected(rows: readonly Row[], conditions: Conditions, sort: SortOptions | undefined): Row[] {
  const local = new LocalDriver();
  local.rooms = [...rows];
  return local.query(conditions, sort) as Row[];
}

/** A field of the row wins over one of its metadata. */
function valuesOf(row: Row): Conditions {
  return { ...(row.metadata as Conditions | undefined), ...row };
}
