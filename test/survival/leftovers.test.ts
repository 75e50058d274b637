/**
 * What is left of rooms that were taken away and taken back, again and again: nothing. A real host and a real Redis, in which
 * somebody else claims the host's rooms and leaves them to it.
 */
import assert from "node:assert/strict";
import { queryObjects } from "node:v8";
import { defineHost } from "@ninelives/server";
import { TapEncoder } from "../../server/src/adapter/tap-encoder.ts";
import { Delivery } from "../../server/src/outbox/delivery.ts";
import { JournalAppender } from "../../server/src/log/journal-appender.ts";
import { JournalStore } from "../../server/src/log/journal-store.ts";
import { RedisJournal } from "../../server/src/log/redis-journal.ts";
import { Past } from "../../server/src/room/past.ts";
import { RoomRuntime } from "../../server/src/room/room-runtime.ts";
import { systemClock } from "../../server/src/system-clock.ts";
import { startRedis, type TestRedis } from "../support/redis.ts";
import { startTestHost, type TestHost } from "../support/test-host.ts";
import { until } from "../support/until.ts";
import { NineRoom } from "./nine.room.ts";
import { Nine } from "./nine.type.ts";
import { judge, Player } from "./player.ts";

const ROOMS = 4;
const ROUNDS = 3;
/** A room that was taken counts as one that lives after LIMITS.settledAfterMs of play. */
const SETTLED_TICKS = 15;
/** Of each room: its state's and its memory's. */
const ENCODERS = 2;
const LET_GO_MS = 15_000;
const PREFIX = "ninelives:";
/** What a host has of each, of its rooms. Other suites of this process may have left some before. */
const KINDS: readonly (readonly [kind: new (...args: never[]) => object, most: number])[] = [
  [RoomRuntime, ROOMS],
  [Delivery, ROOMS],
  [JournalAppender, ROOMS],
  [TapEncoder, ENCODERS * ROOMS],
  [Past, 0],
];

describe("a host whose rooms are taken away and come back", () => {
  let redis: TestRedis;
  let host: TestHost;
  let thief: JournalStore;
  before(async () => {
    redis = await startRedis();
    const journal = new RedisJournal({
      urls: [redis.url],
      prefix: PREFIX,
      replicas: 0,
      clock: systemClock,
      onFault: (error) => assert.fail(error),
    });
    thief = new JournalStore({ journal, clock: systemClock, onFault: (message) => assert.fail(message) });
    const rooms = { nine: { type: Nine, room: NineRoom } };
    const store = { kind: "redis", urls: [redis.url], prefix: PREFIX } as const;
    host = await startTestHost(defineHost({ rooms, store }), { redisUrl: redis.url });
  });
  after(async () => {
    await host.stop();
    await thief.close();
    await redis.stop();
  });

  /** Somebody else claims the room and leaves it to the host. */
  async function steal(roomId: string): Promise<void> {
    const { epoch } = (await thief.ownerOf(roomId))!;
    const log = await thief.claim(roomId, { owner: "thief", from: epoch, onFenced() {} });
    await log.close("released", host.processId);
  }

  it("[FLT40] holds on to nothing of the rooms it had before, and players lose nothing", async function () {
    this.timeout(60_000);
    const players: Player[] = [];
    const before = KINDS.map(([kind]) => alive(kind));
    for (let at = 0; at < ROOMS; at++) {
      const first = await Player.create(host.url, "first");
      players.push(first, await Player.join(host.url, first.room.roomId, "second"));
    }
    const roomIds = [...new Set(players.map(({ room }) => room.roomId))];
    for (const player of players) player.play(100);
    for (let round = 1; round <= ROUNDS; round++) {
      await Promise.all(players.map((player) => player.ticks(SETTLED_TICKS)));
      await Promise.all(roomIds.map((roomId) => steal(roomId)));
      await Promise.all(players.map((player) => player.back(round)));
    }
    await Promise.all(players.map((player) => player.ticks(SETTLED_TICKS)));
    for (const roomId of roomIds) await judge(players.filter(({ room }) => room.roomId === roomId));
    const more = () => KINDS.map(([kind], at) => alive(kind) - before[at]!);
    const areFew = () => more().every((count, at) => count <= KINDS[at]![1]);
    await until("what was before to be let go of", areFew, LET_GO_MS).catch((error: Error) => {
      assert.fail(`${error.message}: ${more().join(", ")} more than before`);
    });
  });
});

/** How many there are, after a full collection. */
function alive(kind: new (...args: never[]) => object): number {
  return queryObjects(kind as never, { format: "count" });
}
