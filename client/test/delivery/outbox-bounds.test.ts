/** The outbox's bounds, and its end: nothing that was given to it ends without a word. */
import assert from "node:assert/strict";
import { LIMITS, NetError } from "@ninelives/shared-schema";
import { range, WireTap } from "./wire-tap.ts";

describe("bounds and end of the outbox", () => {
  it("[CMD7] at 256 waiting: OUTBOX_FULL for the one that is too much, and every other one is answered", async () => {
    const tap = new WireTap();
    tap.giveMany(LIMITS.outboxCommands);
    tap.give("over");
    assert.deepEqual(await tap.takeEnded(), ["over OUTBOX_FULL"]);
    tap.outbox.opened(0);
    for (let id = 1; id <= LIMITS.outboxCommands; id++) tap.answer(id);
    const expected = range(1, LIMITS.outboxCommands).map((id) => `c${id} ${id}`);
    assert.deepEqual(await tap.takeEnded(), expected);
    assert.deepEqual(tap.takeSent(), range(1, LIMITS.outboxCommands));
    tap.give("again");
    assert.deepEqual(tap.takeSent(), [LIMITS.outboxCommands + 1]);
  });

  it("[CMD7] at 256 kB waiting: OUTBOX_FULL, with what waits in its details; a smaller one still fits", async () => {
    const tap = new WireTap();
    const half = "x".repeat(LIMITS.outboxCommandBytes / 2 - 100);
    tap.give("a", {}, "add", half);
    tap.give("b", {}, "add", half);
    const error = await tap.outbox.submit("add", half, {}).catch((reason: unknown) => reason);
    assert.ok(error instanceof NetError && error.name === "OUTBOX_FULL" && error.recoverable);
    const bytes = 2 * (half.length + 5);
    assert.deepEqual(error.details, { commands: 2, bytes });
    tap.give("exact", {}, "add", "z".repeat(LIMITS.outboxCommandBytes - bytes - 2));
    tap.outbox.opened(0);
    tap.answer(1, 2, 3);
    tap.outbox.closed();
    assert.deepEqual((await tap.takeEnded()).at(-1), "exact 3", "the last byte is used");
    tap.give("a", {}, "add", half);
    tap.give("b", {}, "add", half);
    tap.give("small", {}, "add", "y");
    assert.deepEqual(await tap.takeEnded(), []);
    tap.takeSent();
    tap.outbox.opened(3);
    tap.answer(4);
    tap.give("c", {}, "add", half);
    assert.deepEqual(tap.takeSent(), [4, 5, 6, 7]);
  });

  it("[CMD7] at the cap a newer one still takes the place of an older one; where it is too large, the older one stays", async () => {
    const tap = new WireTap();
    tap.give("old", { policy: "latest" }, "aim");
    tap.giveMany(LIMITS.outboxCommands - 1);
    tap.give("new", { policy: "latest" }, "aim");
    assert.deepEqual(await tap.takeEnded(), ["old COMMAND_SUPERSEDED"]);
    tap.give("huge", { policy: "latest" }, "aim", "x".repeat(LIMITS.outboxCommandBytes));
    assert.deepEqual(await tap.takeEnded(), ["huge OUTBOX_FULL"]);
    assert.equal(tap.outbox.pending.filter(({ type }) => type === "aim").length, 1);
  });

  it("[CMD7] what is bounded elsewhere fits at the cap, too", async () => {
    const tap = new WireTap();
    tap.giveMany(LIMITS.outboxCommands);
    tap.give("subscription", { isUncapped: true }, "$subscribe");
    assert.deepEqual(await tap.takeEnded(), []);
    assert.equal(tap.outbox.pending.length, LIMITS.outboxCommands + 1);
  });

  it("[CMD5] redo: of many answered ones the newest 256 are kept", () => {
    const tap = WireTap.open();
    for (let id = 1; id <= LIMITS.redoCommands + 10; id++) {
      tap.give(`c${id}`);
      tap.answer(id);
    }
    tap.close();
    tap.takeSent();
    tap.outbox.opened(0);
    const sent: number[] = [];
    for (let more = tap.takeSent(); more.length > 0; more = tap.takeSent()) {
      assert.ok(more.length <= LIMITS.commandsInFlight, `${more.length} at once`);
      sent.push(...more);
      tap.answer(sent.at(-1)!);
    }
    assert.deepEqual(sent, range(11, LIMITS.redoCommands + 10));
  });

  it("drained() resolves at the last answer, at once when nothing waits, for everyone who asked", async () => {
    const tap = WireTap.open();
    await tap.outbox.drained();
    tap.giveMany(2);
    let drained = 0;
    for (let asked = 0; asked < 2; asked++) void tap.outbox.drained().then(() => drained++);
    tap.answer(1);
    await tap.takeEnded();
    assert.equal(drained, 0);
    tap.refuse(2, "COMMAND_FAILED");
    await tap.takeEnded();
    assert.equal(drained, 2);
  });

  for (const code of ["LEFT", "COMMAND_UNANSWERED"] as const) {
    it(`end(${code}): everything that waits ends so, what comes after is NOT_CONNECTED, and no timer is left`, async () => {
      const tap = WireTap.open();
      tap.giveMany(2, { ttlMs: 1_000 });
      const drained = tap.outbox.drained();
      tap.outbox.end(code);
      tap.give("late");
      assert.deepEqual(await tap.takeEnded(), ["late NOT_CONNECTED", `c1 ${code}`, `c2 ${code}`].toSorted(byLate));
      await drained;
      assert.equal(tap.clock.waiting, 0);
    });
  }
});

/** Rejections are told in the order they were made. */
function byLate(a: string, b: string): number {
  return Number(a.startsWith("late")) - Number(b.startsWith("late"));
}
