/** Commands on their way: numbers, order, caps, and what a return makes of those that were not answered. */
import assert from "node:assert/strict";
import { LIMITS } from "@ninelives/shared-schema";
import { range, WireTap } from "./wire-tap.ts";

describe("command outbox", () => {
  it("[CMD6] commands go out at once, in order, under numbers from 1, and each gets its own answer", async () => {
    const tap = WireTap.open();
    tap.giveMany(3);
    assert.deepEqual(tap.takeSent(), [1, 2, 3]);
    assert.deepEqual(
      tap.items.map(({ index }) => index),
      [1, 1, 1],
    );
    tap.answer(1);
    tap.refuse(2, "COMMAND_REFUSED");
    tap.answer(3);
    assert.deepEqual(await tap.takeEnded(), ["c1 1", "c2 COMMAND_REFUSED", "c3 3"]);
  });

  it("[CMD6] at most 48 unanswered ones are on the wire; each answer lets one more out", () => {
    const tap = WireTap.open();
    tap.giveMany(LIMITS.commandsInFlight + 2);
    assert.deepEqual(tap.takeSent(), range(1, LIMITS.commandsInFlight));
    tap.answer(1);
    assert.deepEqual(tap.takeSent(), [LIMITS.commandsInFlight + 1]);
    tap.answer(2, 3);
    assert.deepEqual(tap.takeSent(), [LIMITS.commandsInFlight + 2]);
    tap.answer(4);
    assert.deepEqual(tap.takeSent(), []);
  });

  it("[CMD5] before the first welcome, and while the connection is down, they wait", async () => {
    const tap = new WireTap();
    tap.giveMany(2);
    assert.deepEqual([tap.takeSent(), tap.owed], [[], false]);
    tap.outbox.opened(0);
    assert.deepEqual([tap.takeSent(), tap.owed], [[1, 2], true]);
    tap.outbox.closed();
    tap.give("later");
    assert.deepEqual([tap.takeSent(), tap.owed], [[], false]);
    tap.outbox.opened(1);
    assert.deepEqual([tap.takeSent(), tap.owed], [[2, 3], true]);
    tap.answer(1, 2, 3);
    assert.deepEqual(await tap.takeEnded(), ["c1 1", "c2 2", "later 3"]);
    assert.equal(tap.owed, false);
  });

  it("[CMD5] what the server has run is not sent again: its answer comes by itself", async () => {
    const tap = WireTap.open();
    tap.giveMany(5);
    tap.takeSent();
    tap.outbox.closed();
    tap.outbox.opened(3);
    assert.deepEqual(tap.takeSent(), [4, 5]);
    tap.answer(...range(1, 5));
    assert.deepEqual(await tap.takeEnded(), ["c1 1", "c2 2", "c3 3", "c4 4", "c5 5"]);
  });

  it("[MOV6] what is sent once more is said to be: what the connection lost, and what a server forgot", () => {
    const tap = WireTap.open();
    tap.giveMany(3);
    tap.answer(1);
    assert.deepEqual(tap.again, []);
    tap.outbox.closed();
    tap.give("later");
    tap.outbox.opened(0);
    assert.deepEqual(tap.takeSent().slice(3), [1, 2, 3, 4]);
    assert.deepEqual(tap.again, [1, 2, 3]);
  });

  it("[CMD5] the in-flight cap holds over a return", () => {
    const tap = WireTap.open();
    tap.giveMany(100);
    tap.takeSent();
    tap.outbox.closed();
    tap.outbox.opened(0);
    assert.deepEqual(tap.takeSent(), range(1, LIMITS.commandsInFlight));
  });

  it("[CMD5] redo: a server that forgot gets the answered ones again, in order, before what waits; the app hears nothing twice", async () => {
    const tap = WireTap.open();
    tap.giveMany(3);
    tap.answer(1, 2, 3);
    tap.outbox.closed();
    tap.give("next");
    tap.takeSent();
    await tap.takeEnded();
    tap.outbox.opened(1);
    assert.deepEqual(tap.takeSent(), [2, 3, 4]);
    tap.answer(2, 3, 4);
    assert.deepEqual(await tap.takeEnded(), ["next 4"]);
  });

  it("[CMD6] [FLT31] redo: 48 at a time, and those that wait to be sent for the first time come last", () => {
    const tap = WireTap.open();
    for (let id = 1; id <= LIMITS.commandsInFlight + 10; id++) {
      tap.give(`c${id}`);
      tap.answer(id);
    }
    tap.give("unanswered");
    tap.takeSent();
    tap.outbox.closed();
    tap.give("new");
    tap.outbox.opened(0);
    assert.deepEqual(tap.takeSent(), range(1, LIMITS.commandsInFlight));
    tap.answer(1);
    assert.deepEqual(tap.takeSent(), [LIMITS.commandsInFlight + 1]);
    tap.answer(LIMITS.commandsInFlight);
    const last = LIMITS.commandsInFlight + 12;
    assert.deepEqual(tap.takeSent(), range(LIMITS.commandsInFlight + 2, last));
  });

  it("[CMD5] redo: answered ones are kept for 6 s in which answers come, and not for longer", () => {
    const tap = WireTap.open();
    const steps = LIMITS.redoMs / LIMITS.redoGapMs;
    tap.giveMany(steps + 2);
    tap.answer(1);
    for (let id = 2; id <= steps; id++) {
      tap.clock.advance(LIMITS.redoGapMs);
      tap.answer(id);
    }
    tap.clock.advance(LIMITS.redoGapMs - 1);
    tap.answer(steps + 1);
    const kept = () => {
      tap.takeSent();
      tap.outbox.closed();
      tap.outbox.opened(0);
      return tap.takeSent()[0];
    };
    assert.equal(kept(), 1);
    tap.clock.advance(1);
    tap.answer(steps + 2);
    assert.equal(kept(), 2);
  });

  it("[CMD5] redo: while no answer comes nothing grows old: a store that is away for long may have lost it before", () => {
    const tap = WireTap.open();
    tap.giveMany(3);
    tap.answer(1);
    tap.clock.advance(10 * LIMITS.redoMs);
    tap.answer(2, 3);
    tap.takeSent();
    tap.outbox.closed();
    tap.outbox.opened(0);
    assert.deepEqual(tap.takeSent(), [1, 2, 3]);
  });

  it("[VER2] redo: after a return to a server with other names each goes under its new number, or not at all", () => {
    const tap = WireTap.open();
    tap.give("add", {}, "add");
    tap.give("say", {}, "say");
    tap.give("aim", {}, "aim");
    tap.answer(1, 2, 3);
    tap.outbox.closed();
    tap.names = ["aim", "say"];
    tap.items.length = 0;
    tap.outbox.opened(0);
    assert.deepEqual(
      tap.items.map(({ id, index }) => [id, index]),
      [
        [2, 1],
        [3, 0],
      ],
    );
  });

  it("[CMD5] answers come in order: one that was passed over ran, and its result is gone", async () => {
    const tap = WireTap.open();
    tap.giveMany(4);
    tap.answer(3);
    assert.deepEqual(await tap.takeEnded(), ["c1 RESULT_GONE", "c2 RESULT_GONE", "c3 3"]);
    tap.answer(4);
    assert.deepEqual(await tap.takeEnded(), ["c4 4"]);
  });

  it("[CMD6] an answer to one that was given up passes others over, too, and lets what waits out", async () => {
    const tap = WireTap.open();
    for (const id of range(1, LIMITS.commandsInFlight - 1)) tap.give(`c${id}`);
    tap.give("shot", { policy: "drop" });
    tap.outbox.closed();
    tap.give("next");
    tap.give("last");
    tap.outbox.opened(LIMITS.commandsInFlight);
    tap.takeSent();
    tap.answer(LIMITS.commandsInFlight);
    assert.deepEqual(tap.takeSent(), [LIMITS.commandsInFlight + 2]);
    tap.answer(LIMITS.commandsInFlight + 1, LIMITS.commandsInFlight + 2);
    assert.equal(tap.owed, false);
    const gone = range(1, LIMITS.commandsInFlight - 1).map((id) => `c${id} RESULT_GONE`);
    assert.deepEqual(await tap.takeEnded(), ["shot COMMAND_UNANSWERED", ...gone, "next 49", "last 50"]);
  });

  it("an answer that nobody waits for, or that comes twice, changes nothing", async () => {
    const tap = WireTap.open();
    tap.give("one");
    tap.answer(1, 1);
    tap.answer(1);
    assert.deepEqual(await tap.takeEnded(), ["one 1"]);
    assert.equal(tap.owed, false);
  });

  it("[CMD6] the first name of all has number 0, and is sent like any other", () => {
    const tap = WireTap.open();
    tap.give("first", {}, "$subscribe");
    assert.deepEqual(
      tap.items.map(({ index }) => index),
      [0],
    );
  });

  it("a name the room does not have is COMMAND_UNKNOWN, and nothing is sent", async () => {
    const tap = WireTap.open();
    tap.give("x", {}, "fly");
    assert.deepEqual([tap.takeSent(), await tap.takeEnded()], [[], ["x COMMAND_UNKNOWN"]]);
  });

  it("[VER2] after a return to a server with other names each is sent under its new number; one that is gone is COMMAND_UNKNOWN", async () => {
    const tap = WireTap.open();
    tap.give("add", {}, "add");
    tap.give("say", {}, "say");
    tap.give("aim", {}, "aim");
    tap.outbox.closed();
    tap.names = ["aim", "say"];
    tap.items.length = 0;
    tap.outbox.opened(0);
    assert.deepEqual(
      tap.items.map(({ id, index }) => [id, index]),
      [
        [2, 1],
        [3, 0],
      ],
    );
    assert.deepEqual(await tap.takeEnded(), ["add COMMAND_UNKNOWN"]);
  });

  it("pending says what waits, oldest first, in the shape of an envelope", () => {
    const tap = new WireTap();
    tap.clock.advance(250);
    tap.give("a", {}, "say", { text: "hi" });
    const envelope = { type: "say", payload: { text: "hi" }, timestamp: 1_250, version: 7 };
    assert.deepEqual(tap.outbox.pending, [{ ...envelope, id: 1 }]);
    tap.outbox.opened(3);
    assert.deepEqual(tap.outbox.pending, [{ ...envelope, id: 4 }], "another page was faster");
    tap.answer(4);
    assert.deepEqual(tap.outbox.pending, []);
  });
});
