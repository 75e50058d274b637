/** A player at the door of a process that has not her room: two real processes with one Redis, one of them this one. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { connect as connectSocket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Protocol } from "@colyseus/core";
import { Client as SdkClient } from "@colyseus/sdk";
import { type ConnectOptions, connect, openWebSocket, type Room } from "@ninelives/client";
import { defineHost } from "@ninelives/server";
import { CLIENT_HEADER, CODES } from "@ninelives/shared-schema";
import type { Elsewhere, Found } from "../../src/socket/door.ts";
import { hushSdk } from "../../../test/faults/stock.ts";
import { Lab, LabRoom, type LabState } from "../../../test/support/lab.ts";
import { type MainProcess, ROOT, startMain } from "../../../test/support/main-process.ts";
import { RawClient } from "../../../test/support/raw-client.ts";
import { freePort, startRedis, type TestRedis } from "../../../test/support/redis.ts";
import { startTestHost, type TestHost } from "../../../test/support/test-host.ts";
import { until, within } from "../../../test/support/until.ts";

describe("a room that another process has", () => {
  hushSdk();
  let redis: TestRedis;
  let dir: string;
  /** Has the room. */
  let owner: MainProcess;
  let ownerUrl: string;
  /** Is asked. */
  let front: TestHost;
  let keeper: Room<typeof Lab>;
  let there: Elsewhere;
  let where: (roomId: string) => Promise<Found>;
  before(async () => {
    redis = await startRedis();
    dir = await mkdtemp(join(tmpdir(), "ninelives-elsewhere-"));
    const config = join(ROOT, "test/support/lab.config.ts");
    owner = startMain(config, { REDIS_URL: redis.url, NINELIVES_DIR: dir });
    ownerUrl = await owner.up();
    const rooms = { lab: { type: Lab, room: LabRoom } };
    front = await startTestHost(defineHost({ rooms, store: { kind: "memory" } }), {
      redisUrl: redis.url,
      others: { where: (roomId) => where(roomId), doors: () => [] },
    });
    const { port } = new URL(ownerUrl);
    there = { processId: "owner", address: `:${port}`, inner: `127.0.0.1:${port}` };
  });
  after(async () => {
    await front.stop();
    await Promise.all([owner.stop(), redis.stop()]);
    await rm(dir, { recursive: true, force: true });
  });
  beforeEach(async () => {
    where = async (roomId) => (front.room(roomId) === undefined ? there : "here");
    keeper = await makeRoom(true);
  });
  afterEach(() => keeper.leave());

  /** The owner knows nobody else who could make one; the front knows both, and has the one with fewer rooms make it. */
  async function makeRoom(isOwners: boolean): Promise<Room<typeof Lab>> {
    const strays: Room<typeof Lab>[] = [];
    try {
      for (;;) {
        const room = await connect(isOwners ? ownerUrl : front.url).create(Lab, { name: "Keeper" });
        if ((front.room(room.roomId) === undefined) === isOwners) return room;
        strays.push(room);
      }
    } finally {
      await Promise.all(strays.map((room) => room.leave()));
    }
  }

  /** A player of ours who comes to the front's door, whatever matchmaking says. */
  async function atFront(more: ConnectOptions = {}) {
    const opened: string[] = [];
    const told: string[] = [];
    const client = connect(front.url, {
      random: () => 0.1,
      openSocket: (url, subprotocols) => {
        opened.push(new URL(url).port);
        return openWebSocket(url, subprotocols);
      },
      fetch: (async (url: string, init: RequestInit) => {
        const answer = await fetch(url, init);
        const { publicAddress: _, ...seat } = (await answer.json()) as { publicAddress?: string };
        return Response.json(seat);
      }) as typeof fetch,
      ...more,
    });
    const room = await client.joinById(Lab, keeper.roomId, { name: "Ada" });
    room.connection.onChange(({ to, reason }) => told.push(`${to} ${reason}`));
    return { room, opened, told };
  }

  const portOf = (url: string) => new URL(url).port;

  it("[MOV7] our client is sent there before it has joined, and plays", async () => {
    const { room, opened } = await atFront();
    assert.deepEqual(opened, [portOf(front.url), portOf(ownerUrl)]);
    assert.deepEqual(await room.command("add", { by: 2 }), { count: 2 });
    await room.leave();
  });

  it("[MOV3][MOV7] our client that comes back to another process is sent on, and its command runs once", async () => {
    let isOwnerHidden = false;
    const opened: string[] = [];
    const nowhere = `ws://localhost:${await freePort()}/p/r`;
    const { room, told } = await atFront({
      openSocket: (url, subprotocols) => {
        opened.push(portOf(url));
        const isHidden = isOwnerHidden && portOf(url) === portOf(ownerUrl);
        if (isHidden) isOwnerHidden = false;
        return openWebSocket(isHidden ? nowhere : url, subprotocols);
      },
    });
    isOwnerHidden = true;
    room.session.lifeline.cut();
    const answer = room.command("add", { by: 3 });
    assert.deepEqual(await within("the answer", answer), { count: 3 });
    assert.deepEqual(told, ["RECONNECTING LINK_LOST", "RECONNECTING MOVED", "CONNECTED RESUMED"]);
    const [frontPort, ownerPort] = [portOf(front.url), portOf(ownerUrl)];
    assert.deepEqual(opened, [frontPort, ownerPort, ownerPort, frontPort, ownerPort]);
    const { detail } = room.connection;
    assert.ok(detail.name === "CONNECTED" && detail.downMs > 0 && detail.downMs < 1_000);
    await room.leave();
  });

  it("[MOV7] a stock client stays where it asked, plays there, and is back there after a cut", async () => {
    const room = await new SdkClient(front.url).joinById<LabState>(keeper.roomId, { name: "Stock" });
    assert.equal(new URL(room.connection.url!).port, portOf(front.url));
    await until("its state", () => room.state.players?.size === 2);
    const { count } = (await room.request("add", { by: 4 })) as { count: number };
    assert.equal(count, 4);
    await until("the patch", () => room.state.count === 4 && keeper.state.count === 4);
    room.reconnection.minUptime = 0;
    const back = new Promise<void>((resolve) => room.onReconnect(() => resolve()));
    const { sessionId } = room;
    (room.connection.transport as unknown as { ws: { close(): void } }).ws.close();
    await within("the return", back);
    assert.equal(room.sessionId, sessionId);
    const again = (await room.request("add", { by: 1 })) as { count: number };
    assert.equal(again.count, 5);
    await within("its goodbye", room.leave());
    await until("its seat to be free", () => keeper.state.players.size === 1);
  });

  it("[MOV7] the close code and the reason of the owner reach a stock client", async () => {
    const client = await RawClient.join(front.url, `joinById/${keeper.roomId}`);
    client.send(20, 1, 255);
    const [code, reason] = await within("the close", client.closed);
    assert.equal(code, CODES.BAD_FRAME.code);
    assert.match(reason, /inputs over WebSocket/);
  });

  it("[SO6] frames of a connection that is passed on are looked into by the owner", async () => {
    for (const [frame, why] of [
      [[Protocol.ROOM_DATA, 1, 0xc0, 0xc0], /behind the end/],
      [[Protocol.ROOM_INPUT_RELIABLE, 0x80 | 9, 1], /no field 9/],
    ] as const) {
      const client = await RawClient.join(front.url, `joinById/${keeper.roomId}`);
      client.send(...frame);
      const [code, reason] = await within("the close", client.closed);
      assert.equal(code, CODES.BAD_FRAME.code);
      assert.match(reason, why);
    }
    assert.equal(await front.metric('ninelives_refused_total{type="socket",code="BAD_FRAME"}'), 0);
  });

  it("[MOV8] whoever comes while nobody knows waits, and gets in where the room is then", async () => {
    const known = Promise.withResolvers<void>();
    const asked: string[] = [];
    where = async (roomId) => {
      asked.push(roomId);
      await known.promise;
      return there;
    };
    const ours = atFront();
    const stock = RawClient.join(front.url, `joinById/${keeper.roomId}`);
    await until("both to wait", () => asked.length === 2);
    known.resolve();
    const [{ room }, raw] = await within("both", Promise.all([ours, stock]));
    await until("both seats", () => keeper.state.players.size === 3);
    raw.close();
    await room.leave();
  });

  it("[MOV8] a room of its own that is not ready yet is waited for in the same way", async () => {
    const own = await makeRoom(false);
    const ready = Promise.withResolvers<Found>();
    where = () => ready.promise;
    const joining = RawClient.join(front.url, `joinById/${own.roomId}`);
    const ours = connect(front.url).joinById(Lab, own.roomId, { name: "Ada" });
    ready.resolve("here");
    const [raw, ada] = await within("both", Promise.all([joining, ours]));
    await until("both seats", () => own.state.players.size === 3);
    raw.close();
    await Promise.all([ada.leave(), own.leave()]);
  });

  it("[MOV8] not known in time: come again, for both; gone: as ever", async () => {
    const { roomId } = keeper;
    where = async () => "later";
    await assert.rejects(connect(front.url, { fetch: stayHere }).joinById(Lab, roomId, {}), {
      name: "MAY_TRY_RECONNECT",
    });
    const later = await RawClient.knock(front.url, `joinById/${roomId}`);
    assert.equal((await within("the close", later.closed))[0], CODES.MAY_TRY_RECONNECT.code);
    where = async () => "gone";
    const gone = await RawClient.knock(front.url, `joinById/${roomId}`);
    assert.equal((await within("the close", gone.closed))[0], CODES.WITH_ERROR.code);
  });

  it("[MOV10] an owner nobody reaches, and one that would pass it on once more: come again", async () => {
    const dead = `127.0.0.1:${await freePort()}`;
    where = async () => ({ ...there, inner: dead });
    const first = await RawClient.knock(front.url, `joinById/${keeper.roomId}`);
    assert.equal((await within("the close", first.closed))[0], CODES.MAY_TRY_RECONNECT.code);
    where = async () => ({ ...there, inner: `127.0.0.1:${portOf(front.url)}` });
    const circle = await RawClient.knock(front.url, `joinById/${keeper.roomId}`);
    assert.equal((await within("the close", circle.closed))[0], CODES.MAY_TRY_RECONNECT.code);
  });

  it("[MOV9] our client is told the owner's address, a stock one nothing: it stays at the process it knows", async () => {
    const reserve = async (url: string, headers: Record<string, string>) => {
      const answer = await fetch(`${url}/matchmake/joinById/${keeper.roomId}`, { method: "POST", headers });
      return (await answer.json()) as { publicAddress?: string; doors?: string[] };
    };
    const ours = await reserve(front.url, { [CLIENT_HEADER]: "1" });
    assert.deepEqual([ours.publicAddress, ours.doors], [`localhost:${portOf(ownerUrl)}`, undefined]);
    const stock = await reserve(front.url, {});
    assert.deepEqual([stock.publicAddress, stock.doors], [undefined, undefined]);
  });

  it("an address that cannot be read is no socket, and nobody else notices", async () => {
    const { port } = new URL(front.url);
    const socket = connectSocket(Number(port), "localhost");
    let text = "";
    socket.setEncoding("latin1").on("data", (chunk: string) => (text += chunk));
    socket.write("GET :// HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
    await within("the end", new Promise((resolve) => socket.once("close", resolve)));
    assert.match(text, /^HTTP\/1\.1 400 /);
    assert.equal((await fetch(`${front.url}/healthz`)).status, 200);
  });
});

/** Matchmaking that sends nobody elsewhere. */
const stayHere = (async (url: string, init: RequestInit) => {
  const { publicAddress: _, ...seat } = (await (await fetch(url, init)).json()) as { publicAddress?: string };
  return Response.json(seat);
}) as typeof fetch;
