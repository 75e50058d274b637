/** The contract with Colyseus's clock and timers: the pieces of `server/src/adapter/time.ts`, and Rewind. */
import assert from "node:assert/strict";
import { Rewind, Room } from "@colyseus/core";
import { schema, t } from "@colyseus/schema";
import { StepClock, stopPatchTimer, useMonotonicTime } from "../src/adapter.ts";
import { startStock, type StockHost } from "../../test/support/stock-host.ts";
import { until } from "../../test/support/until.ts";

describe("adapter: what Colyseus does not promise of time", () => {
  let host: StockHost;
  let wall = 1e12;
  let room: Timed;
  class Timed extends Room {
    steps = 0;
    patches = 0;
    override broadcastPatch(): boolean {
      this.patches++;
      return super.broadcastPatch();
    }
    override onCreate(): void {
      this.setSimulationInterval(() => this.steps++, 2);
    }
  }
  class Monotonic extends Timed {
    constructor() {
      super();
      useMonotonicTime(this.clock, () => wall);
    }
  }
  class Stepping extends Timed {
    constructor() {
      super();
      this.clock = new StepClock(() => {}) as never;
      stopPatchTimer(this);
    }
  }
  before(async () => {
    host = await startStock({ monotonic: Monotonic, stepping: Stepping, stock: Timed });
  });
  after(() => host.stop());
  async function enter(type: string): Promise<Timed> {
    const { roomId } = (await (
      await fetch(`${host.url}/matchmake/create/${type}`, { method: "POST", body: "{}" })
    ).json()) as { roomId: string };
    room = host.room(roomId) as Timed;
    await until("some steps", () => room.steps > 5);
    return room;
  }

  it("useMonotonicTime: clock.now is an own field, read at every tick", async () => {
    const { clock } = await enter("monotonic");
    assert.ok(Object.hasOwn(clock, "now"));
    const before = clock.elapsedTime;
    wall += 250;
    await until("a tick", () => clock.elapsedTime - before === 250);
  });

  it("StepClock: Colyseus's own ticks do not move it, step() does, and fires the timers that are due", async () => {
    const { clock } = await enter("stepping");
    const fired: string[] = [];
    clock.setTimeout(() => {
      fired.push("first");
      throw new Error("shielded");
    }, 30);
    clock.setTimeout(() => fired.push("second"), 30);
    assert.deepEqual([clock.elapsedTime, fired], [0, []]);
    (clock as StepClock).step(20);
    assert.deepEqual([clock.elapsedTime, clock.deltaTime, fired], [20, 20, []]);
    (clock as StepClock).step(20);
    assert.deepEqual([clock.elapsedTime, fired.sort()], [40, ["first", "second"]]);
  });

  it("stopPatchTimer: a timer is set when patchRate is assigned, and never fires when it was stopped before", async () => {
    assert.equal((await enter("stepping")).patches, 0);
    await enter("stock");
    room.patchRate = 1;
    await until("a patch by timer", () => room.patches > 0);
  });

  it("Rewind.get: one per room; its ring is sized by the distance a record made by hand is given", () => {
    const rewind = Rewind.get(room, { maxRewindMs: 400 });
    assert.equal(Rewind.get(room), rewind);
    const Mark = schema({ x: t.float32().default(0) }, "Mark");
    const mark = new Mark();
    rewind.attach(mark, { fields: ["x"] });
    for (let atMs = 0; atMs <= 1_000; atMs += 10) {
      mark.x = atMs;
      rewind.record(atMs, 10);
    }
    assert.equal(rewind.lastRecordedAt, 1_000);
    assert.equal(rewind.at(615).value(mark, "x"), 615);
  });
});
