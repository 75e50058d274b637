/**
 * Colyseus's directory on Redis, with one thing more: a process writes only the rows of rooms that are its own. The stock driver writes
 * blindly, so an owner that was stopped for a while, or one that lets a room go on elsewhere, would list a room as its own, or take
 * the row of the next owner away.
 *
 * Writes wait for a Redis that is away; reads do not, since who asks for a seat wants to know now. The stock driver gives a read that
 * is under way to all who ask meanwhile, and one that failed to everybody from then on: that one is forgotten.
 *
 * A row carries the epoch of the room's owner; one of an earlier epoch writes nothing. Rooms without a log have none and are
 * told apart by their process.
 */
import type { IRoomCache } from "@colyseus/core";
import { RedisDriver } from "@colyseus/redis-driver";
import type { Redis } from "ioredis";
import { busyError } from "./busy.ts";
import { connected, patientRedis } from "./patient-redis.ts";

/** Where the stock driver keeps its rows, by room id. */
const ROWS = "roomcaches";

const SCRIPTS = {
  /** id, row, epoch, process, "create" or "update". */
  writeRow: `
    local old = redis.call("HGET", KEYS[1], ARGV[1])
    if old then
      local row = cjson.decode(old)
      local epoch = row.epoch or 0
      if epoch > tonumber(ARGV[3]) then return 0 end
      if epoch == tonumber(ARGV[3]) and row.processId ~= ARGV[4] then return 0 end
    elseif ARGV[5] == "update" then
      return 0
    end
    redis.call("HSET", KEYS[1], ARGV[1], ARGV[2])
    return 1`,
  /** process, id ... */
  removeRows: `
    local removed = 0
    for index = 2, #ARGV do
      local old = redis.call("HGET", KEYS[1], ARGV[index])
      if old and cjson.decode(old).processId == ARGV[1] then
        removed = removed + redis.call("HDEL", KEYS[1], ARGV[index])
      end
    end
    return removed`,
};

/** Rows taken away by one call. */
const ROWS_AT_ONCE = 500;

interface Scripts {
  writeRow(key: string, ...args: (string | number)[]): Promise<number>;
  removeRows(key: string, ...args: string[]): Promise<number>;
}

/** A row, with the epoch that {@link FencedDriver} adds. */
type Row = IRoomCache & { readonly epoch?: number };

export class FencedDriver extends RedisDriver {
  readonly #redis: Redis & Scripts;
  readonly #me: () => string;

  /** `me`: the id of this process, known once the matchmaker is set up. `onFault`: told whenever the connection fails. */
  constructor(redisUrl: string, me: () => string, onFault: (error: Error) => void) {
    const redis = patientRedis(redisUrl);
    redis.on("error", onFault);
    for (const [name, lua] of Object.entries(SCRIPTS)) redis.defineCommand(name, { numberOfKeys: 1, lua });
    super(redis);
    this.#redis = redis as Redis & Scripts;
    this.#me = me;
  }

  /** Resolves with the first connection. */
  get connected(): Promise<void> {
    return connected(this.#redis);
  }

  get isConnected(): boolean {
    return this.#redis.status === "ready";
  }

  override query(...args: Parameters<RedisDriver["query"]>): ReturnType<RedisDriver["query"]> {
    return this.#read(() => super.query(...args));
  }

  override findOne(...args: Parameters<RedisDriver["findOne"]>): Promise<IRoomCache> {
    return this.#read(async () => super.findOne(...args));
  }

  override async persist(row: IRoomCache): Promise<boolean> {
    if (!row.roomId) return false;
    return this.#write(row, "create");
  }

  override async update(row: IRoomCache, operations: Parameters<RedisDriver["update"]>[1]): Promise<boolean> {
    const changing = row as unknown as Record<string, unknown>;
    Object.assign(changing, operations.$set);
    for (const [field, by] of Object.entries(operations.$inc ?? {}))
      changing[field] = Number(changing[field]) + Number(by);
    return this.#write(row, "update");
  }

  override async remove(roomId: string): Promise<boolean> {
    return (await this.#redis.removeRows(ROWS, this.#me(), roomId)) > 0;
  }

  /** While Redis is away rows stay: whoever takes the rooms over writes its own. */
  override async cleanup(processId: string): Promise<void> {
    if (!this.isConnected) return;
    const rows = (await this.query({ processId })) as readonly IRoomCache[];
    for (let at = 0; at < rows.length; at += ROWS_AT_ONCE) {
      const ids = rows.slice(at, at + ROWS_AT_ONCE).map(({ roomId }) => roomId);
      await this.#redis.removeRows(ROWS, processId, ...ids);
    }
  }

  async #read<R>(read: () => Promise<R>): Promise<R> {
    if (!this.isConnected) throw busyError("there is no connection to the Redis of the listings");
    try {
      return await read();
    } catch (error) {
      Object.assign(this, { _concurrentRoomCacheRequest: undefined, _roomCacheRequestByName: {} });
      throw error;
    }
  }

  async #write(row: Row, how: "create" | "update"): Promise<boolean> {
    const text = JSON.stringify(row);
    return (await this.#redis.writeRow(ROWS, row.roomId, text, row.epoch ?? 0, row.processId, how)) > 0;
  }
}
