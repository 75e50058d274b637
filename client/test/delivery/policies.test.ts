/** What becomes of a command that cannot be sent now, by its policy and its time to live; and what outlives the page. */
import assert from "node:assert/strict";
import { range, WireTap } from "./wire-tap.ts";

const LATEST = { policy: "latest" } as const;
const DROP = { policy: "drop" } as const;

describe("policies of a command", () => {
  it("[CMD7] must, the default: waits as long as it takes, and is answered", async () => {
    const tap = new WireTap();
    tap.give("a");
    tap.clock.advance(3_600_000);
    tap.outbox.opened(0);
    tap.answer(1);
    assert.deepEqual(await tap.takeEnded(), ["a 1"]);
  });

  it("[CMD7] latest: a newer one of the same name takes the place of one that was not sent", async () => {
    const tap = new WireTap();
    tap.give("a", LATEST, "aim");
    tap.give("other", LATEST, "say");
    tap.give("b", LATEST, "aim");
    tap.give("c", LATEST, "aim");
    assert.deepEqual(await tap.takeEnded(), ["a COMMAND_SUPERSEDED", "b COMMAND_SUPERSEDED"]);
    tap.outbox.opened(0);
    assert.deepEqual(
      tap.items.map(({ id, index }) => [id, index]),
      [
        [2, 3],
        [4, 2],
      ],
    );
    tap.answer(2, 4);
    assert.deepEqual(await tap.takeEnded(), ["other 2", "c 4"]);
  });

  it("[CMD7] latest: one that was sent is left alone while the connection lives", async () => {
    const tap = WireTap.open();
    tap.give("a", LATEST, "aim");
    tap.give("b", LATEST, "aim");
    tap.answer(1, 2);
    assert.deepEqual(await tap.takeEnded(), ["a 1", "b 2"]);
  });

  it("[CMD7] latest: one the connection lost is not sent again when there is a newer one: it never ran", async () => {
    const tap = WireTap.open();
    tap.give("a", LATEST, "aim");
    tap.give("b", LATEST, "aim");
    tap.outbox.closed();
    tap.give("c", LATEST, "aim");
    tap.takeSent();
    tap.outbox.opened(1);
    assert.deepEqual([tap.takeSent(), await tap.takeEnded()], [[3], ["b COMMAND_SUPERSEDED"]]);
    tap.answer(1, 3);
    assert.deepEqual(await tap.takeEnded(), ["a 1", "c 3"]);
  });

  it("[CMD7] latest: one the connection lost is sent again when there is no newer one", () => {
    const tap = WireTap.open();
    tap.give("a", LATEST, "aim");
    tap.outbox.closed();
    tap.takeSent();
    tap.outbox.opened(0);
    assert.deepEqual(tap.takeSent(), [1]);
  });

  it("[CMD6][CMD7] those that were never sent do not make room on the wire for more than 48", () => {
    const tap = new WireTap();
    for (const label of ["a", "b", "c"]) tap.give(label, LATEST, "aim");
    tap.give("soon", { ttlMs: 1 });
    tap.clock.advance(1);
    tap.giveMany(60);
    tap.outbox.opened(0);
    assert.deepEqual(tap.takeSent(), [3, ...range(5, 51)], "1, 2 and 4 ended unsent");
    assert.equal(tap.outbox.kept.length, 60, "all but the one that is only the latest");
  });

  it("[CMD7] drop: refused at once while the connection is down", async () => {
    const tap = new WireTap();
    tap.give("early", DROP);
    tap.isConnected = true;
    tap.outbox.opened(0);
    tap.close();
    tap.give("down", DROP);
    tap.outbox.opened(0);
    assert.deepEqual([tap.takeSent(), await tap.takeEnded()], [[], ["early NOT_CONNECTED", "down NOT_CONNECTED"]]);
  });

  it("[CMD7] drop: sent and cut off, nobody knows whether it ran, and it is not sent again", async () => {
    const tap = WireTap.open();
    tap.give("a", DROP);
    tap.give("must");
    tap.outbox.closed();
    assert.deepEqual(await tap.takeEnded(), ["a COMMAND_UNANSWERED"]);
    tap.takeSent();
    tap.outbox.opened(0);
    assert.deepEqual(tap.takeSent(), [2]);
    tap.answer(1, 2);
    assert.deepEqual(await tap.takeEnded(), ["must 2"]);
  });

  it("[CMD7] drop: while the connection is there and the server has not said how far it ran, it waits for that", async () => {
    const tap = new WireTap();
    tap.isConnected = true;
    tap.give("a", DROP);
    tap.give("b", DROP);
    assert.deepEqual([tap.takeSent(), await tap.takeEnded()], [[], []]);
    tap.outbox.opened(0);
    assert.deepEqual(tap.takeSent(), [1, 2]);
    tap.close();
    tap.isConnected = true;
    tap.give("c", DROP);
    tap.close();
    const ended = ["a COMMAND_UNANSWERED", "b COMMAND_UNANSWERED", "c NOT_CONNECTED"];
    assert.deepEqual(await tap.takeEnded(), ended);
  });

  it("[CMD7] drop: one that waited behind 48 others was not sent", async () => {
    const tap = WireTap.open();
    tap.giveMany(48);
    tap.give("a", DROP);
    tap.outbox.closed();
    assert.deepEqual(await tap.takeEnded(), ["a NOT_CONNECTED"]);
  });
});

