/** A room whose steps take too much of its process, on a clock that its steps move themselves: the others keep their pace. */
import assert from "node:assert/strict";
import { Room } from "@colyseus/core";
import { Client as StockClient } from "@colyseus/sdk";
import { connect, type Room as OurRoom } from "@ninelives/client";
import { defineHost, type HostConfig, readRoom, type Step } from "@ninelives/server";
import { CODES, LIMITS } from "@ninelives/shared-schema";
import type { OwnRoom } from "../../src/inspect/dev-rooms.ts";
import { Lab, LabRoom, PERIOD_MS } from "../../../test/support/lab.ts";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import { BoardState } from "../../../test/support/plain-room.ts";
import { pump, startTestHost, type TestHost } from "../../../test/support/test-host.ts";
import { settle, until, within } from "../../../test/support/until.ts";

const WINDOW_TICKS = LIMITS.budgetWindowMs / PERIOD_MS;
/** Of {@link PERIOD_MS}: more than half, and less than would keep others from their time. */
const HEAVY_MS = 12;

/** A plain room whose steps move the clock. */
class HeavyBoard extends Room<{ state: InstanceType<typeof BoardState> }> {
  static pass = (_ms: number): void => {};
  override state = new BoardState();
  override patchRate = 5;
  readonly serialize = () => ({});
  readonly hydrate = () => {};

  override onCreate(): void {
    this.setTimestep(() => {
      this.state.steps++;
      HeavyBoard.pass(HEAVY_MS);
    }, 5);
  }
}

type Policy = Pick<HostConfig<never>, "tickBudget" | "onOverBudget">;

