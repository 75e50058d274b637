/** One process, the file store, and kill -9: what the process had is there again when it is, and its players play on. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client as StockClient } from "@colyseus/sdk";
import { connect, type Room } from "@ninelives/client";
import { LIMITS } from "@ninelives/shared-schema";
import { type MainProcess, ROOT, startMain } from "../support/main-process.ts";
import { freePort } from "../support/redis.ts";
import { until } from "../support/until.ts";
import { Nine } from "./nine.type.ts";

const CONFIG = join(ROOT, "test/survival/nine.config.ts");

describe("a single host that is killed and started again", () => {
  let dir: string;
  let port: number;
  let host: MainProcess | undefined;
  const url = () => `http://localhost:${port}`;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "ninelives-restart-"));
    port = await freePort();
    host = await start();
  });
  afterEach(async () => {
    await host?.stop();
    await rm(dir, { recursive: true, force: true });
  });

  async function start(): Promise<MainProcess> {
    const started = startMain(CONFIG, { PORT: String(port), NINELIVES_DIR: dir, REDIS_URL: undefined });
    await started.up();
    return started;
  }

  async function killAndStart(): Promise<void> {
    await host!.stop();
    host = await start();
  }

  const back = (room: Room<typeof Nine>, restores = 1) =>
    until("the room", () => room.connection.state === "CONNECTED" && room.state.restores === restores);

  it("[RS2] has state, memory, hidden fields, clock, tick, chance and seats as they were", async () => {
    const ada = await connect(url()).create(Nine, { name: "Ada" });
    const bob = await connect(url()).joinById(Nine, ada.roomId, { name: "Bob" });
    const { card } = await ada.command("draw", {});
    await bob.command("draw", {});
    for (let n = 1; n <= 5; n++) await ada.command("add", { n });
    const before = await ada.command("look", {});
    const sessions = [ada.sessionId, bob.sessionId];
    await killAndStart();
    await Promise.all([back(ada), back(bob)]);
    assert.deepEqual([ada.sessionId, bob.sessionId], sessions);
    const after = await ada.command("look", {});
    assert.ok(
      after.tick >= before.tick && after.elapsedMs >= before.elapsedMs,
      `time goes on: ${JSON.stringify([before, after])}`,
    );
    assert.ok(after.tick < before.tick + 90, `the room's time stood still: ${before.tick} to ${after.tick}`);
    assert.equal(after.auth, "user of Ada");
    assert.deepEqual([...ada.state.players.get(ada.sessionId)!.hand], [card]);
    assert.deepEqual([...(ada.state.players.get(bob.sessionId)!.hand ?? [])], [], "Bob's hand stays hidden");
    assert.deepEqual(await ada.command("add", { n: 6 }), { count: 6, times: 1 });
    assert.deepEqual(await bob.command("draw", {}), { card: "card198" });
    await until("both", () => [...ada.state.players.values()].every(({ away }) => !away));
    assert.ok(ada.state.downtimeMs > 0);
  });

  it("[RS3] a durable timer rings after the restart at its tick, one that was taken back never", async () => {
    const ada = await connect(url()).create(Nine, { name: "Ada" });
    await ada.command("ring", { inTicks: 60, text: "one" });
    const { timer } = await ada.command("ring", { inTicks: 45, text: "two" });
    assert.deepEqual(await ada.command("unring", { timer }), { was: true });
    const { tick } = await ada.command("look", {});
    await killAndStart();
    await back(ada);
    await until("the bell", () => ada.state.rung !== "");
    const [text, at] = ada.state.rung.split("@");
    assert.equal(text, "one");
    assert.ok(Number(at) <= tick + 60 && Number(at) > tick + 50, `rang at ${at}, asked before ${tick}`);
  });

  it("[RS4] is listed as it was: metadata, lock, seats", async () => {
    const ada = await connect(url()).create(Nine, { name: "Ada" });
    await ada.command("list", { metadata: "hard", locked: true });
    await killAndStart();
    await back(ada);
    const rows = (await (await fetch(`${url()}/rooms`)).json()) as { roomId: string; players: number }[];
    assert.deepEqual(
      rows.map(({ roomId, players }) => [roomId, players]),
      [[ada.roomId, 1]],
    );
    await assert.rejects(connect(url()).join(Nine, { name: "Eve" }), { name: "ROOM_NOT_FOUND" });
    await ada.command("list", { metadata: "easy", locked: false });
    const eve = await connect(url()).join(Nine, { name: "Eve" });
    assert.equal(eve.roomId, ada.roomId);
  });

  it("[RS5] commands under way at the kill are applied once, their events told once, in order", async () => {
    const ada = await connect(url()).create(Nine, { name: "Ada" });
    const told: number[] = [];
    ada.on("added", ({ n }) => told.push(n));
    const answers: Promise<{ times: number }>[] = [];
    for (let n = 1; n <= 30; n++) answers.push(ada.command("add", { n }));
    await answers[4];
    await killAndStart();
    for (let n = 31; n <= 40; n++) answers.push(ada.command("add", { n }));
    const results = await Promise.all(answers);
    assert.deepEqual(
      results.map(({ times }) => times),
      results.map(() => 1),
    );
    assert.deepEqual(
      told,
      results.map((_, index) => index + 1),
    );
    assert.equal(ada.state.count, 40);
  });

  it("[RS6] survives being killed again and again", async () => {
    const ada = await connect(url()).create(Nine, { name: "Ada" });
    for (let life = 1; life <= 4; life++) {
      assert.deepEqual(await ada.command("add", { n: life }), { count: life, times: 1 });
      await killAndStart();
      await back(ada, life);
    }
  });

  it("[RS7] a plain Colyseus room and a stock client go on, too", async () => {
    const ada = await new StockClient(url()).create("board", { secret: "s" });
    ada.onMessage("moved", () => {});
    ada.reconnection.minUptime = 0;
    ada.send("move", { dx: 3 });
    const piece = () => (ada.state as { pieces?: Map<string, { x: number }> }).pieces?.get(ada.sessionId);
    await until("the move", () => piece()?.x === 3);
    const { steps } = ada.state as { steps: number };
    await until("later patches: what a player sees may be one patch ahead of the log", () => {
      return (ada.state as { steps: number }).steps > steps + 20;
    });
    const resumed = new Promise<void>((resolve) => ada.onReconnect(() => resolve()));
    await killAndStart();
    await resumed;
    ada.send("move", { dx: 4 });
    await until("the next move", () => piece()?.x === 7);
    await ada.leave();
  });

  it("[RS8] a stopped host leaves its matches to the next one", async () => {
    const ada = await connect(url()).create(Nine, { name: "Ada" });
    await ada.command("add", { n: 1 });
    host!.kill("SIGTERM");
    assert.equal(await host!.exited(), 0);
    host = await start();
    await back(ada);
    assert.deepEqual(await ada.command("add", { n: 2 }), { count: 2, times: 1 });
  });

  it("[RS9] a room whose restore throws is set aside with its log, others are there", async () => {
    const ada = await connect(url()).create(Nine, { name: "Ada" });
    const bob = await connect(url()).create(Nine, { name: "Bob" });
    await ada.command("trap", { what: "throw" });
    await killAndStart();
    await back(bob);
    const rows = (await (await fetch(`${url()}/rooms`)).json()) as { roomId: string }[];
    assert.deepEqual(
      rows.map(({ roomId }) => roomId),
      [bob.roomId],
    );
    assert.match(host!.stdout(), /a room could not be restored: it is set aside/);
    await killAndStart();
    await back(bob, 2);
    assert.doesNotMatch(host!.stdout(), /could not be restored/);
  });

  it("[RS10] a room that ends whoever restores it is QUARANTINED after a few tries", async () => {
    const ada = await connect(url()).create(Nine, { name: "Ada" });
    await ada.command("trap", { what: "kill" });
    await host!.stop();
    for (let life = 1; life <= LIMITS.restoreAttempts; life++) {
      host = startMain(CONFIG, { PORT: String(port), NINELIVES_DIR: dir, REDIS_URL: undefined });
      assert.equal(await host.exited(), null);
    }
    host = await start();
    assert.match(host.stdout(), /"name":"QUARANTINED"/);
    assert.deepEqual(await (await fetch(`${url()}/rooms`)).json(), []);
  });
});
