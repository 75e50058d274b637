/** What a process does that has nothing to spare: judged by hand, and for real. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "@ninelives/client";
import { LIMITS } from "@ninelives/shared-schema";
import { Budget, type Usage, usageMeter } from "../../src/host/budget.ts";
import { Burner } from "../../../test/support/burner.ts";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import { ROOT, startMain } from "../../../test/support/main-process.ts";
import { until } from "../../../test/support/until.ts";

const IDLE: Usage = { loop: 0.1, heap: 0.1 };
const BUSY: Usage = { loop: LIMITS.loopFullAt, heap: 0.1 };
const SO_SO: Usage = { loop: LIMITS.loopRelievedAt, heap: 0.1 };

describe("the budget of a process", () => {
  function budget() {
    const clock = new ManualClock();
    const told: boolean[] = [];
    let usage = IDLE;
    const judged = new Budget(
      clock,
      () => usage,
      (isOver) => void told.push(isOver),
    );
    const pass = (next: Usage, seconds: number) => {
      usage = next;
      clock.advance(seconds * 1000);
      return judged.isOver;
    };
    return { pass, told, judged, clock };
  }

  it("[MM10] is over after some seconds without a pause, and under again after more of them well below", () => {
    const { pass, told, judged, clock } = budget();
    assert.equal(pass(BUSY, LIMITS.fullSeconds - 1), false);
    assert.equal(pass(IDLE, 1), false);
    assert.equal(pass(BUSY, LIMITS.fullSeconds - 1), false);
    assert.equal(pass(BUSY, 1), true);
    assert.equal(pass(SO_SO, 60), true, "a little below is not well below");
    assert.equal(pass(IDLE, LIMITS.relievedSeconds - 1), true);
    assert.equal(pass(IDLE, 1), false);
    assert.deepEqual(told, [true, false]);
    judged.stop();
    assert.equal(clock.waiting, 0);
  });

  it("[MM10] a heap that is nearly full counts as much as a busy loop", () => {
    const { pass } = budget();
    assert.equal(pass({ loop: 0, heap: LIMITS.heapFullAt }, LIMITS.fullSeconds), true);
  });

  it("[MM10] this process's own is measured: shares, of the time since the last look", () => {
    const measure = usageMeter();
    for (const share of Object.values(measure())) assert.ok(share >= 0 && share <= 1, `${share}`);
  });

  it("[MM10] over it: /readyz says why, a new room is BUSY, and who plays plays on; then it is ready again", async function () {
    this.timeout(60_000);
    const dir = await mkdtemp(join(tmpdir(), "ninelives-budget-"));
    const main = startMain(join(ROOT, "test/support/burner.config.ts"), { NINELIVES_DIR: dir });
    try {
      const url = await main.up();
      const ready = async () => (await fetch(`${url}/readyz`)).json() as Promise<{ ready: boolean; why?: string }>;
      const ada = await connect(url).create(Burner, {});
      assert.deepEqual(await ready(), { ready: true });
      await ada.command("burn", { share: 1 });
      await until("it to be over its budget", async () => !(await ready()).ready, 20_000);
      assert.deepEqual(await ready(), { ready: false, why: "it is over its budget" });
      assert.match(await (await fetch(`${url}/metrics`)).text(), /^ninelives_over_budget 1$/m);
      await assert.rejects(connect(url).create(Burner, {}), { name: "BUSY" });
      const bob = await connect(url).joinById(Burner, ada.roomId, {});
      await bob.command("burn", { share: 0 });
      await until("it to be ready again", async () => (await ready()).ready, 30_000);
      const eve = await connect(url).create(Burner, {});
      await Promise.all([ada, bob, eve].map((room) => room.leave()));
    } finally {
      await main.stop();
      await rm(dir, { recursive: true });
    }
  });
});