describe("a room over its budget", () => {
  let clock: ManualClock;
  let host: TestHost;
  let heavy: OurRoom<typeof Lab>;
  let light: OurRoom<typeof Lab>;
  afterEach(async () => {
    await host.stop();
  });

  async function start(policy: Policy): Promise<void> {
    clock = new ManualClock();
    const rooms = { lab: { type: Lab, room: LabRoom }, board: HeavyBoard };
    const config = defineHost({ rooms, store: { kind: "memory" }, seatHoldSeconds: 3_600, ...policy });
    host = await startTestHost(config, { clock });
    heavy = await pump(clock, connect(host.url).create(Lab, { name: "Heavy" }));
    light = await pump(clock, connect(host.url).create(Lab, { name: "Light" }));
    work(HEAVY_MS);
  }

  const inside = (room: OurRoom<typeof Lab>) => host.inside<LabRoom>(room.roomId);

  function work(ms: number, steps: Step[] = []): void {
    inside(heavy).eachTick = (step) => {
      steps.push(step);
      clock.pass(ms);
    };
  }

  async function ticks(count: number): Promise<void> {
    for (let tick = 0; tick < count; tick++) {
      clock.advance(PERIOD_MS);
      if (tick % 50 === 0) await settle();
    }
    await settle();
  }

  const counted = (what: string) => host.metric(`ninelives_room_budget_total{type="lab",what="${what}"}`);
  const said = (words: string) =>
    host
      .logText()
      .split("\n")
      .filter((line) => line.includes(words));

  /** Ticks until the log says so. The first window may have begun before there was any work. */
  async function told(words: string): Promise<string> {
    for (let tick = 0; tick < 3 * WINDOW_TICKS && said(words).length === 0; tick += 5) await ticks(5);
    assert.equal(said(words).length, 1, words);
    return said(words)[0]!;
  }

  async function own(roomId: string): Promise<OwnRoom["budget"]> {
    const { rooms } = (await (await fetch(`${host.url}/dev/rooms`)).json()) as { rooms: OwnRoom[] };
    return rooms.find((room) => room.roomId === roomId)!.budget;
  }

  it("[TK25][TK26] is named, then makes every second step, each as long as ever; the other one makes all of its own", async () => {
    await start({ tickBudget: 0.5 });
    const line = await told("a room is over its budget");
    assert.deepEqual([await counted("named"), await counted("held")], [1, 0]);
    assert.match(line, new RegExp(`"roomId":"${heavy.roomId}","roomType":"lab","share":0.[56]\\d?,"tickBudget":0.5`));
    await told("it is held back");
    assert.equal(await counted("held"), 1);
    const { share, ...standing } = await own(heavy.roomId);
    assert.deepEqual(standing, { standing: "held", every: LIMITS.heldEvery });
    assert.ok(Math.abs(share - HEAVY_MS / PERIOD_MS) < 1e-6, `a share of ${share}`);
    assert.deepEqual(await own(light.roomId), { share: 0, standing: "within", every: 1 });
    const steps: Step[] = [];
    work(HEAVY_MS, steps);
    const before = { tick: inside(light).tick, elapsedMs: inside(heavy).clock.elapsedTime };
    await ticks(100);
    const made = inside(light).tick - before.tick;
    assert.ok(Math.abs(made - 100) <= 1, `${made} steps of 100: one may lie at either edge`);
    assert.equal(await host.metric('ninelives_steps_dropped_total{type="lab"}'), 0);
    assert.ok(Math.abs(steps.length - 100 / LIMITS.heldEvery) <= 1, `${steps.length} steps held back`);
    assert.ok(
      steps.every(({ dt }, at) => dt === PERIOD_MS / 1000 && (at === 0 || steps[at - 1]!.tick === steps[at]!.tick - 1)),
    );
    assert.equal(inside(heavy).clock.elapsedTime, before.elapsedMs + steps.length * PERIOD_MS);
    assert.ok((await host.metric('ninelives_steps_held_total{type="lab"}')) >= 100 / LIMITS.heldEvery);
    assert.equal(heavy.connection.state, "CONNECTED");
    assert.deepEqual(await pump(clock, heavy.command("add", { by: 1 })), { count: 1 });
  });

  it("[TK27] has its full pace again when it was well below for a window", async () => {
    await start({ tickBudget: 0.5 });
    await told("it is held back");
    work(1);
    await told("within its budget again");
    assert.equal(await counted("within"), 1);
    const { tick } = inside(heavy);
    await ticks(50);
    assert.equal(inside(heavy).tick, tick + 50);
  });

  it("[TK25] one that is allowed as much is not named, and one that is only to be named is not held", async () => {
    await start({ tickBudget: 0.7 });
    await ticks(3 * WINDOW_TICKS);
    assert.equal(await counted("named"), 0);
    await host.stop();
    await start({ tickBudget: 0.5, onOverBudget: "name" });
    await told("a room is over its budget");
    await ticks(2 * WINDOW_TICKS);
    assert.deepEqual([await counted("named"), await counted("held")], [1, 0]);
    assert.equal((await own(heavy.roomId)).every, 1);
  });

  it("[TK31] alone in its process it is named and not held", async () => {
    await start({ tickBudget: 0.5 });
    await pump(clock, light.leave());
    await until("the other one's end", () => host.room(light.roomId) === undefined);
    await told("a room is over its budget");
    await ticks(2 * WINDOW_TICKS);
    assert.deepEqual([await counted("named"), await counted("held")], [1, 0]);
  });

  it("[TK29] by `close` its match is over with ROOM_OVER_BUDGET and its log kept; the other one plays on", async () => {
    await start({ tickBudget: 0.5, onOverBudget: "close" });
    await told("it is held back");
    assert.equal(heavy.connection.state, "CONNECTED");
    await told("its log is kept");
    await until("the end of it", () => heavy.connection.state === "DISCONNECTED");
    assert.equal((heavy.connection.detail as { reason?: string }).reason, "ROOM_OVER_BUDGET");
    assert.equal(await counted("closed"), 1);
    assert.match(said("its log is kept")[0]!, new RegExp(`"code":${CODES.ROOM_OVER_BUDGET.code}`));
    assert.ok((await readRoom(host.store, heavy.roomId, Lab)).records.length > 0);
    assert.deepEqual(
      (await host.store.unfinished()).map(({ roomId }) => roomId),
      [light.roomId],
    );
    const { tick } = inside(light);
    await ticks(10);
    assert.equal(inside(light).tick, tick + 10);
  });

  it("[TK26][TK29] a plain room is named and ended, and not held back: its loop is its own", async () => {
    await start({ tickBudget: 0.5, onOverBudget: "close" });
    work(0);
    const ada = await pump(clock, new StockClient(host.url).create<InstanceType<typeof BoardState>>("board"));
    const ended = new Promise<number>((resolve) => ada.onLeave((code) => resolve(code)));
    HeavyBoard.pass = (ms) => clock.pass(ms);
    await until("it to be over for a second window", () => said("its loop is its own").length === 1, 15_000);
    assert.equal((await own(ada.roomId)).every, 1);
    assert.equal(await within("the end of it", ended, 15_000), CODES.ROOM_OVER_BUDGET.code);
    HeavyBoard.pass = () => {};
    assert.equal(await host.metric('ninelives_room_budget_total{type="board",what="closed"}'), 1);
  });

  it("[TK28] by `move` it stays where no other process has more to spare", async () => {
    await start({ tickBudget: 0.5, onOverBudget: "move" });
    await ticks(5 * WINDOW_TICKS);
    assert.deepEqual([await counted("held"), await counted("moved")], [1, 0]);
    assert.equal(heavy.connection.state, "CONNECTED");
  });

  it("[TK30] a step that blocks everybody for seconds is named when it is over, and that is all that can be done", async () => {
    await start({ tickBudget: 0.5 });
    work(0);
    await ticks(10);
    let isOver = false;
    inside(heavy).eachTick = () => {
      if (!isOver) clock.pass(3_000);
      isOver = true;
    };
    await ticks(2);
    const [line] = said("blocked its process");
    assert.match(line!, new RegExp(`"roomId":"${heavy.roomId}","roomType":"lab","ms":3000`));
    assert.equal(await counted("blocked"), 1);
    await ticks(2 * WINDOW_TICKS);
    assert.equal(await counted("named"), 0);
  });
});
