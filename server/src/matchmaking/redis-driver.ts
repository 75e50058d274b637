/**
 * Colyseus's directory of rooms on Redis. A room is recorded once, a process writes only the rows of rooms that are its own, and who
 * looks for a free seat reads the rooms that may have one, not all of them.
 *
 * A row carries the epoch of the room's owner; one of an earlier epoch writes nothing. So an owner that was stopped for a while, or one
 * that lets a room go on elsewhere, does not list it as its own. Rooms without a log have none and are told apart by their process.
 *
 * Writes wait for a Redis that is away, without whoever changed a row that is there; reads do not, since who asks for a seat wants to
 * know now (breaker.ts). When it is back it is told every row again that is our own: it may have forgotten them.
 */
import type { IRoomCache, MatchMakerDriver, SortOptions } from "@colyseus/core";
import { awaitedIn } from "../adapter.ts";
import type { Breaker } from "./breaker.ts";
import { busyError } from "./busy.ts";
import {
  type Conditions,
  openingsIndex,
  placesOf,
  queuePlace,
  readRow,
  type Row,
  seatsOf,
  selected,
} from "./listing.ts";
import { type ListingRedis, withListingScripts } from "./listing-scripts.ts";
import { connected, patientRedis } from "./patient-redis.ts";

/** In front of every key of the directory. */
export const LISTINGS = "ninelives:{rooms}:";

/** Rows taken away by one call. */
const ROWS_AT_ONCE = 500;

export interface RedisDriverOptions {
  readonly url: string;
  /** The id of this process, known once the matchmaker is set up. */
  readonly me: () => string;
  /** Fields that rooms of this type are found by. */
  readonly filtersOf: (typeName: string) => readonly string[];
  /** Rooms of this type are queues. Default: none is. */
  readonly isQueue?: (typeName: string) => boolean;
  /** Told whenever the connection fails. */
  readonly onFault: (error: Error) => void;
  readonly breaker: Pick<Breaker, "ask">;
}

export class RedisDriver implements MatchMakerDriver {
  readonly redis: ListingRedis;
  readonly #options: RedisDriverOptions;
  /** Rows that are written at the end of this turn. */
  readonly #changed = new Map<IRoomCache, Promise<boolean>>();

  /** Rows of rooms that are here. */
  readonly #own = new Map<string, IRoomCache>();

