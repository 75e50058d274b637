/** A deploy that brings another version of a room type, beside processes that run the one before: real processes, a real Redis. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { connect, memorySeatStorage, type OpenSocket } from "@ninelives/client";
import { type MainProcess, ROOT, startMain } from "../support/main-process.ts";
import { freePort } from "../support/redis.ts";
import { Saga1, Saga2 } from "../support/saga.ts";
import { until } from "../support/until.ts";
import { Fleet, type FleetHost } from "./fleet.ts";

const CONFIG = join(ROOT, "test/survival/saga.config.ts");
const SLOW_MS = 30_000;
/** Up to five processes start one after the other. */
const TEST_MS = 90_000;

describe("a deploy of another version", function () {
  this.timeout(TEST_MS);
  let fleet: Fleet;
  let main: MainProcess | undefined;
  beforeEach(async () => {
    fleet = await Fleet.start(0, CONFIG);
    main = undefined;
  });
  afterEach(async function () {
    if (this.currentTest?.state === "failed") process.stdout.write(fleet.said() + (main?.stdout() ?? ""));
    await main?.stop();
    await fleet.stop();
  });

  const build = (text: string) => writeFile(join(fleet.dir, "build"), text);
  async function host(text: string): Promise<FleetHost> {
    await build(text);
    return fleet.add();
  }

  /** A tab of a browser, whose page may be loaded anew. */
  function tab(url: string, storage = memorySeatStorage()) {
    return connect(url, { storage: () => storage, random: () => 0 });
  }

  it("[RS12] a process with a way from the old version takes the match over: a page that is loaded anew has its seat there", async () => {
    const old = await host("1");
    const page = tab(old.url);
    const ada = await page.create(Saga1, { name: "Ada" });
    for (let n = 1; n <= 3; n++) await ada.command("add", { n });
    const next = await host("2 migrates");
    fleet.forget(old);
    old.kill("SIGTERM");
    assert.equal(await old.exited(), 0);
    await until("the old page to be told", () => ada.connection.state === "DISCONNECTED");
    assert.deepEqual(ada.connection.detail, { name: "DISCONNECTED", reason: "UPGRADE_REQUIRED" });
    const ada2 = (await page.resume(Saga2))!;
    assert.equal(ada2.sessionId, ada.sessionId);
    assert.deepEqual(await ada2.command("add", { n: 4 }), { count: 4, times: 1 });
    assert.equal((await fleet.owner(ada.roomId)).pid, next.pid);
    await ada2.leave();
  });

  it("[RS12] also when the old process is killed", async () => {
    const old = await host("1");
    const storage = memorySeatStorage();
    const page = tab(old.url, storage);
    const ada = await page.create(Saga1, { name: "Ada" });
    await ada.command("add", { n: 1 });
    const next = await host("2 migrates");
    await until("Ada to know the new one", () => storage.load()!.includes(new URL(next.url).host));
    await fleet.kill(old);
    await until("the old page to be told", () => ada.connection.state === "DISCONNECTED", SLOW_MS);
    const ada2 = (await page.resume(Saga2))!;
    assert.deepEqual([ada2.sessionId, await ada2.command("add", { n: 2 })], [ada.sessionId, { count: 2, times: 1 }]);
    await ada2.leave();
  });

  it("[RS19] where there is no way the old process plays the match to its end: nobody is dropped, new matches are the new one's", async () => {
    const old = await host("1");
    const ada = await connect(old.url).create(Saga1, { name: "Ada" });
    const told: string[] = [];
    ada.connection.onChange(({ to, reason }) => told.push(`${to} ${reason}`));
    const next = await host("2");
    old.kill("SIGTERM");
    await until("the old process to say so", () => old.stdout().includes("played to their end here"));
    for (let n = 1; n <= 5; n++) assert.deepEqual(await ada.command("add", { n }), { count: n, times: 1 });
    const eve = await connect(next.url).joinOrCreate(Saga2, { name: "Eve" });
    assert.notEqual(eve.roomId, ada.roomId);
    assert.equal((await fleet.owner(eve.roomId)).pid, next.pid);
    await assert.rejects(connect(next.url).joinById(Saga1, ada.roomId, { name: "Bob" }), { name: "ROOM_LOCKED" });
    await assert.rejects(connect(old.url).create(Saga1, { name: "Bob" }), { name: "SERVER_SHUTDOWN" });
    assert.deepEqual(told, []);
    await ada.command("end", {}).catch(() => undefined);
    assert.equal(await old.exited(), 0);
    assert.equal(ada.connection.state, "DISCONNECTED");
    assert.doesNotMatch(old.stdout(), /set aside/);
    await eve.leave();
  });

  it("[RS19] a player who was cut off comes back to it meanwhile", async () => {
    const old = await host("1");
    const sockets: WebSocket[] = [];
    const openSocket: OpenSocket = (url, subprotocols) =>
      sockets[sockets.push(new WebSocket(url, [...subprotocols])) - 1] as never;
    const ada = await connect(old.url, { openSocket, random: () => 0 }).create(Saga1, { name: "Ada" });
    await host("2");
    old.kill("SIGTERM");
    await until("the old process to say so", () => old.stdout().includes("played to their end here"));
    await ada.command("add", { n: 1 });
    sockets[0]!.close();
    await until("Ada to be back", () => sockets.length > 1 && ada.connection.state === "CONNECTED");
    assert.deepEqual(await ada.command("add", { n: 2 }), { count: 2, times: 1 });
    await ada.command("end", {}).catch(() => undefined);
    assert.equal(await old.exited(), 0);
  });

  it("[RS19] when the time is over the match is set aside with its log, and its players are told", async () => {
    const old = await host("1,2");
    const ada = await connect(old.url).create(Saga1, { name: "Ada" });
    const next = await host("2");
    const toldMs = Date.now();
    old.kill("SIGTERM");
    for (let n = 1; Date.now() - toldMs < 1_500; n++) assert.equal((await ada.command("add", { n })).times, 1);
    assert.equal(await old.exited(), 0);
    assert.ok(Date.now() - toldMs >= 2_000, `${Date.now() - toldMs} ms`);
    await until("Ada to be told", () => ada.connection.state === "DISCONNECTED");
    assert.deepEqual(ada.connection.detail, { name: "DISCONNECTED", reason: "SERVER_SHUTDOWN" });
    assert.match(old.stdout(), /is not over: it is set aside, its log is kept/);
    assert.doesNotMatch(next.stdout(), /could not be restored/);
    assert.deepEqual(await fleet.rooms(), []);
  });

  it("[RS19] goes over to a process that can take it, when one comes", async () => {
    const old = await host("1");
    const ada = await connect(old.url).create(Saga1, { name: "Ada" });
    await ada.command("add", { n: 1 });
    await host("2");
    old.kill("SIGTERM");
    await until("the old process to say so", () => old.stdout().includes("played to their end here"));
    const again = await host("1");
    assert.equal(await old.exited(), 0);
    fleet.forget(old);
    assert.deepEqual(await ada.command("add", { n: 2 }), { count: 2, times: 1 });
    assert.equal((await fleet.owner(ada.roomId)).pid, again.pid);
    const bob = await connect(again.url).joinById(Saga1, ada.roomId, { name: "Bob" });
    await Promise.all([ada.leave(), bob.leave()]);
  });

  it("[RS19] under a supervisor: SIGHUP goes on when the last match of the old build is over", async () => {
    await build("1");
    const port = await freePort();
    const env = { REDIS_URL: fleet.redis.url, NINELIVES_DIR: fleet.dir, PORT: String(port) };
    main = startMain(CONFIG, env, ["--processes", "2"]);
    const url = await main.up();
    const ada = await connect(url).create(Saga1, { name: "Ada" });
    await ada.command("add", { n: 1 });
    await build("2");
    main.kill("SIGHUP");
    await until("the last old host to play on", () => main!.stdout().includes("plays matches on"), SLOW_MS);
    assert.deepEqual(await ada.command("add", { n: 2 }), { count: 2, times: 1 });
    const eve = await connect(url).joinOrCreate(Saga2, { name: "Eve" });
    await ada.command("end", {}).catch(() => undefined);
    await until("the replacement", () => /host 2 of 2 was replaced/.test(main!.stdout()));
    assert.deepEqual(await eve.command("add", { n: 1 }), { count: 1, times: 1 });
    await eve.leave();
  });

  it("[RS19] the end of all processes waits for no match: it is left to whoever comes", async () => {
    await build("1");
    const port = await freePort();
    const env = { REDIS_URL: fleet.redis.url, NINELIVES_DIR: fleet.dir, PORT: String(port) };
    main = startMain(CONFIG, env, ["--processes", "2"]);
    const page = tab(await main.up());
    const ada = await page.create(Saga1, { name: "Ada" });
    await ada.command("add", { n: 1 });
    await build("2");
    main.kill("SIGHUP");
    await until("the last old host to play on", () => main!.stdout().includes("plays matches on"), SLOW_MS);
    main.kill("SIGTERM");
    assert.equal(await main.exited(), 0);
    assert.doesNotMatch(main.stdout(), /set aside/);
    await build("2 migrates");
    await fleet.add(String(port));
    await until("the old page to be told", () => ada.connection.state === "DISCONNECTED", SLOW_MS);
    const ada2 = (await page.resume(Saga2))!;
    assert.deepEqual(await ada2.command("add", { n: 2 }), { count: 2, times: 1 });
    await ada2.leave();
  });
});
