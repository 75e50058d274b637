/**
 * A connection to Redis whose commands wait while it is away: what they write is written when it is back, in its order. The stock
 * settings give every command up after a while, and come back up to two seconds late.
 */
import { Redis } from "ioredis";
import { LIMITS } from "@ninelives/shared-schema";

export function patientRedis(url: string): Redis {
  return new Redis(url, { maxRetriesPerRequest: null, retryStrategy: () => LIMITS.redisReconnectMs });
}

/** Resolves with the first connection. */
export async function connected(redis: Redis): Promise<void> {
  if (redis.status === "ready") return;
  await new Promise<void>((resolve) => redis.once("ready", resolve));
}