  constructor(options: RedisDriverOptions) {
    this.#options = options;
    this.redis = withListingScripts(patientRedis(options.url));
    this.redis.on("error", options.onFault);
    void this.connected.then(() => this.redis.on("ready", () => void this.#relist()));
  }

  /** Resolves with the first connection. */
  get connected(): Promise<void> {
    return connected(this.redis);
  }

  get isConnected(): boolean {
    return this.redis.status === "ready";
  }

  async has(roomId: string): Promise<boolean> {
    return (await this.#ask((redis) => redis.hexists(`${LISTINGS}rows`, roomId))) === 1;
  }

  async query(conditions: Conditions = {}, sort?: SortOptions): Promise<IRoomCache[]> {
    return selected(await this.#candidates(conditions), conditions, sort);
  }

  async findOne(conditions: Conditions, sort?: SortOptions): Promise<IRoomCache> {
    const [first] = await this.query(conditions, sort);
    return first as IRoomCache;
  }

  async findByIds(roomIds: string[]): Promise<Map<string, IRoomCache>> {
    return new Map((await this.#rows(roomIds)).map((row) => [row.roomId, row]));
  }

  /** Matches of this type in which a queue may fill seats, oldest first. */
  async openings(name: string): Promise<Row[]> {
    return this.#rows(await this.#ask((redis) => redis.zrange(`${LISTINGS}open:${openingsIndex(name)}`, 0, -1)));
  }

  insert(row: IRoomCache): Promise<boolean> {
    return this.#record(row, "insert");
  }

  async persist(row: IRoomCache): Promise<boolean> {
    return row.roomId ? this.#record(row, "persist") : false;
  }

  async update(row: IRoomCache, operations: Parameters<MatchMakerDriver["update"]>[1]): Promise<boolean> {
    const changing = row as unknown as Record<string, unknown>;
    Object.assign(changing, operations.$set);
    for (const [field, by] of Object.entries(operations.$inc ?? {}))
      changing[field] = Number(changing[field]) + Number(by);
    const written = this.#writeSoon(row);
    if (this.isConnected) return written;
    written.catch(() => {});
    return true;
  }

  async remove(roomId: string): Promise<boolean> {
    if (!roomId) return false;
    this.#own.delete(roomId);
    return (await this.redis.listRemove(LISTINGS, this.#options.me(), roomId)) > 0;
  }

  /** While Redis is away rows stay: whoever takes the rooms over writes its own. */
  async cleanup(processId: string): Promise<void> {
    if (processId === this.#options.me()) this.#own.clear();
    while (this.isConnected && (await this.redis.listSweep(LISTINGS, processId, ROWS_AT_ONCE)) > 0);
  }

  async clear(): Promise<void> {
    const keys = await this.redis.keys(`${LISTINGS}*`);
    if (keys.length > 0) await this.redis.unlink(...keys);
  }

  async shutdown(): Promise<void> {
    if (this.isConnected) await this.redis.quit();
    else this.redis.disconnect();
  }

  async #ask<R>(question: (redis: ListingRedis) => Promise<R>): Promise<R> {
    if (!this.isConnected) throw busyError("there is no connection to the Redis of the listings");
    return this.#options.breaker.ask(() => question(this.redis));
  }

  async #candidates({ roomId, processId, name, locked, private: isPrivate }: Conditions): Promise<Row[]> {
    if (typeof roomId === "string") return this.#rows([roomId]);
    if (typeof processId === "string") {
      return this.#rows(await this.#ask((redis) => redis.smembers(`${LISTINGS}at:${processId}`)));
    }
    if (typeof name === "string" && locked === false && isPrivate === false) {
      return this.#rows(await this.#ask((redis) => redis.zrange(`${LISTINGS}open:${name}`, 0, -1)));
    }
    return (await this.#ask((redis) => redis.hvals(`${LISTINGS}rows`))).map(readRow);
  }

  async #rows(roomIds: readonly string[]): Promise<Row[]> {
    if (roomIds.length === 0) return [];
    const texts = await this.#ask((redis) => redis.hmget(`${LISTINGS}rows`, ...roomIds));
    return texts.filter((text) => text !== null).map(readRow);
  }

  /** false also for a room that ended while Redis was away: it must not begin its life now. */
  async #record(row: IRoomCache, how: "insert" | "persist"): Promise<boolean> {
    this.#own.set(row.roomId, row);
    const isWritten = await this.#write(row, how);
    const isHere = this.#own.get(row.roomId) === row;
    if (isHere && !isWritten) this.#own.delete(row.roomId);
    return isHere && isWritten;
  }

  /** What cannot be written now, the next return tells. */
  async #relist(): Promise<void> {
    await Promise.allSettled(Array.from(this.#own.values(), (row) => this.#record(row, "persist")));
  }

  /** Many come and go in one turn: a room is written once, as it is then. */
  #writeSoon(row: IRoomCache): Promise<boolean> {
    let written = this.#changed.get(row);
    if (written === undefined) {
      written = new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
        this.#changed.delete(row);
        return this.#write(row, "update");
      });
      this.#changed.set(row, written);
    }
    return written;
  }

  async #write(row: Row, how: "insert" | "persist" | "update"): Promise<boolean> {
    const { roomId, epoch = 0, processId, name } = row;
    const places = JSON.stringify(placesOf(row, this.#options.filtersOf(name)));
    const queue = this.#options.isQueue?.(name) === true ? queuePlace(name, 1) : "";
    const known = [roomId, JSON.stringify(row), epoch, processId, how, ...seatsOf(row), places, queue];
    const args = [...known, ...awaitedIn(roomId)];
    return (await this.redis.listWrite(LISTINGS, ...args)) > 0;
  }
}
