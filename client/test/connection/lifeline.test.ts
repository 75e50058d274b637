/** A connection that is kept alive, step by step: when it opens a socket, when it gives up, and what it says of it. */
import assert from "node:assert/strict";
import { CloseReason, CODES } from "@ninelives/shared-schema";
import { FakeLine } from "./fake-line.ts";

const LOST = 1006;
const { CONSENTED, UNREACHABLE, MAY_TRY_RECONNECT } = CODES;

describe("lifeline", () => {
  it("[CL1] opens one socket, takes bytes as buffers, and is connected once the room lets it in", () => {
    const line = new FakeLine();
    line.lifeline.begin();
    assert.deepEqual([line.sockets.length, line.socket.binaryType, line.lifeline.isOpen], [1, "arraybuffer", false]);
    line.clock.advance(30);
    line.letIn();
    assert.deepEqual(line.changes, ["30 CONNECTING > CONNECTED JOINED"]);
    assert.deepEqual(line.connection.detail, { name: "CONNECTED", sinceMs: line.clock.now(), downMs: 0 });
    line.lifeline.send(Uint8Array.of(7));
    assert.deepEqual(line.socket.sent, [Uint8Array.of(7)]);
  });

  it("[CL1] a first connection that closes, or is not let in within 10 s, is refused and final", () => {
    const closed = new FakeLine();
    closed.lifeline.begin();
    closed.socket.closeBy(LOST);
    assert.deepEqual(closed.told, [`refused ${LOST}`, "ended LINK_LOST"]);
    const silent = new FakeLine();
    silent.lifeline.begin();
    silent.clock.advance(9_999);
    assert.equal(silent.connection.state, "CONNECTING");
    silent.clock.advance(1);
    assert.deepEqual(silent.told, [`refused ${UNREACHABLE.code} no answer`, "ended UNREACHABLE"]);
    for (const { clock, socket, connection } of [closed, silent]) {
      assert.deepEqual([clock.waiting, socket.isClosed, connection.state], [0, true, "DISCONNECTED"]);
    }
  });

  it("[CL3] attempts: 100 ms after the drop, then 1, 2, 4, 8, 16 and 30 s after each failure", () => {
    const line = FakeLine.joined();
    line.lifeline.reconnectForMs = 120_000;
    line.socket.closeBy(LOST);
    for (let attempt = 1; attempt <= 8; attempt++) {
      while (line.sockets.length === attempt) line.clock.advance(100);
      line.socket.closeBy(LOST);
      const { detail } = line.connection;
      assert.ok(detail.name === "RECONNECTING" && detail.attempt === attempt + 1);
    }
    assert.deepEqual(line.openedMs, [0, 100, 1_100, 3_100, 7_100, 15_100, 31_100, 61_100, 91_100]);
    assert.ok(line.changes.slice(1).every((change) => change.endsWith("RECONNECTING > RECONNECTING UNREACHABLE")));
  });

  it("[CL3] an attempt that nobody answers ends after 10 s, and the next one follows", () => {
    const line = FakeLine.joined();
    line.socket.closeBy(LOST);
    line.clock.advance(11_100);
    assert.deepEqual(line.openedMs, [0, 100, 11_100]);
    assert.ok(line.sockets[1]!.isClosed);
  });

  it("[CL3] the first attempt after a return is a fast one again", () => {
    const line = FakeLine.joined();
    line.socket.closeBy(LOST);
    line.clock.advance(100);
    line.socket.closeBy(LOST);
    line.clock.advance(1_000);
    line.letIn();
    assert.match(line.changes.at(-1)!, /1100 RECONNECTING > CONNECTED RESUMED/);
    line.socket.closeBy(LOST);
    line.clock.advance(100);
    assert.deepEqual(line.openedMs, [0, 100, 1_100, 1_200]);
  });

  it("[CL3] retry-after-ms of the closing server wins, once", () => {
    const line = FakeLine.joined({ random: () => 0 });
    line.socket.closeBy(MAY_TRY_RECONNECT.code, CloseReason.retryAfter(7_000));
    line.clock.advance(6_999);
    assert.equal(line.sockets.length, 1);
    line.clock.advance(1);
    line.socket.closeBy(MAY_TRY_RECONNECT.code, "busy, retry-after-ms=3000");
    line.clock.advance(3_000);
    line.socket.closeBy(LOST);
    line.clock.advance(10_000);
    assert.deepEqual(line.openedMs.slice(0, 4), [0, 7_000, 10_000, 11_600]);
  });

  it("[CL3] two clients of one server that went down do not come back in step", () => {
    const [ada, bob] = [0.1, 0.9].map((chance) => FakeLine.joined({ random: () => chance }));
    for (const line of [ada!, bob!]) {
      for (let attempt = 0; attempt < 4; attempt++) {
        line.socket.closeBy(LOST);
        const { length } = line.sockets;
        while (line.sockets.length === length) line.clock.advance(10);
      }
    }
    for (const openedMs of ada!.openedMs.slice(1)) assert.ok(!bob!.openedMs.includes(openedMs));
  });

  it("gives up when the seat is not held any more, after one last attempt at that moment", () => {
    const line = FakeLine.joined();
    line.lifeline.reconnectForMs = 5_000;
    line.socket.closeBy(LOST);
    for (let step = 0; step < 200 && line.connection.state === "RECONNECTING"; step++) {
      line.clock.advance(100);
      if (!line.socket.isClosed) line.socket.closeBy(LOST);
    }
    assert.deepEqual(line.openedMs, [0, 100, 1_100, 3_100, 5_000]);
    assert.match(line.changes.at(-1)!, /^5000 RECONNECTING > DISCONNECTED GAVE_UP/);
    assert.equal(line.told.at(-1), "ended GAVE_UP");
    assert.equal(line.clock.waiting, 0);
  });

  it("makes one attempt also where no seat is held, and gives up after it", () => {
    const line = FakeLine.joined();
    line.lifeline.reconnectForMs = 0;
    line.clock.advance(10);
    line.socket.closeBy(LOST);
    line.clock.advance(0);
    assert.deepEqual([line.openedMs, line.connection.state], [[0, 10], "RECONNECTING"]);
    line.socket.closeBy(LOST);
    assert.match(line.changes.at(-1)!, /DISCONNECTED GAVE_UP/);
  });

  it("[CL4] a silent connection is dropped as LINK_DEAD 3 s after its last frame; with a command waiting after 1.7 s", () => {
    const quiet = FakeLine.joined();
    quiet.clock.advance(3_000);
    assert.deepEqual(quiet.changes, ["3000 CONNECTED > RECONNECTING LINK_DEAD"]);
    assert.deepEqual(quiet.told, ["frame", "ping", "ping", "dropped"]);
    assert.ok(quiet.sockets[0]!.isClosed);
    const asking = FakeLine.joined();
    asking.lifeline.owed(true);
    asking.clock.advance(1_700);
    assert.deepEqual(asking.changes, ["1700 CONNECTED > RECONNECTING LINK_DEAD"]);
  });

  it("[CL4] every frame counts: one that keeps talking is kept, and is not even asked", () => {
    const line = FakeLine.joined();
    for (let frame = 0; frame < 100; frame++) {
      line.clock.advance(900);
      line.socket.frame();
    }
    assert.deepEqual([line.changes, line.told.includes("ping")], [[], false]);
  });

  it("[CL4] a device that slept an hour asks once, and stays when it is answered", () => {
    const line = FakeLine.joined();
    line.clock.stall(3_600_000);
    assert.deepEqual([line.told, line.changes], [["frame", "ping"], []]);
    line.socket.frame();
    line.clock.advance(900);
    assert.deepEqual([line.sockets.length, line.connection.state], [1, "CONNECTED"]);
  });

  it("[CL5] offline drops at once; online tries at once in place of waiting, and starts the schedule anew", () => {
    const line = FakeLine.joined();
    line.page.tell("offline");
    assert.deepEqual(line.changes, ["0 CONNECTED > RECONNECTING OFFLINE"]);
    line.clock.advance(100);
    line.socket.closeBy(LOST);
    line.clock.advance(1_000);
    line.socket.closeBy(LOST);
    line.clock.advance(500);
    line.page.tell("online");
    assert.deepEqual(line.openedMs, [0, 100, 1_100, 1_600]);
    line.page.tell("online");
    line.page.show("visible");
    assert.equal(line.sockets.length, 4, "an attempt under way is left alone");
    line.socket.closeBy(LOST);
    line.clock.advance(100);
    assert.deepEqual(line.openedMs.at(-1), 1_700);
  });

  it("[CL5] a page that is seen again tries at once; hints change nothing while connected", () => {
    const line = FakeLine.joined();
    line.page.tell("online");
    line.page.show("hidden");
    line.page.show("visible");
    assert.deepEqual([line.sockets.length, line.changes], [1, []]);
    line.socket.closeBy(LOST);
    line.page.tell("offline");
    assert.equal(line.changes.length, 1, "already known");
    line.page.show("visible");
    assert.deepEqual(line.openedMs, [0, 0]);
  });

  it("what an older socket still says is not heard", () => {
    const line = FakeLine.joined();
    const [old] = line.sockets;
    line.lifeline.cut();
    line.clock.advance(100);
    line.letIn();
    const told = line.told.length;
    old!.frame();
    old!.closeBy(CODES.FAILED_TO_RECONNECT.code);
    assert.deepEqual([line.told.length, line.connection.state], [told, "CONNECTED"]);
  });

  it("abandon() lets go of everything without a word", () => {
    const line = FakeLine.joined();
    line.lifeline.abandon();
    assert.deepEqual([line.clock.waiting, line.socket.isClosed, line.page.listeners], [0, true, 0]);
    assert.ok(!line.told.includes("goodbye"));
    assert.equal(CONSENTED.code, 4000);
  });
});
