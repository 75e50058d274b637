/**
 * The journal that several processes share: a stream per room in Redis (redis-scripts.ts draws its keys), and who has which:
 *
 *   <prefix>owners           sorted set: process ids, by when they last wrote their list, unix ms
 *   <prefix>rooms:<owner>    sorted set: a process's rooms, by players. Written before the claim and before each `begin`, so a room
 *                            that can be restored is always in the list of its owner; who has it is what its `own` key says
 *   <prefix>ended            sorted set: rooms that ended or were set aside, by when
 *
 * With `replicas`, a batch is committed once so many replicas have it. That narrows what a failover of Redis may lose and does
 * not close it: another replica, which has not the batch, may be the one that is promoted.
 */
import { LIMITS } from "@ninelives/shared-schema";
import type { Clock } from "../tick/clock.ts";
import type { Journal, JournalBatch, JournalClaim, JournalHead, JournalPlace, RoomEnd } from "./journal.ts";
import { type RedisAddress, RedisConnection } from "./redis-connection.ts";
import { HEAD_FIELDS, type HeadAnswer, type LogRedis } from "./redis-scripts.ts";
import { roomIdOf, roomName } from "./room-name.ts";
import { type OwnedRoom, ownedRoom } from "./store.ts";

export interface RedisJournalOptions extends RedisAddress {
  /** In front of every key. */
  readonly prefix: string;
  /** Replicas that must have a batch before it counts as committed. */
  readonly replicas: number;
  readonly clock: Clock;
}

export class RedisJournal implements Journal {
  readonly name = "redis";
  readonly outlivesProcess = true;
  readonly isShared = true;
  readonly #options: RedisJournalOptions;
  readonly #connection: RedisConnection;
  /** The next question to the replicas, for all batches that were taken meanwhile. */
  #replicating: Promise<void> | undefined;

  constructor(options: RedisJournalOptions) {
    this.#options = options;
    this.#connection = new RedisConnection(options, options.clock);
  }

