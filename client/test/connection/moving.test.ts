/** A seat that may be reached at several addresses, or at one whose process comes and goes: where each attempt goes, and when. */
import assert from "node:assert/strict";
import { CloseReason, CODES, Random, seedWords } from "@ninelives/shared-schema";
import { FakeLine, type LineOptions } from "./fake-line.ts";

const LOST = 1006;
const { MAY_TRY_RECONNECT, FAILED_TO_RECONNECT, CONSENTED } = CODES;
const DOORS = ["b:1", "c:1"];

/** In the room through `a:1`, and then `b:1` and `c:1`: with `random` 0.5 the others stay in the order they are given in. */
const joined = (options: LineOptions = {}) => FakeLine.joined({ doors: DOORS, ...options });

function seeded(seed: number): () => number {
  const chance = new Random(seedWords(seed));
  return () => chance.range(0, 1);
}

describe("several doors", () => {
  it("[MOV1] after a cut the one that worked comes first; whoever refuses is passed over at once", () => {
    const line = joined();
    line.socket.closeBy(LOST);
    line.clock.advance(100);
    line.socket.refuse();
    line.socket.refuse();
    assert.deepEqual(line.ways, ["0 a:1", "100 a:1", "100 b:1", "100 c:1"]);
    assert.deepEqual(line.changes, ["0 CONNECTED > RECONNECTING LINK_LOST"], "one attempt, three doors");
    line.letIn();
    assert.deepEqual(line.connection.detail, { name: "CONNECTED", sinceMs: line.clock.now(), downMs: 100 });
    line.socket.closeBy(LOST);
    line.clock.advance(100);
    assert.equal(line.socket.url, "c:1");
  });

  it("[MOV1] one that does not open within 1 s is passed over, and not heard any more", () => {
    const line = joined();
    line.socket.closeBy(LOST);
    line.clock.advance(1_099);
    assert.equal(line.sockets.length, 2);
    line.clock.advance(1);
    assert.deepEqual(line.ways.slice(1), ["100 a:1", "1100 b:1"]);
    const [, late, next] = line.sockets;
    assert.ok(late!.isClosed);
    late!.open();
    late!.closeBy(FAILED_TO_RECONNECT.code);
    next!.open();
    line.clock.advance(5_000);
    assert.equal(line.sockets.length, 3, "one that has opened may take its time");
    line.letIn();
    assert.equal(line.connection.state, "CONNECTED");
  });

  it("[MOV1] one that opened and lets nobody in is given up 10 s after it was tried", () => {
    const line = joined();
    line.socket.closeBy(LOST);
    line.clock.advance(600);
    line.socket.open();
    line.clock.advance(9_499);
    assert.equal(line.sockets.length, 2);
    line.clock.advance(1);
    assert.equal(line.changes.at(-1), "10100 RECONNECTING > RECONNECTING UNREACHABLE");
    line.clock.advance(1_000);
    assert.equal(line.socket.url, "b:1");
  });

  it("[MOV1] where none opens in time each gets twice as long the next time: a slow network is no dead one", () => {
    const line = joined({ random: () => 0.5 });
    line.socket.closeBy(LOST);
    line.clock.advance(50_000);
    const gaps = line.openedMs.slice(2).map((ms, index) => ms - line.openedMs[index + 1]!);
    assert.deepEqual(gaps.slice(0, 9), [1_000, 1_000, 2_000, 2_000, 2_000, 4_000, 4_000, 4_000, 8_000]);
  });

  it("[MOV1] one that opens late is reached in the end, also while another sends us to it again and again", () => {
    const line = joined({ doors: ["b:1"] });
    line.lifeline.reconnectForMs = 60_000;
    line.socket.closeBy(LOST);
    const neededMs = 3_000;
    while (line.ms < 30_000 && line.connection.state !== "CONNECTED") {
      line.clock.advance(5);
      const { socket } = line;
      if (socket.isClosed) continue;
      if (socket.url === "b:1") socket.closeBy(CODES.MOVED.code, CloseReason.moved("a:1"));
      else if (line.ms - socket.openedMs >= neededMs) line.letIn();
    }
    assert.equal(line.connection.state, "CONNECTED");
    assert.ok(line.ms < 12_000, `after ${line.ms} ms`);
  });

  it("[MOV1] `openMs` says how long; the only door there is has all the time", () => {
    const quick = joined({ backoff: { openMs: 300 } });
    quick.socket.closeBy(LOST);
    quick.clock.advance(400);
    assert.deepEqual(quick.ways.slice(1), ["100 a:1", "400 b:1"]);
    const only = FakeLine.joined();
    only.socket.closeBy(LOST);
    only.clock.advance(10_099);
    assert.deepEqual(only.ways, ["0 a:1", "100 a:1"]);
  });

  it("[MOV2] after silence another one comes first: the process may be frozen", () => {
    const line = joined();
    line.clock.advance(3_000);
    assert.deepEqual(line.changes, ["3000 CONNECTED > RECONNECTING LINK_DEAD"]);
    line.clock.advance(100);
    for (let door = 0; door < 2; door++) line.socket.refuse();
    assert.deepEqual(line.ways.slice(1), ["3100 b:1", "3100 c:1", "3100 a:1"]);
  });

  it("[MOV2] a frozen process that we are sent back to has 300 ms to open, so the one that is asked next knows soon", () => {
    const line = joined();
    line.clock.advance(3_100);
    const sentBack = () => line.socket.closeBy(CODES.MOVED.code, CloseReason.moved("a:1"));
    sentBack();
    line.clock.advance(15);
    assert.deepEqual(line.ways.slice(1), ["3100 b:1", "3115 a:1"]);
    line.clock.advance(300);
    assert.deepEqual(line.ways.slice(3), ["3415 b:1"]);
    sentBack();
    line.clock.advance(315);
    assert.deepEqual(line.ways.slice(3), ["3415 b:1", "3430 a:1", "3730 b:1"]);
    line.letIn();
    line.socket.closeBy(CODES.MOVED.code, CloseReason.moved("a:1"));
    line.clock.advance(15 + 999);
    assert.equal(line.socket.url, "a:1", "who has returned suspects nobody");
  });

  it("[MOV2] one that is slow and not frozen gets its time after four tries", () => {
    const two = joined({ doors: ["b:1"] });
    two.lifeline.reconnectForMs = 60_000;
    two.clock.advance(3_000);
    while (two.ms < 30_000 && two.connection.state !== "CONNECTED") {
      two.clock.advance(5);
      const { socket } = two;
      if (socket.isClosed) continue;
      if (socket.url === "b:1") socket.closeBy(CODES.MOVED.code, CloseReason.moved("a:1"));
      else if (two.ms - socket.openedMs >= 800) two.letIn();
    }
    assert.ok(two.connection.state === "CONNECTED" && two.ms < 3_000 + 4 * 350 + 1_500, `after ${two.ms} ms`);
  });

  it("[MOV2] so it does when the server says no more than come again; one that says when is asked itself", () => {
    const line = joined();
    line.socket.closeBy(MAY_TRY_RECONNECT.code);
    line.clock.advance(100);
    assert.equal(line.socket.url, "b:1");
    line.letIn();
    line.socket.closeBy(MAY_TRY_RECONNECT.code, CloseReason.retryAfter(100));
    line.clock.advance(200);
    assert.equal(line.socket.url, "b:1");
  });

  it("[MOV2] one that opens and sends us away without a word makes room for the next one", () => {
    const line = joined();
    line.socket.closeBy(LOST);
    line.clock.advance(100);
    line.socket.closeBy(MAY_TRY_RECONNECT.code);
    line.clock.advance(150);
    line.socket.closeBy(LOST);
    line.clock.advance(150);
    assert.deepEqual(line.ways.slice(1), ["100 a:1", "250 b:1", "400 c:1"]);
  });

  it("[MOV4] in the first 3 s rounds are 150 ms apart, then as ever", () => {
    const line = joined();
    line.lifeline.reconnectForMs = 120_000;
    line.socket.closeBy(LOST);
    while (line.ms < 11_000) {
      if (line.socket.isClosed) line.clock.advance(10);
      else line.socket.refuse();
    }
    const rounds = line.sockets.filter(({ url }) => url === "a:1").slice(1);
    const soon = Array.from({ length: 21 }, (_, round) => 100 + 150 * round);
    assert.deepEqual(
      rounds.map(({ openedMs }) => openedMs),
      [...soon, 4_100, 6_100, 10_100],
    );
  });

  it("[MOV1] a first connection tries each of them once, and has no second round", () => {
    const line = new FakeLine({ doors: DOORS });
    line.lifeline.begin();
    line.socket.refuse();
    line.clock.advance(3_333);
    assert.deepEqual(line.ways, ["0 a:1", "0 b:1"], "they share the 10 s");
    line.clock.advance(1);
    line.socket.refuse();
    assert.deepEqual(line.ways.at(-1), "3334 c:1");
    assert.deepEqual(line.told, [`refused ${LOST}`, "ended LINK_LOST"]);
    assert.equal(line.clock.waiting, 0);
  });

  it("[MOV1] a code that ends a seat ends it behind any door", () => {
    const line = joined();
    line.socket.closeBy(LOST);
    line.clock.advance(100);
    line.socket.refuse();
    line.socket.closeBy(FAILED_TO_RECONNECT.code);
    assert.match(line.changes.at(-1)!, /DISCONNECTED FAILED_TO_RECONNECT/);
    assert.deepEqual([line.clock.waiting, line.sockets.length], [0, 3]);
  });

  it("[MOV1] who leaves says goodbye behind whichever door opens", () => {
    const line = joined();
    line.socket.closeBy(LOST);
    line.lifeline.leave();
    line.clock.advance(100);
    line.socket.refuse();
    line.letIn();
    assert.deepEqual([line.told.at(-1), line.socket.url], ["goodbye", "b:1"]);
    line.socket.closeBy(CONSENTED.code);
    assert.deepEqual([line.clock.waiting, line.connection.state], [0, "DISCONNECTED"]);
  });
});

