/** What matchmaking keeps its listings in: this process alone, or the Redis that several processes share. */
import { LocalDriver, LocalPresence, matchMaker } from "@colyseus/core";
import type { RedisDriver } from "@colyseus/redis-driver";
import type { RedisPresence } from "@colyseus/redis-presence";
import { Redis } from "ioredis";
import { NetError } from "@ninelives/shared-schema";
import { FencedDriver } from "./fenced-driver.ts";
import { PromptPresence } from "./prompt-presence.ts";

/** Longest wait for a Redis at start, ms. */
const REDIS_ANSWERS_MS = 3_000;

export interface DirectoryBackend {
  readonly presence: LocalPresence | RedisPresence;
  readonly driver: LocalDriver | RedisDriver;
  /** false: there is no connection to what the listings are kept in. */
  readonly isConnected: () => boolean;
}

/**
 * Rejects with CONFIG_INVALID when no Redis answers at `redisUrl` within REDIS_ANSWERS_MS. `onFault`: told of every failure of a
 * connection later.
 */
export async function createBackend(
  redisUrl: string | undefined,
  onFault: (error: Error) => void,
): Promise<DirectoryBackend> {
  if (redisUrl === undefined)
    return { presence: new LocalPresence(), driver: new LocalDriver(), isConnected: () => true };
  await askRedis(redisUrl);
  const driver = new FencedDriver(redisUrl, () => matchMaker.processId, onFault);
  const presence = new PromptPresence(redisUrl, onFault);
  await Promise.all([driver.connected, presence.connected]);
  return { presence, driver, isConnected: () => driver.isConnected && presence.isConnected };
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
