import assert from "node:assert/strict";
import { Random, seedWords } from "@ninelives/shared-schema";
import { PRESETS, type PresetName } from "../../src/impair/profile.ts";
import { freePort } from "../../../test/support/redis.ts";
import { settle, until } from "../../../test/support/until.ts";
import { HandClock } from "../hand-clock.ts";
import { endsWith, hears, type Scene, startScene } from "./peers.ts";

const SEED = 42;
/** Long enough for a cut, stalls and a hole to come in the presets that have them, by the hand-driven clock. */
const PLAY_MS = 90_000;
const STEP_MS = 50;
const CHUNK_BYTES = 700;

describe("impairment proxy", () => {
  let clock: HandClock;
  let scene: Scene;
  const start = async (options: Parameters<typeof startScene>[1] = {}) => {
    clock = new HandClock();
    scene = await startScene(clock, options);
  };
  const pass = (ms: number) => clock.advance(clock.now() + ms);
  const passUntil = (what: string, look: () => boolean) =>
    until(what, () => {
      pass(STEP_MS);
      return look();
    });
  afterEach(() => scene.stop());

  for (const name of Object.keys(PRESETS) as PresetName[]) {
    it(`[IMP1] ${name}: what arrives is what was sent, in order both ways, and all of it unless the connection was cut`, async () => {
      const random = new Random(seedWords(SEED));
      await start({ profile: name, random: () => random.range(0, 1) });
      const { client, server } = await scene.pair();
      const upSent: Buffer[] = [];
      const downSent: Buffer[] = [];
      const chunk = () => Buffer.alloc(1 + random.index(CHUNK_BYTES), random.next().toString(36));
      while (clock.now() < PLAY_MS && scene.proxy.connections.length > 0) {
        for (const [peer, sent] of [
          [client, upSent],
          [server, downSent],
        ] as const) {
          const bytes = chunk();
          sent.push(bytes);
          peer.send(bytes);
        }
        pass(STEP_MS);
        await settle(1);
      }
      const cut = scene.proxy.stats.cuts > 0;
      assert.equal(cut, name === "phone-all-day");
      const up = Buffer.concat(upSent);
      const down = Buffer.concat(downSent);
      await passUntil("the end of both ways", () => {
        const all = server.received.length === up.length && client.received.length === down.length;
        return cut ? client.ended !== undefined && server.ended !== undefined : all;
      });
      assert.ok(server.received.length > 0 && client.received.length > 0);
      assert.ok(server.received.equals(up.subarray(0, server.received.length)));
      assert.ok(client.received.equals(down.subarray(0, client.received.length)));
      const { stats } = scene.proxy;
      if (name === "tunnel") assert.ok(stats.holes >= 2, `${stats.holes} holes`);
      if (["lte", "3g"].includes(name)) assert.ok(stats.up.stalls > 3 && stats.down.stalls > 3);
    });
  }

  it("[IMP2] each direction has its own delay, and may get another one while it runs", async () => {
    await start({ profile: { up: { delayMs: 100 }, down: { delayMs: 40 } } });
    const { client, server } = await scene.pair();
    client.send("ping");
    await until("the proxy to have it", () => clock.waiting === 1);
    pass(99);
    await settle();
    assert.equal(server.text, "");
    pass(1);
    await hears(server, "ping");
    server.send("pong");
    await until("the proxy to have it", () => clock.waiting === 1);
    pass(40);
    await hears(client, "pong");
    assert.deepEqual([scene.proxy.stats.up.bytes, scene.proxy.stats.down.bytes], [4, 4]);
    scene.proxy.setProfile("clean");
    client.send("!");
    await hears(server, "ping!");
    assert.throws(() => scene.proxy.setProfile({ delayMs: -1 }), { name: "RangeError" });
  });

  it("[IMP2] cuts and holes come as often as the profile says", async () => {
    await start({ profile: { cutEveryMs: [1_000, 3_000], holeEveryMs: 600, holeMs: 700 } });
    const { client, server } = await scene.pair();
    pass(600);
    client.send("a");
    await settle();
    assert.equal(server.text, "");
    assert.deepEqual([scene.proxy.stats.holes, scene.proxy.stats.cuts], [1, 0]);
    pass(700);
    await hears(server, "a");
    pass(700);
    await Promise.all([endsWith(client, "reset"), endsWith(server, "reset")]);
    assert.deepEqual([scene.proxy.stats.holes, scene.proxy.stats.cuts], [2, 1]);
  });

  it("[IMP3] a black hole swallows what is said and every goodbye; at its end all of it comes out", async () => {
    await start();
    const { client, server } = await scene.pair();
    const other = await scene.pair();
    scene.proxy.blackHole(true);
    client.send("up");
    server.send("down");
    server.socket.end();
    other.client.socket.resetAndDestroy();
    await settle();
    pass(3_600_000);
    await settle();
    assert.deepEqual([client.text, client.ended, server.text, other.server.ended], ["", undefined, "", undefined]);
    scene.proxy.blackHole(false);
    await Promise.all([
      hears(client, "down"),
      hears(server, "up"),
      endsWith(client, "close"),
      endsWith(other.server, "reset"),
    ]);
    client.send(" more");
    await hears(server, "up more");
  });

  it("[IMP3] a client that comes in a black hole reaches the server when it ends, unless it gave up before", async () => {
    await start();
    scene.proxy.blackHole(true);
    const [patient, hasty] = [await scene.dial(), await scene.dial()];
    patient.send("hello");
    hasty.socket.destroy();
    await until("one to be gone", () => scene.proxy.connections.length === 1);
    assert.equal(scene.servers.length, 0);
    scene.proxy.blackHole(false);
    const server = await until("the server's end", () => scene.servers[0]);
    await hears(server, "hello");
    assert.equal(scene.servers.length, 1);
  });

  it("[IMP1] a sender into a black hole has to wait, and loses nothing", async () => {
    await start();
    const { client, server } = await scene.pair();
    scene.proxy.blackHole(true);
    const block = Buffer.alloc(64 * 1024, "0123456789");
    let sent = 0;
    for (let waits = 0; waits < 50; waits++) {
      await settle(1);
      if (client.socket.writableNeedDrain) continue;
      waits = 0;
      client.send(block);
      sent += block.length;
    }
    assert.ok(sent < 32 * 1024 * 1024, "what the two kernels and the proxy keep is bounded");
    scene.proxy.blackHole(false);
    await until("all of it", () => server.received.length === sent);
  });

  it("[IMP3] a cut is a reset or a close, of one connection or of all, seen by both sides", async () => {
    await start();
    const [first, second, third] = [await scene.pair(), await scene.pair(), await scene.pair()];
    scene.proxy.connections[1]!.cut("reset");
    await Promise.all([endsWith(second.client, "reset"), endsWith(second.server, "reset")]);
    assert.equal(scene.proxy.connections.length, 2);
    scene.proxy.blackHole(true);
    scene.proxy.cut("close");
    await Promise.all(
      [first, third].flatMap(({ client, server }) => [endsWith(client, "close"), endsWith(server, "close")]),
    );
    assert.deepEqual([scene.proxy.connections, scene.proxy.stats.cuts], [[], 2]);
  });

  it("[IMP3] what one side ends the other learns: a close after the last byte, or a reset", async () => {
    await start({ profile: { delayMs: 5 } });
    const polite = await scene.pair();
    polite.server.socket.end("bye");
    await passUntil("the close", () => polite.client.ended === "close");
    assert.equal(polite.client.text, "bye");
    polite.client.send("thanks");
    await passUntil("the answer", () => polite.server.text === "thanks");
    const rude = await scene.pair();
    rude.client.socket.resetAndDestroy();
    await passUntil("the reset", () => rude.server.ended === "reset");
  });

  it("[IMP3] a server that is not there resets the client", async () => {
    await start({ to: { host: "127.0.0.1", port: await freePort() } });
    await endsWith(await scene.dial(), "reset");
  });

  it("[IMP3] while it refuses, new connections are reset and old ones live", async () => {
    await start();
    const { client, server } = await scene.pair();
    scene.proxy.refuse(true);
    const late = await scene.dial();
    await endsWith(late, "reset");
    client.send("still here");
    await hears(server, "still here");
    scene.proxy.refuse(false);
    await scene.pair();
    assert.deepEqual([scene.proxy.stats.accepted, scene.proxy.stats.refused, scene.servers.length], [2, 1, 2]);
  });

  it("[IMP3] half-open: the dropped side is reset, the other one hears nothing and talks into nothing", async () => {
    await start({ profile: { down: { delayMs: 100 } } });
    const first = await scene.pair();
    first.server.send("too late");
    await until("words on the way", () => clock.waiting === 1);
    scene.proxy.halfOpen("server");
    pass(100);
    await endsWith(first.server, "reset");
    const second = await scene.pair();
    scene.proxy.halfOpen("client");
    await endsWith(second.client, "reset");
    for (const left of [first.client, second.server]) {
      left.send("anybody?");
      await settle();
      assert.deepEqual([left.ended, left.text, left.socket.writable], [undefined, "", true]);
    }
    assert.deepEqual([first.server.text, second.client.text, scene.proxy.connections], ["", "", []]);
    first.client.socket.end();
    await endsWith(first.client, "close");
  });

  it("[IMP4] stopping lets go of every socket and timer, in the midst of everything", async () => {
    const sockets = () => process.getActiveResourcesInfo().filter((kind) => /TCP/.test(kind)).length;
    const before = sockets();
    await start({ profile: "phone-all-day" });
    const own = sockets() - before;
    const talking = await scene.pair();
    talking.client.send(Buffer.alloc(1_000_000));
    const half = await scene.pair();
    scene.proxy.connections[1]!.halfOpen("server");
    scene.proxy.blackHole(true);
    await scene.dial();
    await until("bytes on the way", () => clock.waiting > 3);
    await scene.proxy.stop();
    await scene.proxy.stop();
    assert.equal(clock.waiting, 0);
    for (const { socket } of [talking.client, talking.server, half.client])
      await until("the end", () => socket.readableEnded || socket.destroyed);
    await scene.stop();
    await until("every socket to be gone", () => sockets() <= before);
    assert.ok(own >= 2, "both servers are counted");
  });
});