  async claim(roomId: string, { owner, from, key }: JournalClaim): ReturnType<Journal["claim"]> {
    const redis = await this.#connection.open();
    const { own } = this.#keysOf(roomId);
    await this.#enlist(redis, roomId, owner);
    const current = from === undefined ? "" : String(from);
    const [won, before, ...answer] = await redis.logClaim(own, owner, current, key, LIMITS.unbegunRoomSeconds);
    const loser = won === 1 ? before : owner;
    if (loser !== null && loser !== answer[OWNER]) await redis.zrem(this.#roomsKey(String(loser)), roomName(roomId));
    return { isWon: won === 1, head: headIn(answer as HeadAnswer) };
  }

  async append(roomId: string, batch: JournalBatch): Promise<JournalPlace> {
    const redis = await this.#connection.open();
    const { epoch, number, begins, owner, players, chunks } = batch;
    const { own, log } = this.#keysOf(roomId);
    if (begins) await this.#enlist(redis, roomId, owner, players);
    const records = chunks.length === 1 ? Buffer.from(chunks[0]!) : Buffer.concat(chunks);
    const answer = await redis.logAppend(own, log, epoch, number, begins ? "1" : "0", owner, records);
    await this.#replicated(redis, roomId);
    return { epoch: Number(answer[0]), number: Number(answer[1]), state: (answer[2] ?? "") as JournalHead["state"] };
  }

  async head(roomId: string): Promise<JournalHead | undefined> {
    const redis = await this.#connection.open();
    const head = await this.#headOf(redis, roomId);
    await this.#replicated(redis, roomId);
    return head;
  }

  async settle(roomId: string, epoch: number): Promise<void> {
    const redis = await this.#connection.open();
    await redis.logSettle(this.#keysOf(roomId).own, epoch);
  }

  release(roomId: string, epoch: number): Promise<void> {
    return this.#leave(roomId, epoch, "released");
  }

  end(roomId: string, epoch: number, how: RoomEnd): Promise<void> {
    return this.#leave(roomId, epoch, how);
  }

  async rooms(owner?: string): Promise<OwnedRoom[]> {
    const redis = await this.#connection.open();
    const owners = owner === undefined ? await this.#owners(redis) : [owner];
    const lists = await Promise.all(owners.map((one) => redis.zrevrange(this.#roomsKey(one), 0, -1)));
    const roomIds = [...new Set(lists.flat())].map(roomIdOf);
    const heads = await Promise.all(roomIds.map((roomId) => this.#headOf(redis, roomId)));
    return heads.flatMap((head, place) => {
      if (head === undefined || !head.isBegun || head.state !== "") return [];
      if (owner !== undefined && head.owner !== owner && head.owner !== "") return [];
      return [ownedRoom(roomIds[place]!, head.owner, head.epoch, head.attempts)];
    });
  }

  async list(): Promise<string[]> {
    const redis = await this.#connection.open();
    const unfinished = await this.rooms();
    const ended = (await redis.zrange(this.#endedKey, 0, -1)).map(roomIdOf);
    const heads = await Promise.all(ended.map((roomId) => this.#headOf(redis, roomId)));
    const kept = ended.filter((_, place) => heads[place] !== undefined);
    return [...new Set([...unfinished.map(({ roomId }) => roomId), ...kept])];
  }

  async read(roomId: string): Promise<Uint8Array[]> {
    const redis = await this.#connection.open();
    const batches = await redis.xrangeBuffer(this.#keysOf(roomId).log, "-", "+");
    const records = batches.map(([, [, bytes]]) => bytes!);
    return records.length === 0 ? [] : [Buffer.concat(records)];
  }

  async close(): Promise<void> {
    this.#connection.close();
  }

  async #leave(roomId: string, epoch: number, state: RoomEnd | "released"): Promise<void> {
    const redis = await this.#connection.open();
    const { own, log } = this.#keysOf(roomId);
    const name = roomName(roomId);
    const owner = await redis.logLeave(own, log, epoch, state, LIMITS.finishedLogSeconds);
    if (owner === null) return;
    const beyond = await redis.logShelve(this.#endedKey, name, LIMITS.finishedLogs, LIMITS.finishedLogSeconds);
    const old = beyond.map((one) => this.#keysOf(roomIdOf(one)));
    await Promise.all([
      redis.zrem(this.#roomsKey(owner), name),
      ...old.map((keys) => redis.logForget(keys.own, keys.log)),
    ]);
  }

  /** Puts a room into the list of its owner. Without `players`, what is known of them stays. */
  async #enlist(redis: LogRedis, roomId: string, owner: string, players?: number): Promise<void> {
    const rooms = this.#roomsKey(owner);
    const name = roomName(roomId);
    await Promise.all([
      players === undefined ? redis.zadd(rooms, "NX", 0, name) : redis.zadd(rooms, players, name),
      redis.expire(rooms, LIMITS.ownedRoomsSeconds),
      redis.zadd(this.#ownersKey, this.#options.clock.wallMs(), owner),
      ...(players === undefined ? [] : [redis.zrem(this.#endedKey, name)]),
    ]);
  }

  /** Those whose lists are still kept. */
  async #owners(redis: LogRedis): Promise<string[]> {
    const sinceMs = this.#options.clock.wallMs() - LIMITS.ownedRoomsSeconds * 1_000;
    await redis.zremrangebyscore(this.#ownersKey, "-inf", sinceMs);
    return redis.zrange(this.#ownersKey, 0, -1);
  }

  async #headOf(redis: LogRedis, roomId: string): Promise<JournalHead | undefined> {
    return headIn(await redis.hmget(this.#keysOf(roomId).own, ...HEAD_FIELDS));
  }

  /** A write behind the batches, on the same connection as the question: only then does it ask for them. */
  async #replicated(redis: LogRedis, roomId: string): Promise<void> {
    if (this.#options.replicas === 0) return;
    if (this.#connection.isCluster) return this.#askReplicas(redis, this.#keysOf(roomId).sync);
    this.#replicating ??= new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
      this.#replicating = undefined;
      return this.#askReplicas(redis, `${this.#options.prefix}sync`);
    });
    return this.#replicating;
  }

  async #askReplicas(redis: LogRedis, key: string): Promise<void> {
    const { replicas } = this.#options;
    const answers = await redis.pipeline().set(key, "", "PX", 1).wait(replicas, LIMITS.replicaWaitMs).exec();
    const [[failed] = [], [refused, count] = []] = answers ?? [];
    const error = failed ?? refused;
    if (error) throw error;
    if (Number(count) < replicas) throw new Error(`${String(count)} of ${replicas} replicas have the batch`);
  }

  #keysOf(roomId: string): { own: string; log: string; sync: string } {
    const tag = `${this.#options.prefix}{${roomName(roomId)}}`;
    return { own: `${tag}:own`, log: `${tag}:log`, sync: `${tag}:sync` };
  }

  #roomsKey(owner: string): string {
    return `${this.#options.prefix}rooms:${owner}`;
  }

  get #ownersKey(): string {
    return `${this.#options.prefix}owners`;
  }

  get #endedKey(): string {
    return `${this.#options.prefix}ended`;
  }
}

const OWNER = HEAD_FIELDS.indexOf("o");

function headIn([epoch, number, state, owner, released, attempts, begun]: HeadAnswer): JournalHead | undefined {
  if (epoch === null || epoch === undefined) return undefined;
  return {
    epoch: Number(epoch),
    number: Number(number),
    state: (state ?? "") as JournalHead["state"],
    owner: released === "1" ? "" : (owner ?? ""),
    attempts: Number(attempts),
    isBegun: begun === "1",
  };
}
