/** The connection's one state: its arrows, and what a real drop, return and end make of it. */
import assert from "node:assert/strict";
import {
  connect,
  memorySeatStorage,
  type OpenSocket,
  openWebSocket,
  Connection,
  type ConnectionChange,
  type ConnectionName,
  type ConnectionState,
  type Room,
} from "@ninelives/client";
import { defineHost } from "@ninelives/server";
import { CODES, type NetError } from "@ninelives/shared-schema";
import { Lab, LabRoom } from "../../test/support/lab.ts";
import { cut } from "../../test/support/stepped.ts";
import { freePort } from "../../test/support/redis.ts";
import { startTestHost, type TestHost } from "../../test/support/test-host.ts";
import { until, within } from "../../test/support/until.ts";

const STATES: Readonly<Record<ConnectionName, ConnectionState>> = {
  CONNECTING: { name: "CONNECTING" },
  CONNECTED: { name: "CONNECTED", sinceMs: 1, downMs: 0 },
  RECONNECTING: { name: "RECONNECTING", sinceMs: 2, attempt: 1 },
  DISCONNECTED: { name: "DISCONNECTED", reason: "CONSENTED" },
};
const NAMES = Object.keys(STATES) as ConnectionName[];
const ALLOWED = new Set([
  "CONNECTING>CONNECTED",
  "CONNECTING>DISCONNECTED",
  "CONNECTED>RECONNECTING",
  "CONNECTED>DISCONNECTED",
  "RECONNECTING>RECONNECTING",
  "RECONNECTING>CONNECTED",
  "RECONNECTING>DISCONNECTED",
]);
/** How to get to a state from the start. */
const WAY: Readonly<Record<ConnectionName, readonly ConnectionName[]>> = {
  CONNECTING: [],
  CONNECTED: ["CONNECTED"],
  RECONNECTING: ["CONNECTED", "RECONNECTING"],
  DISCONNECTED: ["DISCONNECTED"],
};

function follow(connection: Connection): ConnectionChange[] {
  const changes: ConnectionChange[] = [];
  connection.onChange((change) => changes.push(change));
  return changes;
}

describe("connection", () => {
  for (const from of NAMES) {
    for (const to of NAMES) {
      const allowed = ALLOWED.has(`${from}>${to}`);
      it(`[CL1] ${from} to ${to}: ${allowed ? "told with its reason" : "refused, and nothing is told"}`, () => {
        const connection = new Connection();
        for (const step of WAY[from]) assert.ok(connection.setState(STATES[step], "CONSENTED"));
        const changes = follow(connection);
        assert.equal(connection.setState(STATES[to], "UNREACHABLE"), allowed);
        assert.deepEqual(changes, allowed ? [{ from, to, reason: "UNREACHABLE" }] : []);
        assert.deepEqual(connection.detail, STATES[allowed ? to : from]);
        assert.equal(connection.state, allowed ? to : from);
      });
    }
  }

  it("[CL1] a listener that was taken back is told nothing more", () => {
    const connection = new Connection();
    let told = 0;
    const stop = connection.onChange(() => told++);
    connection.setState(STATES.CONNECTED, "CONSENTED");
    stop();
    connection.setState(STATES.RECONNECTING, "LINK_LOST");
    assert.equal(told, 1);
  });
});

