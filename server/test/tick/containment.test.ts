/** A throw in game code is named, counted and contained: its room goes on, and so does every other one. */
import assert from "node:assert/strict";
import type { Room } from "@ninelives/client";
import { readRoom } from "@ninelives/server";
import { Lab, type LabRoom } from "../../../test/support/lab.ts";
import { clientsAre, cut, delivered, type Stepped, startStepped } from "../../../test/support/stepped.ts";
import { until, within } from "../../../test/support/until.ts";

describe("[TK7] a throw in game code", () => {
  let world: Stepped;
  let bystander: Room<typeof Lab>;
  let ada: Room<typeof Lab>;
  let lab: LabRoom;
  before(async () => {
    world = await startStepped();
    bystander = await world.create({ name: "Bea" });
  });
  after(() => world.host.stop());
  beforeEach(async () => {
    ada = await world.create({ name: "Ada" });
    lab = world.inside(ada);
  });

  /** Both rooms tick and answer; the fault has its line in the log and its count. */
  afterEach(async () => {
    for (const room of [bystander, ada]) {
      const before = world.inside(room).tick;
      await world.ticks(2);
      assert.equal(world.inside(room).tick, before + 2);
      const answer = room.command("add", { by: 1 });
      await delivered(room);
      await world.ticks();
      await within("an answer", answer);
    }
    await world.pump(ada.leave());
  });

  async function told(where: string): Promise<void> {
    await until(`a log line of ${where}`, () => world.host.logText().includes(`"where":"${where}"`));
    assert.equal(await world.host.metric(`ninelives_faults_total{type="lab",where="${where}"}`), 1);
  }

  it("onCreate: there is no such room, and the next one is made as ever", async () => {
    const before = world.host.metric("ninelives_rooms");
    await assert.rejects(world.create({ name: "bomb" }), { name: "INTERNAL" });
    await told("onCreate");
    assert.equal(await world.host.metric("ninelives_rooms"), await before);
  });

  it("onDispose: the room's log ends all the same", async () => {
    const eve = await world.create({ name: "Eve" });
    world.inside(eve).traps.add("dispose");
    await world.pump(eve.leave());
    await world.pump(until("the room's end", () => world.host.room(eve.roomId) === undefined));
    await told("onDispose");
    const ended = async () => (await readRoom(world.host.store, eve.roomId, Lab)).image?.ended;
    await world.pump(until("the end of the log", ended));
  });

  it("onTick", async () => {
    lab.traps.add("tick");
    await world.ticks();
    await told("onTick");
  });

  it("a timer", async () => {
    lab.clock.setTimeout(() => {
      throw new Error("a timer that throws");
    }, 1);
    await world.ticks();
    await told("timer");
  });

  it("a command's handler", async () => {
    await world.pump(assert.rejects(ada.command("crash", {}), { name: "COMMAND_FAILED" }));
    await told("command crash");
  });

  it("onJoin: the player is not in, everyone else is", async () => {
    lab.traps.add("join Eve");
    await assert.rejects(world.joinById(ada.roomId, { name: "Eve" }), { name: "INTERNAL" });
    assert.equal(lab.clients.length, 1);
    await told("onJoin");
  });

  it("onDrop and onReconnect: the player is back, or has left, but never half", async () => {
    lab.traps.add("drop");
    cut(ada);
    await clientsAre(lab, 0);
    await world.ticks();
    await told("onDrop");
    await clientsAre(lab, 1);
    await world.ticks();
    await until("the client to be back", () => ada.connection.state === "CONNECTED");
  });

  it("onLeave: the seat is free", async () => {
    const eve = await world.joinById(ada.roomId, { name: "Eve" });
    lab.traps.add("leave");
    await world.pump(eve.leave());
    await told("onLeave");
    const rows = (await (await fetch(`${world.host.url}/rooms`)).json()) as { roomId: string; players: number }[];
    assert.equal(rows.find(({ roomId }) => roomId === ada.roomId)?.players, 1);
  });

  it("a filter of an event's recipients: that event is lost, nothing else", async () => {
    const heard: string[] = [];
    ada.on("said", ({ text }) => heard.push(text));
    lab.eachTick = () => {
      lab.eachTick = undefined;
      lab.emit("said", { text: "to nobody", count: 0 }, () => {
        throw new Error("a filter that throws");
      });
      lab.emit("said", { text: "to all", count: 0 });
    };
    await world.ticks();
    await until("the other event", () => heard.length > 0);
    assert.deepEqual(heard, ["to all"]);
    await told("event said");
  });

  it("an async onTick, timer or command, which none of them may be: told just the same", async () => {
    const late = (what: string) => async () => {
      await Promise.resolve();
      throw new Error(`${what} that throws later`);
    };
    lab.onTick = late("an async onTick") as never;
    await world.ticks();
    lab.onTick = () => {};
    lab.clock.setTimeout(late("an async timer"), 1);
    await world.ticks();
    lab.traps.add("async");
    const log = () => world.host.logText();
    await world.pump(assert.rejects(ada.command("crash", {}), { name: "COMMAND_FAILED" }));
    for (const what of ["onTick", "timer", "command"])
      await until(what, () => log().includes(`an async ${what} that throws later`));
  });
});
