/**
 * Redis is killed under three processes, twelve rooms and forty players who never rest, stays away for 20 s and comes back with nothing,
 * while others ask for seats all the time. Before and after, what directory, processes and clients say of the rooms is compared.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { connect, type Room } from "@ninelives/client";
import { LIMITS, type NetError } from "@ninelives/shared-schema";
import { ROOT } from "../support/main-process.ts";
import { until } from "../support/until.ts";
import { compare } from "./compare/compare.ts";
import { lookAt, viewOf, viewOfOther } from "./compare/look.ts";
import { Crowd, type Here } from "./crowd.ts";
import { Fleet } from "./fleet.ts";
import { Nine } from "./nine.type.ts";
import { judge, Player } from "./player.ts";
import { Casual } from "./storm.type.ts";

const CONFIG = join(ROOT, "test/survival/gone.config.ts");

/** The fault itself: longer than any lease, any patience of a client, and any wait between attempts. */
const OUTAGE_MS = 20_000;
/**
 * How soon everything is as before when it is back, and how soon somebody who wants a seat meanwhile is told no. On a quiet machine it is
 * less than two seconds, and some hundredths of one; here it is told apart from waiting for a time to run out.
 */
const BACK_MS = 6_000;
const NO_MS = 3_000;
const ROOMS = 12;
const PLAYERS = 40;
const COMMAND_EVERY_MS = 200;
const CAUGHT = 6;

