/** The directory of a single process, and the one on a real Redis that several share. */
import assert from "node:assert/strict";
import { LocalDriver } from "@colyseus/core";
import { LISTINGS, RedisDriver } from "../../src/matchmaking/redis-driver.ts";
import { startRedis, type TestRedis } from "../../../test/support/redis.ts";
import { until } from "../../../test/support/until.ts";
import { ANSWERED, driverContract, row } from "./driver-contract.ts";

const FILTERS: Readonly<Record<string, readonly string[]>> = { arena: ["mode", "level"] };

describe("the directory of rooms", () => {
  let redis: TestRedis;
  before(async () => {
    redis = await startRedis();
  });
  after(() => redis.stop());
  const open = async (me = "me") => {
    const filtersOf = (name: string) => FILTERS[name] ?? [];
    const driver = new RedisDriver({ url: redis.url, me: () => me, filtersOf, onFault: () => {}, breaker: ANSWERED });
    await driver.connected;
    return driver;
  };

  driverContract("memory", async () => new LocalDriver());
  driverContract("Redis", open);

  describe("that several processes share", () => {
    let [mine, yours]: RedisDriver[] = [];
    beforeEach(async () => {
      [mine, yours] = [await open("me"), await open("you")];
    });
    afterEach(async () => {
      await mine!.clear();
      await Promise.all([mine!.shutdown(), yours!.shutdown()]);
    });
    const found = async () => {
      const { processId, clients } = await mine!.findOne({ roomId: "one" });
      return { processId, clients };
    };

    it("[MM5] of two that record the same room one does", async () => {
      const both = await Promise.all([
        mine!.insert(row("one", { epoch: 5 })),
        yours!.insert(row("one", { epoch: 5, processId: "you" })),
      ]);
      assert.deepEqual(both.toSorted(), [false, true]);
    });

    it("[MM5] an owner that listed its room anew while it is recorded does not refuse itself", async () => {
      const one = row("one", { epoch: 5 });
      await mine!.persist(one);
      assert.equal(await mine!.insert(one), true);
    });

    it("[MM5] a later epoch takes the row over; what the earlier owner writes and removes changes nothing", async () => {
      const old = row("one", { epoch: 5 });
      const next = row("one", { epoch: 6, processId: "you", clients: 2 });
      await mine!.insert(old);
      assert.equal(await yours!.insert(next), true);
      assert.equal(await mine!.update(old, { $inc: { clients: 1 } }), false);
      assert.equal(await mine!.persist(old), false);
      assert.equal(await mine!.insert(old), false);
      assert.equal(await mine!.remove("one"), false);
      await mine!.cleanup("me");
      assert.deepEqual(await found(), { processId: "you", clients: 2 });
      assert.deepEqual(await mine!.query({ processId: "me" }), []);
      assert.equal((await mine!.query({ processId: "you" })).length, 1);
    });

    it("[MM5] a room that was removed does not come back with a late update, but may be listed anew", async () => {
      const one = row("one", { epoch: 5 });
      await mine!.insert(one);
      const late = mine!.update(one, { $inc: { clients: 1 } });
      await mine!.remove("one");
      assert.equal(await late, false);
      assert.equal(await mine!.has("one"), false);
      assert.equal(await mine!.persist(one), true);
      assert.equal(await mine!.has("one"), true);
    });

    it("[MM5] what changes in one turn is written once", async () => {
      const one = row("one", { maxClients: 100 });
      await mine!.insert(one);
      const calls = async () => Number(/cmdstat_evalsha:calls=(\d+)/.exec(await mine!.redis.info("commandstats"))![1]);
      const before = await calls();
      await Promise.all(Array.from({ length: 50 }, () => mine!.update(one, { $inc: { clients: 1 } })));
      assert.deepEqual([await calls(), await found()], [before + 1, { processId: "me", clients: 50 }]);
    });

    it("[MM5] whatever a room was found by is gone with it", async () => {
      const one = row("one", { name: "arena", metadata: { mode: "ctf", level: 3 } });
      await mine!.insert(one);
      const open = await mine!.redis.keys(`${LISTINGS}open:*`);
      assert.deepEqual(open.map((key) => key.slice(LISTINGS.length)).toSorted(), [
        "open:arena",
        "open:arena?level=3",
        'open:arena?mode="ctf"',
      ]);
      await mine!.remove("one");
      assert.deepEqual(await mine!.redis.keys(`${LISTINGS}*`), []);
    });

    it("[FLT29] a room that ended before it could be recorded is not recorded when that can be done", async () => {
      await redis.stop();
      const recorded = mine!.insert(row("one", { epoch: 5 }));
      const removed = mine!.remove("one");
      redis = await startRedis(Number(new URL(redis.url).port));
      assert.deepEqual([await recorded, await removed], [false, true]);
      assert.deepEqual([await mine!.has("one"), await mine!.redis.keys(`${LISTINGS}*:*`)], [false, []]);
    });

    it("[FLT12] one that comes back with nothing is told every row again by whose it is, and none that is gone", async () => {
      const rows = [row("one", { epoch: 5, clients: 2 }), row("two", { processId: "you" }), row("three")];
      await mine!.insert(rows[0]!);
      await yours!.insert(rows[1]!);
      await mine!.insert(rows[2]!);
      assert.equal(await yours!.insert(row("one", { epoch: 6, processId: "you" })), true, "it was taken over");
      await redis.stop();
      void mine!.remove("three");
      void yours!.update(rows[1]!, { $inc: { clients: 3 } });
      redis = await startRedis(Number(new URL(redis.url).port));
      const listed = async () =>
        (await mine!.query({})).map(({ roomId, processId, clients }) => `${roomId} ${processId} ${clients}`).sort();
      const all = ["one you 0", "two you 3"];
      await until("the rows", async () => String(await listed().catch(() => "")) === String(all), 2_000);
    });
  });
});
