/** A seat with several doors on a real network: two proxies lead to one server, and one of them breaks. */
import assert from "node:assert/strict";
import { type ConnectOptions, connect, memorySeatStorage, type Room } from "@ninelives/client";
import { defineHost } from "@ninelives/server";
import { systemClock } from "../../loadtest/src/clock.ts";
import { type Proxy, startProxy } from "../../loadtest/src/impair/proxy.ts";
import { Lab, LabRoom } from "../../test/support/lab.ts";
import { freePort } from "../../test/support/redis.ts";
import { vanish } from "../../test/support/stepped.ts";
import { startTestHost, type TestHost } from "../../test/support/test-host.ts";
import { until, within } from "../../test/support/until.ts";

describe("a seat with several doors", () => {
  let host: TestHost;
  let proxies: [first: Proxy, second: Proxy];
  let doors: string[];
  let keeper: Room<typeof Lab>;
  beforeEach(async () => {
    const port = await freePort();
    const to = { host: "127.0.0.1", port };
    const start = () => startProxy({ to, clock: systemClock, random: Math.random });
    proxies = [await start(), await start()];
    doors = proxies.map((proxy) => `127.0.0.1:${proxy.port}`);
    host = await startTestHost(
      defineHost({ rooms: { lab: { type: Lab, room: LabRoom } }, store: { kind: "memory" } }),
      {
        port,
        publicAddress: doors[0],
        others: { where: async () => "here", doors: () => doors },
      },
    );
    keeper = await connect(host.url).create(Lab, { name: "Keeper" });
  });
  afterEach(async () => {
    await host.stop();
    await Promise.all(proxies.map((proxy) => proxy.stop()));
  });

  /** A player who was made with the second proxy's address and whose seat is behind the first. */
  async function join(more: ConnectOptions = {}) {
    const [first, second] = proxies;
    const { accepted } = first.stats;
    const room = await connect(second.url, { random: () => 0.1, ...more }).joinById(Lab, keeper.roomId, {});
    assert.equal(first.stats.accepted, accepted + 1);
    const told: string[] = [];
    room.connection.onChange(({ to, reason }) => told.push(`${to} ${reason}`));
    return { room, told };
  }

  const back = async (room: Room<typeof Lab>) => {
    await until("the return", () => room.connection.state === "CONNECTED");
    const { detail } = room.connection;
    assert.ok(detail.name === "CONNECTED");
    return detail.downMs;
  };

  it("[MOV1] the process behind one is gone: back through the other at once, as the same player in the same room", async () => {
    const { room, told } = await join();
    const { sessionId, state } = room;
    proxies[0].refuse(true);
    proxies[0].cut("reset");
    await until("the drop", () => told.length > 0);
    assert.deepEqual(await within("the answer", room.command("add", { by: 2 })), { count: 2 });
    assert.deepEqual(told, ["RECONNECTING LINK_LOST", "CONNECTED RESUMED"]);
    assert.deepEqual([room.sessionId, room.state === state, state.count], [sessionId, true, 2]);
    assert.ok((await back(room)) < 1_000);
    await room.leave();
  });

  it("[MOV2] the process behind one is frozen: noticed by a command, back through the other, the command ran once", async () => {
    const { room, told } = await join({ liveness: "game" });
    await within("an answer", room.command("add", { by: 1 }));
    proxies[0].blackHole(true);
    assert.deepEqual(await within("the answer", room.command("add", { by: 2 })), { count: 3 });
    assert.deepEqual(told, ["RECONNECTING LINK_DEAD", "CONNECTED RESUMED"]);
    assert.equal(room.net.read().commandsResent, 1);
    assert.ok((await back(room)) < 1_000);
    proxies[0].blackHole(false);
    await room.leave();
  });

  it("[MOV5] a page that is loaded again finds a living door, whichever it was made with", async () => {
    for (const dead of [0, 1] as const) {
      const storage = memorySeatStorage();
      const { room } = await join({ storage: () => storage });
      const kept = storage.load()!;
      vanish(room);
      storage.save(kept);
      proxies[dead].refuse(true);
      const again = await connect(proxies[1].url, { storage: () => storage }).resume(Lab);
      assert.equal(again?.sessionId, room.sessionId);
      await again!.leave();
      proxies[dead].refuse(false);
    }
  });

  it("[MOV4] one whose only server is started again is back within moments of it", async () => {
    const { room } = await join();
    const [first, second] = proxies;
    for (const proxy of proxies) {
      proxy.refuse(true);
      proxy.cut("reset");
    }
    const knocks = () => first.stats.refused + second.stats.refused;
    await until("some rounds in vain", () => knocks() >= 10);
    assert.equal(room.connection.state, "RECONNECTING");
    for (const proxy of proxies) proxy.refuse(false);
    assert.ok((await back(room)) < 2_500);
    await room.leave();
  });
});
