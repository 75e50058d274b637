/** Topics of the host: two real processes, one real Redis, players in different rooms of both. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, type Room, type TopicMembers } from "@ninelives/client";
import { after, before, describe, it } from "mocha";
import { type MainProcess, ROOT, startMain } from "../support/main-process.ts";
import { startRedis, type TestRedis } from "../support/redis.ts";
import { Talk } from "../support/talk-room.ts";
import { until } from "../support/until.ts";

describe("topics of the host, over two processes", () => {
  let redis: TestRedis;
  let dir: string;
  let processes: MainProcess[] = [];
  let players: Room<typeof Talk>[];
  before(async () => {
    redis = await startRedis();
    dir = await mkdtemp(join(tmpdir(), "ninelives-talk-"));
    const config = join(ROOT, "test/support/talk.config.ts");
    processes = ["a", "b"].map((name) => startMain(config, { REDIS_URL: redis.url, NINELIVES_DIR: join(dir, name) }));
    const urls = await Promise.all(processes.map((each) => each.up()));
    const ownerOf = async (roomId: string) => {
      const rows = (await (await fetch(`${urls[0]}/rooms`)).json()) as { roomId: string; processId: string }[];
      return rows.find((row) => row.roomId === roomId)!.processId;
    };
    const first = await connect(urls[0]!).create(Talk, {});
    const home = await ownerOf(first.roomId);
    const elsewhere = async () => {
      const room = await connect(urls[1]!).create(Talk, {});
      if ((await ownerOf(room.roomId)) !== home) return room;
      await room.leave();
      return undefined;
    };
    let second = await elsewhere();
    while (second === undefined) second = await elsewhere();
    players = [first, second];
  });
  after(async () => {
    await Promise.all([redis, ...processes].map((each) => each.stop()));
    await rm(dir, { recursive: true, force: true });
  });

  it("[TP5] players in rooms of two processes hear each other, all in one order, also after a drop", async () => {
    const heard: string[][] = [[], []];
    for (const [index, player] of players.entries()) {
      await player.subscribe("party/7", ({ text }, { from, offset }) =>
        heard[index]!.push(`${offset} ${from} ${text}`),
      );
    }
    const said = Array.from({ length: 40 }, (_, n) => {
      if (n === 20) players[1]!.session.lifeline.cut();
      return players[n % 2]!.publish("party/7", { text: `line ${n}` });
    });
    const places = await Promise.all(said);
    assert.deepEqual(
      places.map(({ offset }) => offset).sort((a, b) => a - b),
      Array.from({ length: 40 }, (_, index) => index + 1),
    );
    await until("everything", () => heard.every((lines) => lines.length === 40));
    assert.deepEqual(heard[0], heard[1]);
    const own = heard[0]!.filter((line) => line.includes(players[0]!.sessionId)).map((line) => line.split(" ").at(-1));
    assert.deepEqual(
      own,
      Array.from({ length: 20 }, (_, n) => String(2 * n)),
      "what one player says keeps its order",
    );
  });

  it("[TP5] what a room says in its own name reaches every room, and late ones as history", async () => {
    const [ada, bob] = players as [Room<typeof Talk>, Room<typeof Talk>];
    const news: string[] = [];
    await bob.subscribe("global/news", ({ text }, { from }) => news.push(`${from}:${text}`));
    for (const text of ["one", "two"]) await ada.command("announce", { topic: "global/news", text });
    await until("both", () => news.length === 2);
    assert.deepEqual(news, [":one", ":two"]);
    const late: string[] = [];
    await ada.subscribe("global/news", ({ text }, { isHistory }) => late.push(`${text} ${isHistory}`), { history: 5 });
    assert.deepEqual(late, ["one true", "two true"]);
  });

  it("[TP6] a party sees who comes and goes, whatever room they are in", async () => {
    const [ada, bob] = players as [Room<typeof Talk>, Room<typeof Talk>];
    const seen: TopicMembers[] = [];
    await ada.watchTopic("party/8", (members) => seen.push(members));
    const subscription = await bob.subscribe("party/8", () => {});
    await until("Bob to come", () => seen.at(-1)?.members.length === 1);
    assert.deepEqual(seen.at(-1)!.joined, [bob.sessionId]);
    await subscription.close();
    await until("Bob to go", () => seen.at(-1)?.members.length === 0);
    assert.deepEqual(seen.at(-1)!.left, [bob.sessionId]);
  });
});