describe("one door whose process is started again", () => {
  it("[MOV4] is knocked at every 100 to 200 ms for 3 s while it refuses, then as ever", () => {
    const line = FakeLine.joined();
    line.lifeline.reconnectForMs = 120_000;
    line.socket.closeBy(LOST);
    while (line.ms < 8_000) {
      if (line.socket.isClosed) line.clock.advance(10);
      else line.socket.refuse();
    }
    const soon = Array.from({ length: 21 }, (_, round) => 100 + 150 * round);
    assert.deepEqual(line.openedMs, [0, ...soon, 4_100, 6_100]);
    const { detail } = line.connection;
    assert.ok(detail.name === "RECONNECTING" && detail.attempt === 24, "every attempt is counted");
  });

  it("[MOV4] no two of 200 clients knock in step", () => {
    const lines = Array.from({ length: 200 }, (_, seed) => FakeLine.joined({ random: seeded(seed + 1) }));
    for (const line of lines) {
      line.socket.closeBy(LOST);
      for (let step = 0; step < 1_500; step++) {
        line.clock.advance(1);
        if (!line.socket.isClosed) line.socket.refuse();
      }
    }
    for (let attempt = 1; attempt <= 6; attempt++) {
      const moments = lines.map(({ openedMs }) => openedMs[attempt]!);
      assert.equal(new Set(moments).size, lines.length, `attempt ${attempt}`);
      const spread = Math.max(...moments) - Math.min(...moments);
      assert.ok(spread > 150, `attempt ${attempt}: within ${spread} ms`);
    }
  });
});
