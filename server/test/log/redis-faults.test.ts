/** A real Redis that loses connections, stands still, dies, forgets and goes back in time, while a room writes on. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import type { JournalStore } from "../../src/log/journal-store.ts";
import type { LogAppender } from "../../src/log/store.ts";
import { freePort, startRedis, type TestRedis } from "../../../test/support/redis.ts";
import { until } from "../../../test/support/until.ts";
import { redisStore } from "./redis-store.ts";
import { append, begin, beginning, record, take, ticksOf } from "./store-contract.ts";

/** Longest outage of a test and what it takes to find back, ms. */
const BACK_MS = 15_000;

describe("logs in a Redis that fails", () => {
  let dir: string;
  let port: number;
  let redis: TestRedis;
  let admin: Redis;
  let store: JournalStore;
  let log: LogAppender;
  let fenced: number;
  let last: number;
  const committed: number[] = [];
  const faults: string[] = [];

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "ninelives-redis-faults-"));
    port = await freePort();
    await start();
    store = redisStore([redis.url], { onFault: (message) => faults.push(message) });
    [fenced, last, committed.length, faults.length] = [0, 0, 0, 0];
    log = await take(store, "room", { owner: "me", onFenced: () => fenced++ });
    await begin(log, 0);
  });
  afterEach(async () => {
    await store.close();
    await stop();
    await rm(dir, { recursive: true, force: true });
  });

  async function start(appendonly: "yes" | "no" = "yes"): Promise<void> {
    redis = await startRedis(port, { dir, args: ["--appendonly", appendonly, "--appendfsync", "everysec"] });
    admin = new Redis(redis.url);
    admin.on("error", () => {});
  }

  async function stop(): Promise<void> {
    admin.disconnect();
    await redis.stop();
  }

  /** As a room does it: when records were lost, the next tick is a snapshot. */
  function tick(): void {
    last++;
    const mine = last;
    const onCommitted = () => committed.push(mine);
    if (log.needsBegin) log.begin(beginning(mine, { epoch: log.epoch }), onCommitted);
    else log.append(record(mine, { epoch: log.epoch }), onCommitted);
  }

  /** Ticks until everything is committed; then all of it once, in order, and the log has an unbroken run up to the last. */
  async function allIsWell(): Promise<void> {
    await until(
      "everything to be committed",
      () => {
        if (log.needsBegin) tick();
        return committed.at(-1) === last;
      },
      BACK_MS,
    );
    assert.deepEqual(
      committed,
      Array.from({ length: last }, (_, index) => index + 1),
    );
    const there = ticksOf(await store.read("room"));
    assert.deepEqual(
      there,
      Array.from({ length: there.length }, (_, index) => last - there.length + 1 + index),
    );
    assert.equal(fenced, 0);
    assert.deepEqual(await store.ownerOf("room"), { roomId: "room", owner: "me", epoch: log.epoch });
  }

  it("[OWN9] connections cut again and again: two thousand records are there once, in order, none given up", async () => {
    let cuts = 0;
    for (let round = 0; round < 20; round++) {
      let cut: Promise<unknown> | undefined;
      for (let turn = 0; turn < 10; turn++) {
        for (let more = 0; more < 10; more++) tick();
        if (turn === round % 10) cut = admin.call("CLIENT", "KILL", "TYPE", "normal");
        await new Promise((resolve) => setImmediate(resolve));
      }
      cuts += Number(await cut);
      await until("the round to be committed", () => committed.length === last, BACK_MS);
    }
    assert.ok(cuts >= 20, `${cuts} cuts`);
    assert.ok(faults.length > 10, `${faults.length} interruptions`);
    await allIsWell();
    assert.equal(log.needsBegin, false);
    assert.deepEqual(ticksOf(await store.read("room")).length, 2_001);
  });

  it("[OWN9] a Redis that stands still: nothing is committed meanwhile, everything after", async () => {
    tick();
    await until("the first commit", () => committed.length === 1);
    process.kill(redis.pid, "SIGSTOP");
    for (let more = 0; more < 50; more++) tick();
    await until("the silence to be noticed", () => faults.length > 0);
    assert.deepEqual(committed, [1]);
    process.kill(redis.pid, "SIGCONT");
    tick();
    await allIsWell();
    assert.equal(ticksOf(await store.read("room"))[0], 0, "nothing had to begin anew");
  });

  it("[OWN9] a Redis that was killed comes back with its file: the room writes on", async () => {
    for (let more = 0; more < 20; more++) tick();
    await until("some commits", () => committed.length === 20);
    await stop();
    for (let more = 0; more < 20; more++) tick();
    await until("the loss to be noticed", () => faults.length > 0);
    await start();
    tick();
    await allIsWell();
  });

  it("[OWN10] a Redis that comes back empty gets the room again, under the same epoch", async () => {
    for (let more = 0; more < 20; more++) tick();
    await until("some commits", () => committed.length === 20);
    await stop();
    await rm(dir, { recursive: true });
    dir = await mkdtemp(join(tmpdir(), "ninelives-redis-faults-"));
    await start();
    tick();
    await allIsWell();
    assert.deepEqual(await store.roomsOf("me"), [{ roomId: "room", owner: "me", epoch: log.epoch }]);
    const own = await admin.hgetall("test:{room}:own");
    assert.deepEqual([own.e, own.o, own.b], [String(log.epoch), "me", "1"]);
  });

  it("[OWN10] a Redis that went back in time gets a fresh snapshot for what it forgot", async () => {
    for (let more = 0; more < 5; more++) {
      tick();
      await until("the commit", () => committed.length === last);
    }
    const keys = ["test:{room}:own", "test:{room}:log"];
    const then = await Promise.all(keys.map((key) => admin.dumpBuffer(key)));
    for (let more = 0; more < 5; more++) {
      tick();
      await until("the commit", () => committed.length === last);
    }
    for (const [place, key] of keys.entries()) await admin.restore(key, 0, then[place]!, "REPLACE");
    assert.deepEqual(ticksOf(await store.read("room")), [0, 1, 2, 3, 4, 5]);
    tick();
    await until("the gap to be noticed", () => log.needsBegin);
    await allIsWell();
    assert.match(faults.at(-1)!, /the journal has epoch \d+ number 6, 11 expected/);
  });

  it("[OWN2] a claim that Redis forgot is no claim, and the one who comes later still wins", async () => {
    const keys = ["test:{room}:own", "test:{room}:log"];
    const then = await Promise.all(keys.map((key) => admin.dumpBuffer(key)));
    let lost = 0;
    const second = await take(store, "room", { owner: "second", onFenced: () => lost++ });
    await begin(second, 1, { epoch: second.epoch });
    for (const [place, key] of keys.entries()) await admin.restore(key, 0, then[place]!, "REPLACE");
    const third = await take(store, "room", { owner: "third", from: log.epoch });
    assert.ok(third.epoch > second.epoch, "no epoch comes twice, whatever Redis forgets");
    await begin(third, 2, { epoch: third.epoch });
    second.append(record(3), () => assert.fail("committed"));
    await until("the second owner to be told", () => lost === 1);
    await append(third, record(4));
    assert.deepEqual(ticksOf(await store.read("room")), [2, 4]);
  });

  it("[OWN15] nobody can claim while Redis is away, and the claim says so soon", async () => {
    await stop();
    const began = performance.now();
    await assert.rejects(take(store, "new", { from: undefined }));
    assert.ok(performance.now() - began < BACK_MS);
    await start();
    await until("a claim to be granted", async () => {
      const claim = await take(store, "new", { from: undefined }).catch(() => undefined);
      return claim !== undefined;
    });
  });
});
