/** The contract of members for both, and what only Redis has: it can be away, and answer too late. */
import assert from "node:assert/strict";
import { Redis } from "ioredis";
import { afterEach, describe, it } from "mocha";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import { freePort, startRedis, type TestRedis } from "../../../test/support/redis.ts";
import { until } from "../../../test/support/until.ts";
import { LIMITS } from "@ninelives/shared-schema";
import { type MemoryLease, MemoryMembers } from "../../src/ownership/memory-members.ts";
import type { Members } from "../../src/ownership/members.ts";
import { RedisMembers } from "../../src/ownership/redis-members.ts";
import { INFO, membersContract, type Stage } from "./members-contract.ts";

describe("members", () => {
  let memory: Stage;
  beforeEach(() => {
    const clock = new ManualClock();
    const leases = new Map<string, MemoryLease>();
    const all = new MemoryMembers(clock, leases);
    const views = new Map<string, Members>();
    memory = {
      connect: async (processId) => {
        views.set(processId, all.connect(processId));
        return views.get(processId)!;
      },
      fall: async (processId) => views.get(processId)!.close(),
      pass: async (ms) => clock.advance(ms),
      empty: async () => leases.clear(),
    };
  });
  membersContract("memory", () => memory);
});

describe("members with a Redis", () => {
  let redis: TestRedis;
  let admin: Redis;
  const faults: Error[] = [];
  const open: { close(): unknown }[] = [];
  const subscriptions = new Map<string, Redis>();

  const members = (...urls: string[]) => {
    const made = new RedisMembers({ urls, prefix: "test:", onFault: (error) => faults.push(error) });
    open.push(made);
    return made;
  };

  const stage: Stage = {
    async connect(processId) {
      const subscription = new Redis(redis.url);
      subscriptions.set(processId, subscription);
      open.push({ close: () => subscription.disconnect() });
      await subscription.subscribe(`p:${processId}`);
      return members(redis.url);
    },
    async fall(processId) {
      subscriptions.get(processId)!.disconnect();
    },
    async pass(ms) {
      const endMs = performance.now() + ms;
      await until(`${ms} ms to pass`, () => performance.now() > endMs);
    },
    empty: async () => void (await admin.flushall()),
  };

  before(async () => {
    redis = await startRedis();
    admin = new Redis(redis.url);
  });
  beforeEach(() => admin.flushall());
  afterEach(() => {
    for (const one of open.splice(0)) void one.close();
  });
  after(async () => {
    admin.disconnect();
    await redis.stop();
  });

  membersContract("redis", () => stage);

  it("[DET1] all keys have the prefix, and one tag, so that a script finds them in one place", async () => {
    await members(redis.url).beat("one", INFO, 1_000);
    assert.deepEqual((await admin.keys("*")).sort(), ["test:{hosts}:info", "test:{hosts}:lease"]);
  });

  it("[OWN6] nothing waits for a Redis that is not there: a beat is refused at once, and the first one works that finds it", async () => {
    const port = await freePort();
    const mine = members(`redis://127.0.0.1:${port}`);
    await assert.rejects(mine.beat("one", INFO, 1_000));
    const startedMs = performance.now();
    await assert.rejects(mine.beat("one", INFO, 1_000));
    await assert.rejects(mine.silent(["two"]));
    await assert.rejects(mine.remove("two"));
    assert.ok(performance.now() - startedMs < LIMITS.membersAnswerMs / 2, `${performance.now() - startedMs} ms`);
    assert.ok(faults.length > 0);
    const late = await startRedis(port);
    try {
      const beat = await until("a beat that is answered", () => mine.beat("one", INFO, 1_000).catch(() => undefined));
      assert.equal(beat.members.length, 1);
    } finally {
      await late.stop();
    }
  });

  it("[OWN6] a Redis that does not answer is no answer after a while, and its connection is not used again", async () => {
    const mine = members(redis.url);
    await mine.beat("one", INFO, 1_000);
    const connections = async () => String(await admin.client("LIST")).split("\n").length;
    const before = await connections();
    process.kill(redis.pid, "SIGSTOP");
    const startedMs = performance.now();
    try {
      await assert.rejects(mine.beat("one", INFO, 1_000));
    } finally {
      process.kill(redis.pid, "SIGCONT");
    }
    assert.ok(performance.now() - startedMs < LIMITS.membersAnswerMs * 2, `${performance.now() - startedMs} ms`);
    await until("a beat that is answered", () => mine.beat("one", INFO, 1_000).catch(() => undefined));
    assert.ok((await connections()) <= before);
  });
});
