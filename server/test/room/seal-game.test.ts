/** Typed rooms under Colyseus's own SDK, and what of them is in the log. */
import assert from "node:assert/strict";
import { Client } from "@colyseus/sdk";
import { defineHost, readRoom } from "@ninelives/server";
import { RecordKind, SectionTag } from "@ninelives/shared-schema";
import { ArenaRoom } from "../../../games/arena/arena.room.ts";
import { Arena, type ArenaState } from "../../../games/arena/arena.type.ts";
import { Lab, LabRoom, LabState, labType } from "../../../test/support/lab.ts";
import { RawClient } from "../../../test/support/raw-client.ts";
import { startTestHost, type TestHost } from "../../../test/support/test-host.ts";
import { settle, until } from "../../../test/support/until.ts";

const Frail = labType("frail", { durability: "off" });

describe("a typed room", () => {
  let host: TestHost;
  before(async () => {
    const rooms = {
      arena: { type: Arena, room: ArenaRoom },
      lab: { type: Lab, room: LabRoom },
      frail: { type: Frail, room: LabRoom as never },
    };
    host = await startTestHost(defineHost({ rooms, store: { kind: "memory" } }));
  });
  after(() => host.stop());

  it("[SEAL2] a stock client joins the arena, gets the state, steers by input() and asks by request()", async () => {
    const room = await new Client(host.url).joinOrCreate<ArenaState>("arena", { name: "Stock" });
    const ship = await until("the ship", () => room.state.ships?.get(room.sessionId));
    assert.equal(ship.name, "Stock");
    assert.ok(room.state.rules.accel > 0);
    const startX = ship.x;
    const towardsMiddle = startX < 800 ? 1 : -1;
    const input = room.input();
    await until("the ship to move", () => {
      Object.assign(input.data as object, { moveX: 127 * towardsMiddle, moveY: 0, aim: 1, fire: false });
      input.send();
      return (room.state.ships.get(room.sessionId)!.x - startX) * towardsMiddle > 20;
    });
    assert.equal(room.state.ships.get(room.sessionId)!.aim, 1);
    assert.deepEqual(await room.request("rename" as never, { name: "Again" } as never), { name: "Again" });
    await until("the new name", () => room.state.ships.get(room.sessionId)!.name === "Again");
    await room.leave();
    await until("the room's end", () => host.room(room.roomId) === undefined);
  });

  it("[LOG1][LOG11] the log holds the very bytes that clients got, and decodes to the room, hidden fields and memory included", async () => {
    const player = await RawClient.join(host.url, "create/lab", { name: "Ada" });
    const lab = host.inside<LabRoom>(player.roomId);
    let stop = 0;
    lab.eachTick = ({ tick }) => {
      if (stop === 0 || tick < stop) lab.state.count++;
      lab.state.hidden = `secret ${lab.state.count}`;
      lab.memory.commandsRun = lab.state.count * 2;
      stop ||= tick + 10;
    };
    await until("ten ticks", () => lab.state.count >= 10 && lab.tick > stop + 5);
    await settle();
    const { records, image } = await readRoom(host.store, player.roomId, Lab);
    assert.deepEqual(image!.state.toJSON(), lab.state.toJSON());
    assert.equal(image!.state.hidden, "secret 10");
    assert.equal(image!.memory.game.commandsRun, 20);
    const logged = records.filter(({ kind, tick }) => kind === RecordKind.ENTRY && tick > stop - 10 && tick < stop);
    const bodies = logged.map(({ sections }) => Buffer.from(sections.get(SectionTag.SHARED)!).toString("hex"));
    const sent = player.stateFrames().map((frame) => Buffer.from(frame).toString("hex"));
    assert.ok(bodies.length >= 2, "steps of one wake-up share a patch");
    assert.deepEqual(
      sent.filter((frame) => bodies.includes(frame)),
      bodies,
    );
    assert.ok(!Buffer.concat(player.frames).includes("secret 10"), "hidden bytes went to a client without a view");
    assert.equal(player.decode(new LabState()).count, 10);
    player.close();
  });

  it('[LOG10] with durability "off" it plays, answers, and writes nothing', async () => {
    const before = await host.store.list();
    const room = await new Client(host.url).create("frail", {});
    assert.deepEqual(await room.request("add" as never, { by: 2 } as never), { count: 2 });
    await room.leave();
    await until("the room's end", () => host.room(room.roomId) === undefined);
    assert.deepEqual(await host.store.list(), before);
    assert.equal(await host.metric('ninelives_log_bytes_total{type="frail",kind="entry"}'), 0);
  });
});
