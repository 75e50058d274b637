/** Dropped players: a seat that waits, a return to it, and what happens when nobody comes back. */
import assert from "node:assert/strict";
import { connect, type Room } from "@ninelives/client";
import { defineHost, readRoom } from "@ninelives/server";
import { Lab, LabRoom, LabState } from "../../../test/support/lab.ts";
import { RawClient } from "../../../test/support/raw-client.ts";
import { clientsAre, cut, vanish } from "../../../test/support/stepped.ts";
import { startTestHost, type TestHost } from "../../../test/support/test-host.ts";
import { until, within } from "../../../test/support/until.ts";

const HOLD_SECONDS = 0.4;

class PatientRoom extends LabRoom {
  override readonly seatHoldSeconds = 60;
}

class HastyRoom extends LabRoom {
  override readonly seatHoldSeconds = 0;
}

describe("seats", () => {
  /** Kept open by a player who never drops, so that the room outlives those who do. */
  let host: TestHost;
  let keeper: Room<typeof Lab>;
  let lab: LabRoom;
  let room: new () => LabRoom = LabRoom;

  beforeEach(async () => {
    const config = defineHost({
      rooms: { lab: { type: Lab, room } },
      store: { kind: "memory" },
      seatHoldSeconds: HOLD_SECONDS,
    });
    host = await startTestHost(config);
    keeper = await connect(host.url).create(Lab, { name: "Keeper" });
    lab = host.inside<LabRoom>(keeper.roomId);
  });
  afterEach(() => host.stop());

  /** A player whose client comes back after `200 * random` ms. */
  async function join(name: string, random: number): Promise<Room<typeof Lab>> {
    return connect(host.url, { random: () => random }).joinById(Lab, keeper.roomId, { name });
  }

  async function loggedSeat(sessionId: string): Promise<{ connected: boolean } | undefined> {
    const { image, damage } = await readRoom(host.store, keeper.roomId, Lab);
    assert.deepEqual(damage, []);
    return image!.memory.host.seats.get(sessionId);
  }

  it("[SE1][SE3] a client that is back in time keeps session id and state; the log follows the seat", async () => {
    const ada = await join("Ada", 0.5);
    const { sessionId, state } = ada;
    await ada.command("add", { by: 3 });
    assert.equal((await loggedSeat(sessionId))?.connected, true);
    cut(ada);
    await until("the drop", () => lab.trace.some((line) => line.endsWith(" drop")));
    await within("the drop in the log", keeper.command("add", { by: 1 }));
    assert.equal((await loggedSeat(sessionId))?.connected, false);
    assert.equal(keeper.state.players.get(sessionId)?.away, true);
    await until("the return", () => ada.connection.state === "CONNECTED");
    assert.equal(ada.sessionId, sessionId);
    assert.equal(ada.state, state);
    assert.deepEqual(await ada.command("add", { by: 1 }), { count: 5 });
    assert.equal(ada.state.players.get(sessionId)?.away, false);
    assert.equal((await loggedSeat(sessionId))?.connected, true);
    assert.deepEqual(
      lab.trace.filter((line) => line.endsWith("leave")),
      [],
    );
  });

  it("[SE1] what the room did meanwhile is there after the return", async () => {
    const ada = await join("Ada", 0.5);
    cut(ada);
    await clientsAre(lab, 1);
    await keeper.command("add", { by: 40 });
    await until("the return", () => ada.connection.state === "CONNECTED");
    await until("the state", () => ada.state.count === 40);
  });

  it("[SE1] a client may drop and come back as often as it likes", async () => {
    const ada = await join("Ada", 0.05);
    for (let count = 1; count <= 4; count++) {
      cut(ada);
      await until("the return", () => ada.connection.state === "CONNECTED");
      assert.deepEqual(await ada.command("add", { by: 1 }), { count });
    }
    assert.equal(lab.trace.filter((line) => line.endsWith(" leave")).length, 0);
    assert.equal(lab.clients.length, 2);
  });

  it("[SE4] endStaleConnection: a client that is back before the server noticed the drop takes its own seat over", async () => {
    const stale = await RawClient.join(host.url, `joinById/${keeper.roomId}`, { name: "Ada" });
    const fresh = await stale.again(host.url);
    await within("the old connection's end", stale.closed);
    await keeper.command("add", { by: 6 });
    await until("the patch", () => fresh.decode(new LabState()).count === 6);
    assert.equal(lab.clients.length, 2);
    assert.equal(lab.state.players.get(fresh.sessionId)?.away, false);
    assert.deepEqual(
      lab.trace.slice(-3).map((line) => line.split(" ")[1]),
      ["drop", "reconnect", "add"],
    );
    fresh.close();
  });

  it("[SE2] after the hold the player has left: onLeave runs once, the seat is free and out of the log", async () => {
    const ada = await join("Ada", 0.999);
    const cutAtMs = performance.now();
    vanish(ada);
    await until("the drop", () => lab.trace.some((line) => line.endsWith(" drop")));
    assert.notEqual(await loggedSeat(ada.sessionId), undefined);
    await until("onLeave", () => lab.trace.some((line) => line.endsWith(" leave")));
    assert.ok(performance.now() - cutAtMs >= HOLD_SECONDS * 1000 - 1);
    await keeper.command("add", { by: 1 });
    assert.equal(await loggedSeat(ada.sessionId), undefined);
    assert.equal(lab.state.players.size, 1);
    assert.equal(lab.trace.filter((line) => line.endsWith(" leave")).length, 1);
    const rows = (await (await fetch(`${host.url}/rooms`)).json()) as { players: number }[];
    assert.deepEqual(
      rows.map(({ players }) => players),
      [1],
    );
  });

  it("a player who leaves on purpose is gone at once, without a held seat", async () => {
    const ada = await join("Ada", 0.5);
    await ada.leave();
    await until("onLeave", () => lab.trace.some((line) => line.endsWith(" leave")));
    assert.ok(!lab.trace.some((line) => line.endsWith(" drop")));
    assert.equal(ada.connection.state, "DISCONNECTED");
  });

  describe("of a room that holds them longer", () => {
    before(() => (room = PatientRoom));
    after(() => (room = LabRoom));

    it("[SE1] are held as long as the room says, and given up when the host stops", async () => {
      const ada = await join("Ada", 0.999);
      vanish(ada);
      await clientsAre(lab, 1);
      await within("the host to stop, though a seat is held", host.stop());
      assert.equal(lab.trace.filter((line) => line.endsWith(" leave")).length, 2);
      host = await startTestHost(defineHost({ rooms: { lab: { type: Lab, room } }, store: { kind: "memory" } }));
    });
  });

  describe("of a room that holds none", () => {
    before(() => (room = HastyRoom));
    after(() => (room = LabRoom));

    it("[SE2] are free at the drop, and the client that comes back is told so", async () => {
      const ada = await join("Ada", 0.1);
      cut(ada);
      await until("onLeave", () => lab.trace.some((line) => line.endsWith(" leave")));
      await until("the client's end", () => ada.connection.state === "DISCONNECTED");
      assert.deepEqual(ada.connection.detail, { name: "DISCONNECTED", reason: "FAILED_TO_RECONNECT" });
    });
  });
});
