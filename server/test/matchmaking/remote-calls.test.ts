/** What somebody who can publish at the Redis of the listings gets a process to do, over a real Redis. */
import assert from "node:assert/strict";
import { Redis } from "ioredis";
import { subscribeIPC } from "@colyseus/core";
import { RemoteCalls, type RefusedCall } from "../../src/matchmaking/remote-calls.ts";
import type { PromptPresence } from "../../src/matchmaking/prompt-presence.ts";
import { startRedis, type TestRedis } from "../../../test/support/redis.ts";
import { until } from "../../../test/support/until.ts";
import { presenceAt } from "./presence-at.ts";

const ROOM = "$room";

describe("calls from other processes", () => {
  let redis: TestRedis;
  let presence: PromptPresence;
  let foreigner: Redis;
  let ear: Redis;
  let made: string[];
  let refused: RefusedCall[];
  let thrown: string[];
  const answers = new Map<string, readonly [code: number, value: unknown]>();
  before(async () => {
    redis = await startRedis();
    foreigner = new Redis(redis.url);
    ear = new Redis(redis.url);
    await ear.psubscribe("ipc:*");
    ear.on("pmessage", (_pattern: string, channel: string, text: string) => {
      answers.set(channel.slice("ipc:".length), JSON.parse(text) as [number, unknown]);
    });
    [made, refused, thrown] = [[], [], []];
    presence = presenceAt(redis.url, {
      calls: new RemoteCalls(["scoreOf"]),
      onRefused: (call) => void refused.push(call),
      onThrow: (_error, channel) => void thrown.push(channel),
    });
    await presence.connected;
    for (const channel of [ROOM, "p:me"])
      await subscribeIPC(presence, channel, (method: string) => {
        made.push(`${channel} ${method}`);
        return "done";
      });
  });
  after(async () => {
    presence.shutdown();
    foreigner.disconnect();
    ear.disconnect();
    await redis.stop();
  });
  beforeEach(() => {
    for (const list of [made, refused, thrown]) list.length = 0;
    answers.clear();
  });

  let asked = 0;
  /** Resolves with the answer. */
  async function call(channel: string, method: unknown, args: unknown = []): Promise<readonly [number, unknown]> {
    const id = `request ${asked++}`;
    await foreigner.publish(channel, JSON.stringify([method, id, args]));
    return until(`an answer to ${String(method)}`, () => answers.get(id));
  }

  it("[ABU1] the calls that promise a seat, find who comes back and make a room are made", async () => {
    for (const method of ["_reserveSeat", "_reserveMultipleSeats", "checkReconnectionToken", "_promiseMatchSeat"])
      assert.deepEqual(await call(ROOM, method), [0, "done"], method);
    for (const method of [undefined, "healthcheck"]) assert.deepEqual(await call("p:me", method), [0, "done"]);
    assert.equal(made.length, 6);
    assert.deepEqual(refused, []);
  });

  it("[ABU1] no other method is called and no field read; who asked is told which list it is not on, and so is the host", async () => {
    for (const method of ["disconnect", "broadcast", "onMessage", "state", "constructor", "__proto__", 7, null, {}]) {
      const [code, text] = await call(ROOM, method, undefined);
      assert.equal(code, 1);
      assert.match(String(text), /may not be called from another process: list it in .*remoteMethods/);
    }
    assert.deepEqual(made, []);
    assert.deepEqual(
      refused.slice(0, 2).map(({ channel, method }) => [channel, method]),
      [
        [ROOM, "disconnect"],
        [ROOM, "broadcast"],
      ],
    );
    assert.equal((await call("p:me", "handleCreateRoom"))[0], 1);
  });

  it("[ABU1] a method that is listed is called, with arguments or without", async () => {
    assert.deepEqual(await call(ROOM, "scoreOf", ["Ada"]), [0, "done"]);
    assert.deepEqual(await call(ROOM, "scoreOf", undefined), [0, "done"]);
  });

  it("[ABU2] what is no call, and what makes a listener throw, ends nothing", async () => {
    await presence.subscribe("news", ([first]: [string]) => void made.push(`news ${first}`));
    for (const text of ["null", "7", '"disconnect"', "[]", '["disconnect"]', '["disconnect",7,[]]', "{}", "no JSON"])
      for (const channel of [ROOM, "p:me", "news"]) await foreigner.publish(channel, text);
    await foreigner.publish("news", JSON.stringify(["the last"]));
    await until("the last message", () => made.includes("news the last"));
    assert.ok(
      made.every((call) => call.startsWith("news")),
      made.join(),
    );
    assert.equal(refused.length, 14);
    assert.ok(refused.every(({ requestId, channel }) => requestId === undefined && channel !== "news"));
    assert.deepEqual(new Set(thrown), new Set([ROOM, "p:me", "news"]));
  });
});
