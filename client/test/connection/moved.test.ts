/** A server that sends a client elsewhere: how soon it is followed, and how often. */
import assert from "node:assert/strict";
import { CloseReason, CODES, LIMITS } from "@ninelives/shared-schema";
import { FakeLine, type LineOptions } from "./fake-line.ts";

const LOST = 1006;
const { MOVED } = CODES;

/** In the room through `a:1`; then come `b:1` and `c:1`. */
const joined = (options: LineOptions = {}) => FakeLine.joined({ doors: ["b:1", "c:1"], ...options });

describe("a seat that moved", () => {
  const sentTo = (line: FakeLine, address: string) => line.socket.closeBy(MOVED.code, CloseReason.moved(address));

  it("[MOV3] is taken where the server says, within 30 ms, and the app is told why", () => {
    for (const [chance, ms] of [
      [0, 0],
      [0.5, 15],
      [0.999, 30],
    ] as const) {
      const line = joined({ random: () => chance });
      sentTo(line, "d:7");
      line.clock.advance(ms);
      assert.deepEqual([line.sockets.length, line.socket.url], [2, "d:7"]);
      assert.deepEqual(line.changes, ["0 CONNECTED > RECONNECTING MOVED"]);
      line.letIn();
      assert.match(line.changes.at(-1)!, /RECONNECTING > CONNECTED RESUMED/);
    }
  });

  it("[MOV3] an attempt that is sent on is told so, and is no failed one", () => {
    const line = joined();
    line.socket.closeBy(LOST);
    line.clock.advance(100);
    line.socket.refuse();
    sentTo(line, "d:7");
    assert.equal(line.changes.at(-1), "100 RECONNECTING > RECONNECTING MOVED");
    const { detail } = line.connection;
    assert.ok(detail.name === "RECONNECTING" && detail.attempt === 1);
    line.clock.advance(15);
    assert.deepEqual(line.ways.slice(1), ["100 a:1", "100 b:1", "115 d:7"]);
  });

  it("[MOV3] where nobody opens there after all, the others are tried at once", () => {
    const line = joined();
    sentTo(line, "d:7");
    line.clock.advance(15);
    line.socket.refuse();
    assert.deepEqual(line.ways.slice(1), ["15 d:7", "15 a:1"]);
  });

  it("[MOV3] is followed 5 times in a row, then as after any attempt that failed; a return forgives", () => {
    const line = joined();
    for (let move = 1; move <= LIMITS.movesInRow; move++) {
      sentTo(line, `d:${move}`);
      line.clock.advance(15);
      assert.equal(line.socket.url, `d:${move}`);
    }
    sentTo(line, "e:1");
    line.clock.advance(99);
    assert.equal(line.socket.url, "d:5");
    assert.equal(line.changes.at(-1), "75 RECONNECTING > RECONNECTING UNREACHABLE");
    line.clock.advance(1);
    assert.deepEqual(line.ways.at(-1), "175 e:1");
    line.letIn();
    sentTo(line, "d:1");
    line.clock.advance(15);
    assert.deepEqual(line.ways.at(-1), "190 d:1");
  });

  it("[MOV3] two processes that send us to each other cost a few attempts a round, not a flood", () => {
    const line = joined();
    line.lifeline.reconnectForMs = 60_000;
    sentTo(line, "b:1");
    while (line.ms < 30_000) {
      line.clock.advance(5);
      if (!line.socket.isClosed) sentTo(line, line.socket.url === "b:1" ? "a:1" : "b:1");
    }
    assert.ok(line.sockets.length < 120, `${line.sockets.length} attempts in 30 s`);
  });

  it("[MOV3] a first connection follows as well, and is refused where it is sent on and on", () => {
    const line = new FakeLine();
    line.lifeline.begin();
    sentTo(line, "d:7");
    line.clock.advance(15);
    assert.deepEqual(line.ways, ["0 a:1", "15 d:7"]);
    line.letIn();
    assert.deepEqual(line.changes, ["15 CONNECTING > CONNECTED JOINED"]);
    const lost = new FakeLine();
    lost.lifeline.begin();
    for (let move = 0; move <= LIMITS.movesInRow; move++) {
      sentTo(lost, "d:7");
      lost.clock.advance(15);
    }
    assert.deepEqual([lost.told.at(-1), lost.clock.waiting], ["ended MOVED", 0]);
  });

  it("[MOV3] without an address that can be read it is an attempt like any other", () => {
    for (const reason of ["", "moved-to=", "moved-to=nowhere", "moved-to=http://d:7", "moved-to=d:7 x", "retry"]) {
      const line = FakeLine.joined();
      line.socket.closeBy(MOVED.code, reason);
      line.clock.advance(99);
      assert.equal(line.sockets.length, 1, reason);
      line.clock.advance(1);
      assert.deepEqual(line.ways, ["0 a:1", "100 a:1"], reason);
    }
  });

  it("[MOV3] who leaves meanwhile says goodbye where the seat is now", () => {
    const line = joined();
    sentTo(line, "d:7");
    line.lifeline.leave();
    line.clock.advance(15);
    line.letIn();
    assert.deepEqual([line.told.at(-1), line.socket.url], ["goodbye", "d:7"]);
  });
});
