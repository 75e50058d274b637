/** Who gets in at a host under strain, and who does not: real sockets, a clock moved by hand. */
import assert from "node:assert/strict";
import { connect, type Room } from "@ninelives/client";
import { defineHost } from "@ninelives/server";
import { LIMITS, type NetError } from "@ninelives/shared-schema";
import { Lab } from "../../../test/support/lab.ts";
import { RawClient } from "../../../test/support/raw-client.ts";
import { clientsAre, cut, type Stepped, startStepped } from "../../../test/support/stepped.ts";
import { HandStrain, rungOf } from "../../../test/support/strained.ts";
import { startTestHost } from "../../../test/support/test-host.ts";
import { until, within } from "../../../test/support/until.ts";
import { Squad, VersusRoom } from "../../../test/support/versus.ts";
import { reserveSeat } from "../../src/adapter.ts";

const TURNED_AWAY = 'ninelives_held_back_total{what="joins"}';

describe("newcomers under strain", () => {
  const strain = new HandStrain();
  let world: Stepped;
  let ada: Room<typeof Lab>;
  before(async () => {
    world = await startStepped({ usage: strain.usage });
  });
  after(() => world.host.stop());
  beforeEach(async () => {
    ada = await world.create({ name: "Ada" });
  });
  afterEach(async () => {
    await strain.to("none", world);
    await world.pump(ada.leave());
  });

  const ask = (how: string) =>
    fetch(`${world.host.url}/matchmake/${how}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ name: "Eve" }),
    });

  it("[DG7] who has no seat is BUSY, however it asks, and is told when to come again; later it gets in", async () => {
    await strain.to("refuse-joins", world);
    const rooms = async () => ((await (await fetch(`${world.host.url}/rooms`)).json()) as object[]).length;
    const before = await world.host.metric(TURNED_AWAY);
    const { client } = world;
    const isBusy = ({ name, details }: NetError) => name === "BUSY" && details.retryAfterMs === LIMITS.strainRetryMs;
    await assert.rejects(client.joinById(Lab, ada.roomId, { name: "Eve" }), isBusy);
    await assert.rejects(client.join(Lab, { name: "Eve" }), isBusy);
    await assert.rejects(client.joinOrCreate(Lab, { name: "Eve" }), isBusy);
    await assert.rejects(client.create(Lab, { name: "Eve" }), isBusy);
    const answer = await ask(`joinById/${ada.roomId}`);
    assert.deepEqual([answer.status, answer.headers.get("retry-after")], [503, "5"]);
    assert.equal((await world.host.metric(TURNED_AWAY)) - before, 5);
    assert.equal(await rooms(), 1, "nothing was made for them");
    assert.deepEqual([...world.inside(ada).state.players.keys()], [ada.sessionId]);
    await assert.rejects(
      client.joinById(Lab, "nowhere", {}),
      { name: "ROOM_NOT_FOUND" },
      "what is wrong is said first",
    );
    await strain.to("none", world);
    const eve = await world.joinById(ada.roomId, { name: "Eve" });
    await world.pump(eve.leave());
  });

  it("[DG7] who has a seat comes back to it, and who was promised one takes it", async () => {
    const bob = await world.joinById(ada.roomId, { name: "Bob" });
    const knocking = await RawClient.knock(world.host.url, `joinById/${ada.roomId}`, { name: "Cy" });
    await clientsAre(world.inside(ada), 3);
    const seat = (await (await ask(`joinById/${ada.roomId}`)).json()) as { sessionId: string };
    await strain.to("refuse-joins", world);
    cut(bob);
    await clientsAre(world.inside(ada), 2);
    await world.pump(until("Bob to be back", () => bob.connection.state === "CONNECTED"));
    await world.pump(
      within(
        "the state",
        until("it", () => knocking.stateFrames().length > 0),
      ),
    );
    const promised = new WebSocket(
      `${world.host.url.replace("http", "ws")}/p/${ada.roomId}?sessionId=${seat.sessionId}`,
    );
    await clientsAre(world.inside(ada), 4);
    promised.close();
    knocking.close();
    await world.pump(bob.leave());
  });

  it("[DG7] a room refuses what other processes ask of it, and takes no seat for it", async () => {
    await strain.to("refuse-joins", world);
    const lab = world.inside(ada);
    assert.equal(await reserveSeat(lab, "somebody", {}, undefined), false);
    assert.equal(await reserveSeat(lab, ada.sessionId, {}, undefined), true, "a player of before, as after a takeover");
  });
});

describe("a queue under strain", () => {
  it("[DG7] players wait in it, and those whom it brings together get into their match", async () => {
    let loop = 0;
    const rooms = { squad: { type: Squad, room: VersusRoom as never } };
    const only = { refuseJoinsAt: 0.9, refuseRoomsAt: 0.95, stepMs: 1_000, calmMs: 1_000 } as const;
    const others = {
      halfPatchesAt: false,
      thirdPatchesAt: false,
      nearInterestAt: false,
      nearestInterestAt: false,
    } as const;
    const config = defineHost({ rooms, store: { kind: "memory" }, strain: { ...others, ...only } });
    const host = await startTestHost(config, { usage: () => ({ loop, heap: 0 }) });
    try {
      const client = connect(host.url);
      const wait = (name: string) => client.queue(Squad, { options: { name } });
      const first = [await wait("Ada"), await wait("Bob")];
      loop = 0.9;
      await until("the host to take nobody new", async () => (await rungOf(host.url)) === "refuse-joins");
      await assert.rejects(client.joinOrCreate(Squad, { name: "Eve" }), { name: "BUSY" });
      const waiting = [...first, await wait("Cy"), await wait("Di")];
      const matches = await within("the match", Promise.all(waiting.map(({ match }) => match)));
      await until("everybody to be in", () => matches.every(({ state }) => state.teams.size === 4));
      await Promise.all(matches.map((room) => room.leave()));

      const ed = await wait("Ed");
      loop = 0.95;
      await until("the host to make no room", async () => (await rungOf(host.url)) === "refuse-rooms");
      const later = [ed, ...(await Promise.all(["Flo", "Gus", "Hal"].map(wait)))];
      const heldBack = 'ninelives_held_back_total{what="rooms"}';
      await until("a room that is not made", async () => (await host.metric(heldBack)) > 0);
      assert.deepEqual(await (await fetch(`${host.url}/rooms`)).json(), []);
      loop = 0;
      const made = await within("the match after all", Promise.all(later.map(({ match }) => match)), 10_000);
      await Promise.all(made.map((room) => room.leave()));
    } finally {
      await host.stop();
    }
  });
});
