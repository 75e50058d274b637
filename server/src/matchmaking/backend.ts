/** What matchmaking keeps its listings in: this process alone, or the Redis that several processes share. */
import { LocalDriver, LocalPresence, matchMaker } from "@colyseus/core";
import type { RedisPresence } from "@colyseus/redis-presence";
import { Redis } from "ioredis";
import { NetError } from "@ninelives/shared-schema";
import type { Clock } from "../tick/clock.ts";
import { Breaker } from "./breaker.ts";
import { Bookings } from "./bookings.ts";
import { PromptPresence } from "./prompt-presence.ts";
import { RedisDriver } from "./redis-driver.ts";
import { type RefusedCall, RemoteCalls } from "./remote-calls.ts";

/** Longest wait for a Redis at start, ms. */
const REDIS_ANSWERS_MS = 3_000;

export interface DirectoryBackend {
  readonly presence: LocalPresence | RedisPresence;
  readonly driver: LocalDriver | RedisDriver;
  /** false: there is no connection to what the listings are kept in, or nothing comes over it. */
  readonly isAnswering: () => boolean;
  /** undefined: there is nothing that could be silent. */
  readonly breaker: Breaker | undefined;
  /** Seats in rooms of all processes; undefined: there is only this one. */
  readonly bookings: Bookings | undefined;
}

export interface BackendOptions {
  /** Fields that rooms of this type are found by. */
  readonly filtersOf: (typeName: string) => readonly string[];
  readonly isQueue: (typeName: string) => boolean;
  readonly clock: Clock;
  /** Told of every failure of a connection later. */
  readonly onFault: (error: Error) => void;
  /** Told when Redis has fallen silent, and when it answers again. */
  readonly onSilence: (isSilent: boolean) => void;
  /** Methods of rooms that games call from other processes. */
  readonly remoteMethods: readonly string[];
  /** Told of each call of another process that was not made, and of what a message made throw. */
  readonly onRefused: (call: RefusedCall) => void;
  readonly onThrow: (error: unknown, channel: string) => void;
}

/** Rejects with CONFIG_INVALID when no Redis answers at `redisUrl` within REDIS_ANSWERS_MS. */
export async function createBackend(
  redisUrl: string | undefined,
  { filtersOf, isQueue, clock, onFault, onSilence, remoteMethods, onRefused, onThrow }: BackendOptions,
): Promise<DirectoryBackend> {
  if (redisUrl === undefined)
    return {
      presence: new LocalPresence(),
      driver: new LocalDriver(),
      isAnswering: () => true,
      breaker: undefined,
      bookings: undefined,
    };
  await askRedis(redisUrl);
  const me = () => matchMaker.processId;
  const breaker = new Breaker({
    name: "the Redis of the listings",
    clock,
    probe: () => driver.redis.ping(),
    onChange: onSilence,
  });
  const driver = new RedisDriver({ url: redisUrl, me, filtersOf, isQueue, onFault, breaker });
  const calls = new RemoteCalls(remoteMethods);
  const presence = new PromptPresence({ url: redisUrl, calls, onFault, onRefused, onThrow });
  await Promise.all([driver.connected, presence.connected]);
  const bookings = new Bookings({ redis: driver.redis, presence, clock, me, filtersOf, breaker });
  await bookings.begin();
  breaker.begin();
  const isAnswering = () => driver.isConnected && presence.isConnected && !breaker.isOpen;
  return { presence, driver, isAnswering, breaker, bookings };
}

async function askRedis(redisUrl: string): Promise<void> {
  const probe = new Redis(redisUrl, { lazyConnect: true, connectTimeout: REDIS_ANSWERS_MS, retryStrategy: () => null });
  let reason = "no answer";
  probe.on("error", (error) => (reason = error.message));
  try {
    await probe.connect();
    await probe.ping();
  } catch (error) {
    const at = redisUrl.replace(/\/\/[^@/]*@/, "//");
    throw new NetError("CONFIG_INVALID", `REDIS_URL: a Redis that answers expected at ${at}: ${reason}`, {}, error);
  } finally {
    probe.disconnect();
  }
}