describe("time to live of a command", () => {
  it("[CMD7] expires before it was sent: COMMAND_EXPIRED at that moment, and it is never sent", async () => {
    const tap = new WireTap();
    tap.give("a", { ttlMs: 1_000 });
    tap.clock.advance(999);
    assert.deepEqual(await tap.takeEnded(), []);
    tap.clock.advance(1);
    assert.deepEqual(await tap.takeEnded(), ["a COMMAND_EXPIRED"]);
    tap.outbox.opened(0);
    assert.deepEqual(tap.takeSent(), []);
  });

  it("[CMD7] sent, then cut off, then expired: the server says whether it ran", async () => {
    const tap = WireTap.open();
    tap.give("ran", { ttlMs: 1_000 });
    tap.give("lost", { ttlMs: 1_000 });
    tap.outbox.closed();
    tap.clock.advance(5_000);
    assert.deepEqual(await tap.takeEnded(), [], "only the server knows");
    tap.takeSent();
    tap.outbox.opened(1);
    assert.deepEqual([tap.takeSent(), await tap.takeEnded()], [[], ["lost COMMAND_EXPIRED"]]);
    tap.answer(1);
    assert.deepEqual(await tap.takeEnded(), ["ran 1"]);
  });

  it("[CMD7] sent in time and slow to be answered: the answer counts", async () => {
    const tap = WireTap.open();
    tap.give("a", { ttlMs: 1_000 });
    tap.clock.advance(10_000);
    tap.answer(1);
    assert.deepEqual(await tap.takeEnded(), ["a 1"]);
    assert.equal(tap.clock.waiting, 0);
  });

  it("[CMD7] an answer in time stops the clock", async () => {
    const tap = WireTap.open();
    tap.give("a", { ttlMs: 1_000 });
    tap.answer(1);
    assert.equal(tap.clock.waiting, 0);
  });
});

describe("commands over a reload", () => {
  it("[CL7] what was sent and not answered is kept, and sent again under its number; nobody here waits for it", () => {
    const before = WireTap.open();
    before.giveMany(3);
    before.answer(1);
    before.give("whim", LATEST, "aim");
    before.give("shot", DROP, "aim");
    const { kept } = before.outbox;
    assert.deepEqual(
      kept.map(({ id, name }) => [id, name]),
      [
        [2, "add"],
        [3, "add"],
      ],
    );
    const after = new WireTap();
    after.outbox.restore(kept);
    assert.deepEqual(
      after.outbox.pending.map(({ id, payload }) => [id, payload]),
      [
        [2, { label: "c2" }],
        [3, { label: "c3" }],
      ],
    );
    after.outbox.opened(2);
    assert.deepEqual(after.takeSent(), [3]);
    assert.deepEqual([...after.items[0]!.payload], [...before.items[2]!.payload]);
  });

  it("[CL7] what was never sent is kept, too, in its order, and gets its number from the page after", async () => {
    const before = WireTap.open();
    before.give("sent");
    before.close();
    before.give("in the tunnel");
    before.give("later", { ttlMs: 5_000 });
    before.give("further in");
    const { kept } = before.outbox;
    assert.deepEqual(
      kept.map(({ id }) => id),
      [1, 2, 4],
    );
    const after = new WireTap();
    after.outbox.restore(kept);
    after.give("new");
    after.outbox.opened(1);
    assert.deepEqual(after.takeSent(), [2, 4, 5]);
    after.answer(2, 4, 5);
    assert.deepEqual(await after.takeEnded(), ["new 5"]);
  });

  it("[CL7] what another page with the same seat has run meanwhile is not run again, and new ones get numbers above it", async () => {
    const kept = range(3, 5).map((id) => ({ id, name: "add", payload: "wA==" }));
    const after = new WireTap();
    after.outbox.restore(kept);
    after.give("new");
    after.give("newer");
    after.outbox.opened(6);
    assert.deepEqual(after.takeSent(), [8, 9]);
    after.answer(8, 9);
    assert.deepEqual(await after.takeEnded(), ["new 8", "newer 9"]);
    assert.deepEqual(after.outbox.pending, []);
  });

  it("[CL7] new commands get numbers above every one of before, also of those that were answered", async () => {
    const after = new WireTap();
    after.outbox.restore([{ id: 9, name: "add", payload: "wA==" }]);
    after.give("new");
    after.outbox.opened(12);
    assert.deepEqual(after.takeSent(), [13]);
    after.answer(9, 13);
    assert.deepEqual(await after.takeEnded(), ["new 13"]);
    assert.deepEqual(after.outbox.pending, []);
  });

  it("[CL7] restored ones count against the in-flight cap, and drained() waits for them", async () => {
    const after = new WireTap();
    after.outbox.restore(range(1, 48).map((id) => ({ id, name: "add", payload: "wA==" })));
    after.give("new");
    after.outbox.opened(0);
    assert.deepEqual(after.takeSent(), range(1, 48));
    let drained = false;
    void after.outbox.drained().then(() => (drained = true));
    after.answer(...range(1, 49));
    assert.deepEqual(await after.takeEnded(), ["new 49"]);
    assert.ok(drained);
  });

  it("[CL7] what has to outlive the page is told when it is given, before anything can happen to the page", () => {
    const tap = WireTap.open();
    tap.give("a");
    assert.equal(tap.added, 1);
    tap.close();
    tap.give("b");
    assert.equal(tap.added, 2);
  });
});
