/** The contract of logs on a real Redis and a real Redis Cluster, and what only Redis has: keys, scripts, replicas, memory. */
import assert from "node:assert/strict";
import { Cluster, Redis } from "ioredis";
import { LIMITS } from "@ninelives/shared-schema";
import type { LogStore } from "../../src/log/store.ts";
import { startRedis, startRedisCluster, type TestRedis } from "../../../test/support/redis.ts";
import { settle, until } from "../../../test/support/until.ts";
import { claimContract } from "./claim-contract.ts";
import { redisStore } from "./redis-store.ts";
import { append, begin, beginning, record, storeContract, take, ticksOf } from "./store-contract.ts";

describe("logs in Redis", () => {
  let redis: TestRedis;
  let admin: Redis;
  before(async () => {
    redis = await startRedis(undefined, { args: ["--repl-diskless-sync-delay", "0"] });
    admin = new Redis(redis.url);
  });
  beforeEach(() => admin.flushall());
  after(async () => {
    admin.disconnect();
    await redis.stop();
  });

  const open = () => redisStore([redis.url]);
  storeContract("redis", { segmentsKept: 0 }, () => Promise.resolve(open()));
  claimContract("redis", { isAlone: false, rival: open }, () => Promise.resolve(open()));

  describe("as Redis has them", () => {
    let store: LogStore;
    beforeEach(() => {
      store = open();
    });
    afterEach(() => store.close());

    it("[OWN13] every key has the prefix, and the keys of a room lie in one slot, whatever it is called", async () => {
      for (const roomId of ["room", "", "}", "{}", "a}b{c", "ünï 日本"]) {
        const log = await take(store, roomId);
        await begin(log, 0);
      }
      const keys = await admin.keys("*");
      assert.deepEqual(
        keys.filter((key) => !key.startsWith("test:")),
        [],
      );
      const own = keys.filter((key) => key.endsWith(":own"));
      assert.equal(own.length, 6);
      const cluster = await startRedis(undefined, { args: ["--cluster-enabled", "yes"] });
      const slots = new Redis(cluster.url);
      for (const key of own) {
        const log = key.replace(/own$/, "log");
        assert.ok(keys.includes(log));
        assert.equal(await slots.cluster("KEYSLOT", key), await slots.cluster("KEYSLOT", log));
      }
      slots.disconnect();
      await cluster.stop();
    });

    it("[OWN13] bytes come back as they were", async () => {
      const log = await take(store, "room");
      const bytes = Buffer.from(Array.from({ length: 512 }, (_, index) => index % 256));
      await new Promise<void>((done) => log.begin(bytes, done));
      await append(log, bytes);
      assert.deepEqual(await store.read("room"), [Buffer.concat([bytes, bytes])]);
    });

    it("[OWN13] a beginning deletes what is older, and an ended log has its time", async () => {
      const log = await take(store, "room");
      assert.equal(await admin.ttl("test:{room}:own"), LIMITS.unbegunRoomSeconds);
      await begin(log, 0);
      for (let tick = 1; tick < 20; tick++) await append(log, record(tick));
      assert.equal(await admin.xlen("test:{room}:log"), 20);
      await begin(log, 20);
      assert.equal(await admin.xlen("test:{room}:log"), 1);
      assert.deepEqual([await admin.ttl("test:{room}:own"), await admin.ttl("test:{room}:log")], [-1, -1]);
      await log.close("finished");
      for (const key of ["own", "log"]) assert.equal(await admin.ttl(`test:{room}:${key}`), LIMITS.finishedLogSeconds);
      const again = await take(store, "room");
      await begin(again, 30);
      for (const key of ["own", "log"]) assert.equal(await admin.ttl(`test:{room}:${key}`), -1);
    });

    it("[OWN7] offers the fullest room first", async () => {
      for (const [roomId, players] of [
        ["some", 5],
        ["none", 0],
        ["many", 90],
        ["few", 1],
      ] as const) {
        const log = await take(store, roomId);
        await new Promise<void>((done) => log.begin(beginning(0), done, players));
      }
      assert.deepEqual(
        (await store.roomsOf("p")).map(({ roomId }) => roomId),
        ["many", "some", "few", "none"],
      );
      const log = await take(store, "late");
      await begin(log, 0);
      await new Promise<void>((done) => log.append(record(1), done, 100));
      await until("the fullest", async () => (await store.roomsOf("p"))[0]!.roomId === "late");
    });

    it("[OWN13] what fifty rooms append in a turn goes out in one write", async () => {
      const logs = await Promise.all(Array.from({ length: 50 }, (_, room) => take(store, `room${room}`)));
      await Promise.all(logs.map((log) => begin(log, 0)));
      const reads = async () => Number(/total_reads_processed:(\d+)/.exec(await admin.info("stats"))![1]);
      const before = await reads();
      await Promise.all(logs.map((log) => append(log, record(1))));
      assert.ok((await reads()) - before <= 3, `${(await reads()) - before} reads`);
    });

    it("[OWN9] a Redis that forgets its scripts, and one that is full, cost nothing but time", async () => {
      const faults: string[] = [];
      const patient = redisStore([redis.url], { onFault: (message) => faults.push(message) });
      const log = await take(patient, "room");
      await begin(log, 0);
      await admin.script("FLUSH");
      await append(log, record(1));
      await admin.config("SET", "maxmemory", "1");
      let committed = false;
      log.append(record(2), () => (committed = true));
      await until("the refusal", () => faults.length > 0);
      assert.match(faults[0]!, /log of room "room" in redis: 1 records wait/);
      assert.equal(committed, false);
      await admin.config("SET", "maxmemory", "0");
      await append(log, record(3));
      assert.equal(committed, true);
      assert.deepEqual(ticksOf(await patient.read("room")), [0, 1, 2, 3]);
      await patient.close();
    });
  });

  describe("with a replica", () => {
    let replica: TestRedis;
    let copy: Redis;
    let store: LogStore;
    const faults: string[] = [];

    beforeEach(async () => {
      faults.length = 0;
      replica = await startRedis(undefined, { args: ["--replicaof", "127.0.0.1", new URL(redis.url).port] });
      copy = new Redis(replica.url);
      await until("the replica to follow", async () => /master_link_status:up/.test(await copy.info("replication")));
      await until("the replica to say so", async () => {
        await admin.set("there", "");
        return (await admin.wait(1, LIMITS.replicaWaitMs)) === 1;
      });
      store = redisStore([redis.url], { replicas: 1, onFault: (message) => faults.push(message) });
    });
    afterEach(async () => {
      await store.close();
      copy.disconnect();
      await replica.stop();
    });

    it("[OWN14] a record is committed once the replica has it, and not before", async () => {
      const log = await take(store, "room");
      await begin(log, 0);
      await append(log, record(1));
      assert.equal(await copy.xlen("test:{room}:log"), 2);
      process.kill(replica.pid, "SIGSTOP");
      const committed: number[] = [];
      for (const tick of [2, 3]) log.append(record(tick), () => committed.push(tick));
      await until("the batch to be there alone", async () => (await admin.xlen("test:{room}:log")) === 3);
      await until("the replica to be missed", () => faults.length > 0);
      assert.match(faults[0]!, /2 records wait/);
      assert.deepEqual(committed, []);
      process.kill(replica.pid, "SIGCONT");
      await append(log, record(4));
      assert.deepEqual(committed, [2, 3]);
      assert.deepEqual(ticksOf(await store.read("room")), [0, 1, 2, 3, 4]);
      assert.equal(await copy.xlen("test:{room}:log"), 4);
    });
  });
});

describe("logs in a Redis Cluster", () => {
  let nodes: Awaited<ReturnType<typeof startRedisCluster>>;
  let admin: Cluster;
  before(async function () {
    this.timeout(60_000);
    nodes = await startRedisCluster();
    admin = new Cluster([...nodes.urls]);
  });
  beforeEach(async () => {
    await until("the nodes to be known", () => admin.nodes("master").length === 3);
    await Promise.all(admin.nodes("master").map((node) => node.flushall()));
  });
  after(async () => {
    admin.disconnect();
    await settle();
    await nodes.stop();
  });

  const open = () => redisStore(nodes.urls);
  storeContract("redis cluster", { segmentsKept: 0 }, () => Promise.resolve(open()));
  claimContract("redis cluster", { isAlone: false, rival: open }, () => Promise.resolve(open()));

  it("[OWN13] rooms spread over the nodes", async () => {
    const store = open();
    for (let room = 0; room < 30; room++) await begin(await take(store, `room${room}`), 0);
    assert.equal((await store.roomsOf("p")).length, 30);
    const counts = await Promise.all(admin.nodes("master").map((node) => node.keys("*:own")));
    assert.ok(
      counts.every(({ length }) => length > 0),
      String(counts),
    );
    await store.close();
  });
});
