/** leave() in each of the four states: done at once for the app, said to the server as soon as it can be. */
import assert from "node:assert/strict";
import { CODES } from "@ninelives/shared-schema";
import { FakeLine } from "./fake-line.ts";

const LOST = 1006;

/** Nothing is left of it: no timer, no listener, no open socket. */
function assertGone({ clock, page, sockets, connection }: FakeLine): void {
  assert.deepEqual(connection.detail, { name: "DISCONNECTED", reason: "CONSENTED" });
  assert.deepEqual([clock.waiting, page.listeners], [0, 0]);
  assert.ok(sockets.every(({ isClosed }) => isClosed));
}

describe("leave()", () => {
  it("[CL1] CONNECTED: says goodbye, and ends when the server closes", () => {
    const line = FakeLine.joined();
    line.lifeline.leave();
    assert.deepEqual([line.told.at(-1), line.connection.state], ["goodbye", "CONNECTED"]);
    line.clock.advance(50);
    line.socket.closeBy(CODES.CONSENTED.code);
    assert.deepEqual(line.changes, ["50 CONNECTED > DISCONNECTED CONSENTED"]);
    assertGone(line);
  });

  it("[CL1] CONNECTED, and the server says nothing: ends after 1 s, whatever it is closed with", () => {
    const silent = FakeLine.joined();
    silent.lifeline.leave();
    silent.clock.advance(1_000);
    assert.deepEqual(silent.changes, ["1000 CONNECTED > DISCONNECTED CONSENTED"]);
    assertGone(silent);
    for (const code of [LOST, CODES.SERVER_SHUTDOWN.code, CODES.MAY_TRY_RECONNECT.code]) {
      const line = FakeLine.joined();
      line.lifeline.leave();
      line.socket.closeBy(code);
      assertGone(line);
    }
  });

  it("[CL1] RECONNECTING: ends at once for the app; the next attempt only says goodbye", () => {
    const line = FakeLine.joined();
    line.socket.closeBy(LOST);
    line.lifeline.leave();
    assert.deepEqual(line.changes.slice(1), ["0 RECONNECTING > DISCONNECTED CONSENTED"]);
    line.clock.advance(100);
    assert.equal(line.sockets.length, 2);
    line.letIn();
    assert.equal(line.told.at(-1), "goodbye");
    assert.equal(line.connection.state, "DISCONNECTED");
    line.socket.closeBy(CODES.CONSENTED.code);
    assertGone(line);
  });

  it("[CL1] RECONNECTING with an attempt under way: that one says goodbye", () => {
    const line = FakeLine.joined();
    line.socket.closeBy(LOST);
    line.clock.advance(100);
    line.lifeline.leave();
    assert.equal(line.connection.state, "DISCONNECTED");
    line.letIn();
    assert.deepEqual([line.told.at(-1), line.sockets.length], ["goodbye", 2]);
    line.clock.advance(1_000);
    assertGone(line);
  });

  it("RECONNECTING, and nobody answers: a few attempts, then the seat is left to run out", () => {
    const line = FakeLine.joined();
    line.socket.closeBy(LOST);
    line.lifeline.leave();
    for (let step = 0; step < 1_000; step++) {
      line.clock.advance(100);
      if (!line.socket.isClosed) line.socket.closeBy(LOST);
    }
    assert.deepEqual(line.openedMs, [0, 100, 1_100, 3_100]);
    assert.ok(!line.told.includes("goodbye"));
    assertGone(line);
  });

  it("RECONNECTING, and the seat is gone: nothing more to say", () => {
    const line = FakeLine.joined();
    line.socket.closeBy(LOST);
    line.lifeline.leave();
    line.clock.advance(100);
    line.socket.closeBy(CODES.FAILED_TO_RECONNECT.code);
    line.clock.advance(60_000);
    assert.equal(line.sockets.length, 2);
    assertGone(line);
  });

  it("[CL1] CONNECTING: ends at once; a room that lets it in after all is told goodbye", () => {
    const line = new FakeLine();
    line.lifeline.begin();
    line.lifeline.leave();
    assert.deepEqual(line.changes, ["0 CONNECTING > DISCONNECTED CONSENTED"]);
    line.letIn();
    assert.equal(line.told.at(-1), "goodbye");
    line.socket.closeBy(CODES.CONSENTED.code);
    assert.deepEqual(line.changes.length, 1);
    assertGone(line);
  });

  it("[CL1] DISCONNECTED: nothing", () => {
    const line = FakeLine.joined();
    line.socket.closeBy(CODES.FAILED_TO_RECONNECT.code);
    const { told, changes } = line;
    const before = [told.length, changes.length];
    line.lifeline.leave();
    line.lifeline.leave();
    assert.deepEqual([told.length, changes.length], before);
    assert.deepEqual(line.connection.detail, { name: "DISCONNECTED", reason: "FAILED_TO_RECONNECT" });
    assert.equal(line.clock.waiting, 0);
  });

  it("hints of a browser bring a player who left back into nothing", () => {
    const line = FakeLine.joined();
    line.socket.closeBy(LOST);
    line.lifeline.leave();
    assert.equal(line.page.listeners, 0);
    line.lifeline.tryNow();
    line.lifeline.offline();
    assert.equal(line.sockets.length, 1);
  });
});
