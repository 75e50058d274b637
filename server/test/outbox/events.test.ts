/** Events over real sockets, on a clock moved by hand and a store that commits when the test says so. */
import assert from "node:assert/strict";
import type { Room } from "@ninelives/client";
import { HeldStore } from "../../../test/support/held-store.ts";
import type { Lab, LabRoom } from "../../../test/support/lab.ts";
import { delivered, type Stepped, startStepped } from "../../../test/support/stepped.ts";
import { until } from "../../../test/support/until.ts";

describe("events", () => {
  const store = new HeldStore();
  let world: Stepped;
  let ada: Room<typeof Lab>;
  let bob: Room<typeof Lab>;
  let lab: LabRoom;
  /** What each player was told, in order: events and patches. */
  let told: Record<"ada" | "bob", string[]>;
  before(async () => {
    world = await startStepped({ store });
  });
  after(() => world.host.stop());
  beforeEach(async () => {
    ada = await world.create({ name: "Ada" });
    bob = await world.joinById(ada.roomId, { name: "Bob" });
    lab = world.inside(ada);
    await world.ticks();
    await delivered(ada);
    told = { ada: [], bob: [] };
    for (const [name, room] of [
      ["ada", ada],
      ["bob", bob],
    ] as const) {
      room.on("said", ({ text, count }) => told[name].push(`${text} ${count}`));
      room.onPatch(() => told[name].push(`patch ${room.state.count}`));
    }
  });
  afterEach(async () => {
    store.release();
    await world.pump(Promise.all([ada.leave(), bob.leave()]));
  });

  it("[EV1] an event leaves after the patch of its tick", async () => {
    lab.eachTick = () => {
      lab.eachTick = undefined;
      lab.emit("said", { text: "first", count: 7 });
      lab.state.count = 7;
    };
    await world.ticks();
    await until("the event", () => told.ada.includes("first 7"));
    assert.deepEqual(told.ada, ["patch 7", "first 7"]);
  });

  it("[EV1] an event waits for the log; patches do not, and after the commit events come in order", async () => {
    store.hold();
    let count = 0;
    lab.eachTick = () => {
      lab.state.count = ++count;
      lab.emit("said", { text: "at", count });
    };
    await world.ticks(3);
    await until("the patches", () => ada.state.count === 3);
    await delivered(ada);
    assert.deepEqual(told.ada, ["patch 1", "patch 2", "patch 3"]);
    lab.eachTick = undefined;
    store.release();
    await until("the events", () => told.ada.length === 6);
    assert.deepEqual(told.ada.slice(3), ["at 1", "at 2", "at 3"]);
  });

  it("[EV2] an event goes to everyone, to one client, or to those a filter lets through", async () => {
    const said = (name: "ada" | "bob") => told[name].filter((line) => !line.startsWith("patch"));
    for (const [to, expected] of [
      ["all", { ada: 1, bob: 1 }],
      ["me", { ada: 1, bob: 0 }],
      ["others", { ada: 0, bob: 1 }],
    ] as const) {
      told.ada.length = 0;
      told.bob.length = 0;
      await world.pump(ada.command("say", { text: to, to }));
      await Promise.all([delivered(ada), delivered(bob)]);
      assert.deepEqual({ ada: said("ada").length, bob: said("bob").length }, expected, to);
    }
  });

  it("[EV3] a payload that does not fit the type throws where it is emitted, and nothing is sent", async () => {
    let thrown: unknown;
    lab.eachTick = () => {
      lab.eachTick = undefined;
      try {
        lab.emit("said", { text: "far too long for an event of this type", count: 1 });
      } catch (error) {
        thrown = error;
      }
    };
    await world.ticks(2);
    await delivered(ada);
    assert.ok(thrown instanceof TypeError);
    assert.match(thrown.message, /event "said": text: .*20/);
    assert.ok(told.ada.every((line) => line.startsWith("patch")));
  });
});
