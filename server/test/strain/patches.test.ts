/** Fewer patches at a real host: what players of our client and of a stock one get, and when. Real sockets, a clock moved by hand. */
import assert from "node:assert/strict";
import { Client as StockClient, type Room as StockRoom } from "@colyseus/sdk";
import type { Room } from "@ninelives/client";
import { HeldStore } from "../../../test/support/held-store.ts";
import { Lab, type LabRoom, type LabState, PERIOD_MS } from "../../../test/support/lab.ts";
import { delivered, type Stepped, startStepped } from "../../../test/support/stepped.ts";
import { HandStrain } from "../../../test/support/strained.ts";
import { until, within } from "../../../test/support/until.ts";
import { readRoom } from "../../src/log/read-log.ts";
import { runtimeOf } from "../../src/room/inside.ts";

const HELD_BACK = 'ninelives_held_back_total{what="patches"}';

describe("fewer patches under strain", () => {
  const strain = new HandStrain();
  const store = new HeldStore();
  let world: Stepped;
  let ada: Room<typeof Lab>;
  let stock: StockRoom<unknown, LabState>;
  let lab: LabRoom;
  before(async () => {
    world = await startStepped({ usage: strain.usage, store });
  });
  after(() => world.host.stop());
  beforeEach(async () => {
    ada = await world.create({ name: "Ada" });
    lab = world.inside(ada);
    stock = await world.pump(new StockClient(world.host.url).joinById<LabState>(ada.roomId, { name: "Stock" }));
    stock.onMessage("said", () => {});
    await world.ticks();
    await bothHave();
  });
  afterEach(async () => {
    store.release();
    await strain.to("none", world);
    await world.pump(Promise.all([ada.leave(), stock.leave()]));
  });

  /** Everything that was sent to them so far. */
  async function bothHave(): Promise<void> {
    await delivered(ada);
    await within("the stock client's pong", new Promise<void>((resolve) => stock.ping(() => resolve())));
  }

  /** What both see of a count that grows in every tick, over so many of them. */
  async function seenOver(ticks: number): Promise<{ ours: number[]; stocks: number[] }> {
    const [ours, stocks]: [number[], number[]] = [[], []];
    const off = ada.onPatch(() => ours.push(ada.state.count));
    stock.onStateChange(({ count }) => stocks.push(count));
    lab.eachTick = () => lab.state.count++;
    await world.ticks(ticks);
    lab.eachTick = undefined;
    await bothHave();
    off();
    stock.onStateChange.clear();
    return { ours, stocks };
  }
  const steps = (seen: readonly number[]) => [...new Set(seen.slice(1).map((count, place) => count - seen[place]!))];
  /** Ticks until one has sent a patch, or has not. */
  async function untilTick(sends: boolean): Promise<void> {
    for (;;) {
      const { patches } = ada.net.totals;
      await world.ticks();
      await bothHave();
      if (ada.net.totals.patches > patches === sends) return;
    }
  }

  for (const [rung, every] of [
    ["none", 1],
    ["half-patches", 2],
    ["third-patches", 3],
  ] as const) {
    it(`[DG4] ${rung}: each patch brings what changed in ${every} of the steps, which all run`, async () => {
      await strain.to(rung, world);
      const [tick, heldBack] = [lab.tick, await world.host.metric(HELD_BACK)];
      const { ours, stocks } = await seenOver(12);
      assert.equal(lab.tick, tick + 12);
      assert.equal(ours.length, 12 / every);
      assert.deepEqual(steps(ours), [every]);
      assert.deepEqual(stocks, ours, "a stock client gets the same");
      assert.equal((await world.host.metric(HELD_BACK)) - heldBack, 12 - 12 / every);
      assert.equal(ada.sdk.clock.patchInterval!(), every * PERIOD_MS, "our client knows what it is shown motion from");
    });
  }

  it("[DG4] every patch again after the strain", async () => {
    await strain.to("third-patches", world);
    await strain.to("none", world);
    assert.deepEqual(steps((await seenOver(6)).ours), [1]);
  });

  it("[DG4] the steps of a stall are in one patch", async () => {
    await strain.to("third-patches", world);
    await untilTick(true);
    const before = ada.state.count;
    lab.eachTick = () => lab.state.count++;
    world.clock.stall(5 * PERIOD_MS);
    lab.eachTick = undefined;
    await until("its patch", () => ada.state.count === before + 5);
  });

  it("[DG4] a command runs in the next step; its answer and its event come behind the patch that has it, once the log does", async () => {
    await strain.to("third-patches", world);
    await untilTick(true);
    const [told, heard]: [string[], string[]] = [[], []];
    ada.on("said", ({ count }) => told.push(`event ${count}`));
    ada.onPatch(() => told.push(`patch ${ada.state.count}`));
    stock.onMessage("said", ({ count }: { count: number }) => heard.push(`event ${count}`));
    stock.onStateChange(({ count }) => heard.push(`patch ${count}`));
    lab.trace.length = 0;
    const add = ada.command("add", { by: 7 });
    void add.then(({ count }) => told.push(`answer ${count}`));
    void ada.command("say", { text: "so" });
    await delivered(ada);
    const { tick } = lab;
    await world.ticks();
    assert.deepEqual(lab.trace, [`${tick + 1} add 7`]);
    await world.ticks();
    await bothHave();
    assert.deepEqual([told, heard], [[], []], "neither a patch nor an answer yet");
    store.hold();
    await world.ticks(4);
    await bothHave();
    assert.deepEqual(
      [new Set(told), new Set(heard)],
      [new Set(["patch 7"]), new Set(["patch 7"])],
      "it is not in the log",
    );
    store.release();
    await within("the answer", add);
    await until("the event at both", () => told.includes("event 7") && heard.includes("event 7"));
    assert.deepEqual(new Set(told), new Set(["patch 7", "answer 7", "event 7"]));
    assert.deepEqual(new Set(heard), new Set(["patch 7", "event 7"]));
  });

  it("[DG4] a room that ends between two patches leaves nothing out of its log", async () => {
    const eve = await world.create({ name: "Eve" });
    await strain.to("third-patches", world);
    const room = world.inside(eve);
    const { patches } = eve.net.totals;
    room.state.count = 1;
    await until("a patch", async () => {
      await world.ticks();
      await delivered(eve);
      return eve.net.totals.patches > patches;
    });
    room.eachTick = () => room.state.count++;
    await world.ticks(2);
    assert.equal(eve.state.count, 1, "both steps are owed");
    await runtimeOf(room).stop();
    const { image } = await readRoom(store, eve.roomId, Lab);
    assert.equal(image!.state.count, 3);
  });
});
