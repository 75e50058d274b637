/** Messages between processes over a real Redis: who is not there is not waited for, and an outage loses no subscription. */
import assert from "node:assert/strict";
import type { PromptPresence } from "../../src/matchmaking/prompt-presence.ts";
import { RedisDriver } from "../../src/matchmaking/redis-driver.ts";
import { freePort, startRedis, type TestRedis } from "../../../test/support/redis.ts";
import { until } from "../../../test/support/until.ts";
import { ANSWERED } from "./driver-contract.ts";
import { presenceAt } from "./presence-at.ts";

describe("what Colyseus shares between processes", () => {
  let port: number;
  let redis: TestRedis;
  let presence: PromptPresence;
  let driver: RedisDriver;
  before(async () => {
    port = await freePort();
    redis = await startRedis(port);
    presence = presenceAt(redis.url);
    driver = new RedisDriver({
      url: redis.url,
      me: () => "me",
      filtersOf: () => [],
      onFault: () => {},
      breaker: ANSWERED,
    });
    await Promise.all([presence.connected, driver.connected]);
  });
  after(async () => {
    presence.shutdown();
    await driver.shutdown();
    await redis.stop();
  });

  it("[MM4] a request that nobody hears is told as Colyseus tells one that was not answered, at once", async () => {
    const answers: unknown[] = [];
    await presence.subscribe("ipc:one", (answer: unknown) => void answers.push(answer));
    await presence.publish("$nobody", ["_reserveSeat", "one", []]);
    assert.deepEqual(answers, [[1, '"ipc_timeout"']]);
    await presence.subscribe("$somebody", () => {});
    await presence.publish("$somebody", ["_reserveSeat", "one", []]);
    await presence.publish("$nobody", "no request");
    assert.equal(answers.length, 1);
  });

  it("[MM4] away: reads are BUSY at once, writes and subscriptions are there when it is back, and so are reads", async () => {
    const heard: unknown[] = [];
    await presence.subscribe("news", (news: unknown) => void heard.push(news));
    const read = driver.query({});
    await redis.stop();
    await until("the loss to be noticed", () => !driver.isConnected && !presence.isConnected);
    await assert.rejects(driver.query({}), { name: "BUSY" });
    await assert.rejects(driver.findOne({ roomId: "one" }), { name: "BUSY" });
    await driver.cleanup("dead");
    const written = driver.persist({ roomId: "one", name: "lab", processId: "me", clients: 0 } as never);
    const said = presence.publish("news", "it is back");
    redis = await startRedis(port);
    assert.equal(await written, true);
    await said;
    await until("what was said meanwhile", () => heard.length === 1);
    await read;
    assert.deepEqual(
      (await driver.query({})).map(({ roomId }) => roomId),
      ["one"],
    );
    assert.equal((await driver.findOne({ name: "lab" })).roomId, "one");
  });
});
