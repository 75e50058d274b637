/** The contract of logs on a real Redis and a real Redis Cluster, and what only Redis has: keys, replicas, memory. */
import assert from "node:assert/strict";
import { Redis } from "ioredis";
import { JournalStore } from "../../src/log/journal-store.ts";
import { RedisJournal } from "../../src/log/redis-journal.ts";
import { systemClock } from "../../src/system-clock.ts";
import { startRedis, type TestRedis } from "../../../test/support/redis.ts";
import { claimContract } from "./claim-contract.ts";
import { storeContract } from "./store-contract.ts";

export function redisStore(
  urls: readonly string[],
  { prefix = "test:", replicas = 0, onFault = fail as (message: string) => void } = {},
): JournalStore {
  const clock = systemClock;
  const journal = new RedisJournal({ urls, prefix, replicas, clock, onFault: (error) => onFault(error.message) });
  return new JournalStore({ journal, clock, onFault });
}

function fail(message: string): void {
  assert.fail(message);
}

describe("logs in Redis", () => {
  let redis: TestRedis;
  let admin: Redis;
  before(async () => {
    redis = await startRedis();
    admin = new Redis(redis.url);
  });
  beforeEach(() => admin.flushall());
  after(async () => {
    admin.disconnect();
    await redis.stop();
  });

  storeContract("redis", { segmentsKept: 0 }, () => Promise.resolve(redisStore([redis.url])));
  claimContract("redis", { isAlone: false, rival: () => redisStore([redis.url]) }, () =>
    Promise.resolve(redisStore([redis.url])),
  );
});