describe("a room's connection", () => {
  let host: TestHost;
  let lab: LabRoom;
  let keeper: Room<typeof Lab>;
  beforeEach(async () => {
    host = await startTestHost(defineHost({ rooms: { lab: { type: Lab, room: LabRoom } }, store: { kind: "memory" } }));
    keeper = await connect(host.url).create(Lab, { name: "Keeper" });
    lab = host.inside<LabRoom>(keeper.roomId);
  });
  afterEach(() => host.stop());
  const join = (random = 0.1) =>
    connect(host.url, { random: () => random }).joinById(Lab, keeper.roomId, { name: "Ada" });
  const traced = (what: string) => until(what, () => lab.trace.some((line) => line.endsWith(` ${what}`)));

  it("[CL1] tells a drop and the return from it, each with its reason", async () => {
    const ada = await join();
    const changes = follow(ada.connection);
    cut(ada);
    await until("the return", () => ada.connection.state === "CONNECTED");
    assert.deepEqual(changes, [
      { from: "CONNECTED", to: "RECONNECTING", reason: "LINK_LOST" },
      { from: "RECONNECTING", to: "CONNECTED", reason: "RESUMED" },
    ]);
  });

  it("[CL1] tells every attempt that failed, and goes on trying", async () => {
    let isDown = false;
    const nowhere = `ws://localhost:${await freePort()}/p/r`;
    const openSocket: OpenSocket = (url, subprotocols) => openWebSocket(isDown ? nowhere : url, subprotocols);
    const client = connect(host.url, { random: () => 0, openSocket });
    const ada = await client.joinById(Lab, keeper.roomId, { name: "Ada" });
    const changes = follow(ada.connection);
    isDown = true;
    cut(ada);
    await until("a failed attempt", () => changes.length === 2);
    assert.deepEqual(changes[1], { from: "RECONNECTING", to: "RECONNECTING", reason: "UNREACHABLE" });
    const { detail } = ada.connection;
    assert.ok(detail.name === "RECONNECTING" && detail.attempt === 2);
    isDown = false;
    await until("the return", () => ada.connection.state === "CONNECTED");
  });

  it("[CL7] a page that was loaded again takes the same seat, and its unanswered commands go on", async () => {
    const storage = memorySeatStorage();
    const ada = await connect(host.url, { storage: () => storage }).joinById(Lab, keeper.roomId, { name: "Ada" });
    await ada.command("add", { by: 2 });
    const { lifeline } = ada.session;
    const send = lifeline.send.bind(lifeline);
    lifeline.send = () => {};
    void ada.command("add", { by: 5 }).catch(() => {});
    lifeline.send = send;
    const kept = storage.load()!;
    lifeline.abandon();
    storage.save(kept);
    const again = await connect(host.url, { storage: () => storage }).resume(Lab);
    assert.equal(again?.sessionId, ada.sessionId);
    assert.equal(again.roomId, ada.roomId);
    await until("the command of the page before", () => again.state.count === 7);
    assert.deepEqual(await again.command("add", { by: 1 }), { count: 8 });
    await again.leave();
    assert.equal(storage.load(), undefined);
    assert.equal(await connect(host.url, { storage: () => storage }).resume(Lab), undefined);
  });

  it("[VER1] a client of another version of the room type is refused with UPGRADE_REQUIRED and both versions", async () => {
    const newer = { ...Lab, version: Lab.version + 1 } as typeof Lab;
    const error = await connect(host.url)
      .joinById(newer, keeper.roomId, {})
      .then(
        () => assert.fail("joined"),
        (reason: NetError) => reason,
      );
    assert.deepEqual([error.name, error.recoverable], ["UPGRADE_REQUIRED", false]);
    assert.deepEqual(error.details, { client: "1.2", server: "1.1" });
  });

  it("[VER2] a client with another contract is told the server's names, and comes back to a state built anew", async () => {
    const { mood, ...commands } = { mood: Lab.commands.add, ...Lab.commands };
    const other = Object.freeze({ ...Lab, commands: { ...commands, aaa: mood } }) as typeof Lab;
    const ada = await connect(host.url, { random: () => 0.1 }).joinById(other, keeper.roomId, { name: "Ada" });
    assert.deepEqual(await ada.command("add", { by: 3 }), { count: 3 });
    const before = ada.state;
    let fresh = 0;
    ada.on("fresh", () => fresh++);
    cut(ada);
    assert.deepEqual(await ada.command("add", { by: 4 }), { count: 7 });
    assert.equal(fresh, 1);
    assert.notEqual(ada.state, before);
    assert.equal(ada.state.count, 7);
  });

  it("[CL1] tells that the server ended the match", async () => {
    const ada = await join();
    const changes = follow(ada.connection);
    await host.stop();
    await until("the end", () => ada.connection.state === "DISCONNECTED");
    assert.deepEqual(changes, [{ from: "CONNECTED", to: "DISCONNECTED", reason: "SERVER_SHUTDOWN" }]);
    host = await startTestHost(defineHost({ rooms: { lab: { type: Lab, room: LabRoom } }, store: { kind: "memory" } }));
  });

  it("[CL1] leave() ends it, gives the seat up, and may be called again", async () => {
    const ada = await join();
    const changes = follow(ada.connection);
    await within("leave", ada.leave());
    await within("a second leave", ada.leave());
    assert.deepEqual(changes, [{ from: "CONNECTED", to: "DISCONNECTED", reason: "CONSENTED" }]);
    await traced("leave");
  });

  it("leave() while the connection is down ends it at once, and gives the seat up as soon as the server can be told", async () => {
    const ada = await join(0.5);
    cut(ada);
    const changes = follow(ada.connection);
    await within("leave", ada.leave());
    assert.deepEqual(ada.connection.detail, { name: "DISCONNECTED", reason: "CONSENTED" });
    await traced("leave");
    assert.equal(lab.clients.length, 1);
    assert.deepEqual(changes, [{ from: "RECONNECTING", to: "DISCONNECTED", reason: "CONSENTED" }]);
  });

  it("a bad frame's end names its row of the codes table", async () => {
    const ada = await join();
    ada.sdk.connection.send(Uint8Array.of(20, 1, 255));
    await until("the end", () => ada.connection.state === "DISCONNECTED");
    assert.deepEqual(ada.connection.detail, { name: "DISCONNECTED", reason: "BAD_FRAME" });
    assert.equal(CODES.BAD_FRAME.code, 4100);
  });

  it("inputs are not kept while the connection is down", async () => {
    const ada = await join(0.1);
    cut(ada);
    for (let count = 0; count < 20; count++) ada.sendInput({ dx: 1 });
    await until("the return", () => ada.connection.state === "CONNECTED");
    await ada.command("add", { by: 1 });
    assert.equal(lab.state.players.get(ada.sessionId)!.x, 0);
    ada.sendInput({ dx: 2 });
    await until("the input after the return", () => ada.state.players.get(ada.sessionId)!.x === 2);
  });
});
