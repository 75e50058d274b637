/** The contract of boards for both, and what only Redis has: other processes, connections that break, answers that do not come. */
import assert from "node:assert/strict";
import { Redis } from "ioredis";
import { startRedis, type TestRedis } from "../../../test/support/redis.ts";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import { until } from "../../../test/support/until.ts";
import { LIMITS, type TopicMessageItem } from "@ninelives/shared-schema";
import type { BoardHooks } from "../../src/topics/board.ts";
import { HostTopics } from "../../src/topics/host-topics.ts";
import { MemoryBoard } from "../../src/topics/memory-board.ts";
import { RedisBoard } from "../../src/topics/redis-board.ts";
import { boardContract, heardFrom, post, texts } from "./board-contract.ts";

boardContract("memory", (hooks) => new MemoryBoard(hooks, "e"));

describe("topics of the host in Redis", () => {
  let redis: TestRedis;
  let admin: Redis;
  let epochs = 0;
  const faults: Error[] = [];
  const board = (hooks: BoardHooks) =>
    new RedisBoard(
      redis.url,
      hooks,
      () => `e${++epochs}`,
      (error) => faults.push(error),
    );
  before(async () => {
    redis = await startRedis();
    admin = new Redis(redis.url).on("error", (error) => faults.push(error));
  });
  beforeEach(() => admin.flushall());
  after(async () => {
    admin.disconnect();
    await redis.stop();
  });

  boardContract("redis", (hooks) => board(hooks));

  /** The process's view of the topics, and everything a room that listens was told. */
  function aProcess() {
    const told: TopicMessageItem[] = [];
    const members: string[][] = [];
    const clock = new ManualClock();
    const topics = new HostTopics(
      (hooks) => board(hooks),
      clock,
      (error) => faults.push(error as Error),
    );
    const listener = {
      heard: (message: TopicMessageItem) => void told.push(message),
      members: (_topic: string, sessionIds: readonly string[]) => void members.push([...sessionIds].sort()),
    };
    return { topics, clock, told, members, listener };
  }

  it("[TP5] two processes that write at once are heard by both in one order, each message once", async () => {
    const [one, two] = [aProcess(), aProcess()];
    for (const { topics, listener } of [one, two]) {
      await topics.listen(listener, "messages", "party/1");
      await topics.listen(listener, "messages", "party/#");
    }
    const said = [one, two].flatMap(({ topics }, who) =>
      Array.from({ length: 100 }, (_, n) => topics.publish(post("party/1", `${who} ${n}`, { keep: 500 }))),
    );
    await Promise.all(said);
    await until("everything", () => one.told.length === 200 && two.told.length === 200);
    assert.deepEqual(
      one.told.map(({ offset }) => offset),
      Array.from({ length: 200 }, (_, index) => index + 1),
    );
    assert.deepEqual(texts(one.told), texts(two.told));
    await Promise.all([one.topics.close(), two.topics.close()]);
  });

  it("[TP5] what was said while the listening connection was down is told, in order, when it is back", async () => {
    const { topics, told, listener } = aProcess();
    await topics.listen(listener, "messages", "party/2");
    await topics.publish(post("party/2", "before"));
    await until("the first", () => told.length === 1);
    await admin.call("CLIENT", "KILL", "TYPE", "pubsub");
    for (const text of ["a", "b", "c"]) await topics.publish(post("party/2", text));
    await until("everything", () => told.length >= 4);
    assert.deepEqual(texts(told), ["before", "a", "b", "c"]);
    await topics.close();
  });

  it("[TP5] a Redis that does not answer is TOPIC_AWAY; the post said again when it does is there once", async () => {
    const { board: slow } = heardFrom((hooks) => board(hooks));
    await slow.publish(post("party/3", "first"));
    process.kill(redis.pid, "SIGSTOP");
    const second = post("party/3", "second");
    await assert.rejects(slow.publish(second), { name: "TOPIC_AWAY" });
    process.kill(redis.pid, "SIGCONT");
    const place = await until("an answer", () => slow.publish(second).catch(() => undefined));
    assert.equal(place.offset, 2);
    assert.deepEqual(texts((await slow.read("party/3", 0)).messages), ["first", "second"]);
    await slow.close();
  }).timeout(10_000);

  it("[FLT27] who is in a topic is known again when Redis has lost it all, to whoever watches", async () => {
    const [one, two] = [aProcess(), aProcess()];
    for (const { topics, listener } of [one, two]) await topics.listen(listener, "members", "party/m");
    one.topics.enter("party/m", "ada");
    two.topics.enter("party/m", "bob");
    two.topics.enter("party/gone", "cyd");
    const all = "ada,bob";
    const areTold = () => [one, two].every(({ members }) => members.at(-1)?.join() === all);
    await until("both to be told of both", areTold);
    await redis.stop();
    redis = await startRedis(Number(new URL(redis.url).port));
    two.topics.leave("party/gone", "cyd");
    const known = async (topic: string) => (await one.topics.members(topic).catch((): string[] => [])).sort().join();
    await until("both to be there again", async () => (await known("party/m")) === all, 2_000);
    await until("both to be told so", areTold);
    assert.equal(await known("party/gone"), "");
    await Promise.all([one.topics.close(), two.topics.close()]);
  });

  it("[TP5] a topic that Redis lost begins anew under another epoch, and is heard from its first message", async () => {
    const { topics, told, listener } = aProcess();
    await topics.listen(listener, "messages", "party/4");
    await topics.publish(post("party/4", "old"));
    await admin.flushall();
    await topics.publish(post("party/4", "new"));
    await until("both", () => told.length === 2);
    assert.deepEqual(
      told.map(({ offset }) => offset),
      [1, 1],
    );
    assert.notEqual(told[0]!.epoch, told[1]!.epoch);
    await topics.close();
  });

  it("[TP6] members of both processes are told; those of a process that is gone drop out", async () => {
    const [one, two] = [aProcess(), aProcess()];
    await one.topics.listen(one.listener, "members", "party/5");
    one.topics.enter("party/5", "ada");
    two.topics.enter("party/5", "bob");
    await until("both members", () => one.members.at(-1)?.length === 2);
    assert.deepEqual(one.members.at(-1), ["ada", "bob"]);
    await two.topics.close();
    const key = "ninelives:topic:{party/5}:members";
    await admin.zadd(key, 1, "bob");
    one.clock.advance(LIMITS.topicMemberAgainSeconds * 1000);
    await until("bob to drop out", () => one.members.at(-1)?.length === 1);
    assert.deepEqual(one.members.at(-1), ["ada"]);
    one.topics.leave("party/5", "ada");
    await until("nobody", () => one.members.at(-1)?.length === 0);
    await one.topics.close();
  });

  it("[TP5] everything about a topic is forgotten a day after its last message", async () => {
    const { board: kept } = heardFrom((hooks) => board(hooks));
    await kept.publish(post("party/6", "hello", { key: "k" }));
    await kept.enter("party/6", ["ada"]);
    const keys = (await admin.keys("*")).sort();
    assert.deepEqual(keys, [
      "ninelives:topic:{party/6}",
      "ninelives:topic:{party/6}:by:k",
      "ninelives:topic:{party/6}:members",
    ]);
    const lives = await Promise.all(keys.map((key) => admin.ttl(key)));
    const caps = [LIMITS.hostTopicSeconds, LIMITS.hostTopicKeySeconds, LIMITS.topicMemberSeconds];
    for (const [index, seconds] of lives.entries()) assert.ok(seconds > 0 && seconds <= caps[index]!, keys[index]);
    await kept.close();
  });
});