describe("a Redis that is killed for 20 s and comes back with nothing", function () {
  this.timeout(120_000);
  let fleet: Fleet;
  let players: Player[] = [];
  let casual: Room<typeof Casual>;
  let people: Crowd | undefined;
  let dropped: string[] = [];

  before(async () => {
    fleet = await Fleet.start(3, CONFIG);
    casual = await connect(urlAt(0)).create(Casual, {});
    await until("rooms at every process", async () => {
      const at = players.length;
      players.push(await Player.create(urlAt(at), `maker ${at}`));
      const owners = new Set((await fleet.rooms()).filter(({ type }) => type === Nine.name).map(({ pid }) => pid));
      return players.length >= ROOMS && owners.size === fleet.hosts.length;
    });
    const rooms = roomIds();
    const guests = Array.from({ length: PLAYERS - players.length }, (_, at) =>
      Player.join(urlAt(at), rooms[at % rooms.length]!, `guest ${at}`),
    );
    players = [...players, ...(await Promise.all(guests))];
    for (const { room, sessionId } of players)
      room.connection.onChange(({ to, reason }) => void dropped.push(`${sessionId} ${to} ${reason}`));
  });
  after(() => fleet.stop());
  beforeEach(async () => {
    dropped = [];
    for (const player of players) player.play(COMMAND_EVERY_MS);
    await Promise.all(players.map((player) => player.ticks(10)));
  });
  afterEach(async function () {
    for (const player of players) player.rest();
    await people?.end();
    if (this.currentTest?.state === "failed") process.stdout.write(fleet.said());
  });

  const urlAt = (at: number) => fleet.hosts[at % fleet.hosts.length]!.url;
  const roomIds = () => [...new Set(players.map(({ room }) => room.roomId))];

  async function faults(asksTallies = false): Promise<string[]> {
    const urls = fleet.hosts.map(({ url }) => url);
    const clients = await Promise.all(players.map((player) => viewOf(player, asksTallies)));
    const look = await lookAt(urls, fleet.redis.url, [...clients, viewOfOther(casual)]);
    return compare(look, { rooms: [...roomIds(), casual.roomId], isEverybodyHere: true });
  }

  /** Resolves when directory, processes and clients agree; rejects with what they did not agree on in the end. */
  async function agree(deadlineMs: number): Promise<void> {
    let last: readonly string[] = [];
    const look = async () => {
      last = await faults().catch((error: unknown) => [String(error)]);
      return last.length === 0;
    };
    await until("all to agree", look, deadlineMs).catch(() => assert.deepEqual(last, []));
  }

  async function crowd(): Promise<Crowd> {
    const rows = (await fleet.rooms()).filter(({ roomId }) => roomIds().includes(roomId));
    const home = await fleet.owner(casual.roomId);
    const places = fleet.hosts.map(({ url, pid }): Here => {
      const own = rows.find((row) => row.pid === pid)!.roomId;
      const other = rows.find((row) => row.pid !== pid)!.roomId;
      return { url, own, other, casual: pid === home.pid ? casual.roomId : undefined };
    });
    return new Crowd({ places, tick: () => players[0]!.room.state.ticks });
  }

  it("[FLT24] matches go on, who wants a seat is told no at once; then all agree, and joins work", async () => {
    await agree(BACK_MS);
    people = await crowd();
    await people.begun(10_000);
    const caught = caughtAtIt(CAUGHT);
    let goneMs = 0;
    let waiting = 0;
    await fleet.withoutRedis("nothing", async () => {
      const endsAtMs = performance.now() + OUTAGE_MS;
      const from = players.map(({ room }) => room.state.ticks);
      for (const player of players) {
        waiting++;
        void player.add().finally(() => waiting--);
      }
      await until("the outage to be noticed", () =>
        fleet.hosts.every(({ url }) => people!.tries.some((one) => one.url === url && one.error?.name === "BUSY")),
      );
      goneMs = performance.now();
      await until("the outage to be over", () => performance.now() > endsAtMs, OUTAGE_MS + 1_000);
      const ticks = players.map(({ room }, at) => room.state.ticks - from[at]!);
      const due = (OUTAGE_MS / 1000) * Nine.tickHz;
      assert.ok(Math.min(...ticks) > due / 2, `of ${due} ticks players saw ${ticks.join(", ")}`);
      assert.equal(waiting, players.length, "nothing is confirmed that is in no log");
      assertRefused(people!, goneMs, performance.now());
    });
    const backMs = performance.now();
    const tookMs = await people.lastTime();
    await caught;
    assert.ok(tookMs < BACK_MS, `joins work ${tookMs} ms after Redis is back`);
    await agree(10_000);
    const agreedMs = performance.now() - backMs;
    assert.ok(agreedMs < BACK_MS, `all agree ${agreedMs} ms after Redis is back`);
    const lost = people.tries.filter(({ error }) => error?.recoverable === false);
    assert.deepEqual(lost, [], "nobody is told that there is nothing to join");
    assert.deepEqual(dropped, [], "nobody lost the connection");
  });

  /** So many whose room is just being made: they are let in in the end, or told to come again. */
  async function caughtAtIt(count: number): Promise<void> {
    const asked = Array.from({ length: count }, (_, at) => connect(urlAt(at)).create(Nine, {}));
    for (const outcome of await Promise.allSettled(asked))
      if (outcome.status === "fulfilled") await outcome.value.leave();
      else assert.equal((outcome.reason as NetError).recoverable, true, String(outcome.reason));
  }

  /** All but those who ask for a room that needs no log. */
  function assertRefused(people: Crowd, fromMs: number, toMs: number): void {
    const [free, others] = [true, false].map((isFree) =>
      people.between(fromMs, toMs).filter(({ how }) => (how === "room without a log") === isFree),
    ) as [Crowd["tries"], Crowd["tries"]];
    const kept = free.filter(({ error }) => error !== undefined);
    assert.deepEqual(kept, [], "a room without a log lets them in");
    assert.ok(free.length > 10, `${free.length} tries`);
    assert.ok(others.length > 100, `${others.length} tries`);
    for (const { how, url, error, fromMs: askedMs, toMs: toldMs } of others) {
      const told = [error?.name, error?.recoverable, error?.details.retryAfterMs];
      assert.deepEqual(told, ["BUSY", true, LIMITS.busyRetryMs], `${how} at ${url}: ${error?.message}`);
      assert.ok(toldMs - askedMs < NO_MS, `${how} at ${url} took ${toldMs - askedMs} ms`);
    }
  }

  it("[FLT24] every command is answered, and was run once, as its room has it and as everybody in it was told", async () => {
    for (const player of players) player.rest();
    await Promise.all(players.flatMap(({ answers }) => answers));
    assert.deepEqual(await faults(true), []);
    for (const roomId of roomIds()) await judge(players.filter(({ room }) => room.roomId === roomId));
  });

  it("[FLT24] a process that is killed after that is survived: all agree again", async () => {
    const home = await fleet.owner(casual.roomId);
    const killed = fleet.hosts.find((host) => host !== home)!;
    const moved = new Set((await fleet.rooms()).filter(({ pid }) => pid === killed.pid).map(({ roomId }) => roomId));
    await fleet.kill(killed);
    await Promise.all(players.map((player) => player.back(moved.has(player.room.roomId) ? 1 : 0)));
    await Promise.all(players.map((player) => player.ticks(30)));
    await agree(10_000);
    for (const player of players) player.rest();
    await Promise.all(players.flatMap(({ answers }) => answers));
    assert.deepEqual(await faults(true), []);
    for (const roomId of roomIds()) await judge(players.filter(({ room }) => room.roomId === roomId));
  });
});
