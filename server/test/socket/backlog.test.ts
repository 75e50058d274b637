/** What waits for a socket, weighed: a socket that says what a test lets it say, and a clock moved by hand. */
import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { LIMITS } from "@ninelives/shared-schema";
import { beforeEach, describe, it } from "mocha";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import { settle } from "../../../test/support/until.ts";
import { Backlog, closeSlow, isBehind } from "../../src/socket/backlog.ts";

const KB = 1024;

/** Takes what it is sent into its queue, or, while `reads`, off it at once. */
class FakeSocket extends EventEmitter {
  readyState = 1;
  bufferedAmount = 0;
  reads = false;
  readonly done: string[] = [];
  pongs = 0;
  readonly #written: (() => void)[] = [];

  send(data: Uint8Array, _options?: object, written?: () => void): void {
    if (!this.reads) this.bufferedAmount += data.length;
    if (written === undefined) return;
    if (this.reads) process.nextTick(written);
    else this.#written.push(written);
  }

  pong(data: Uint8Array, _mask: boolean, written: () => void): void {
    this.pongs++;
    this.send(data, undefined, written);
  }

  /** Takes so much of the queue; all of it: and everything is written. */
  take(bytes = this.bufferedAmount): void {
    this.bufferedAmount -= bytes;
    if (this.bufferedAmount === 0) for (const written of this.#written.splice(0)) written();
  }

  close(code: number, reason: string): void {
    this.readyState = 2;
    this.done.push(`close ${code} ${reason}`);
  }

  terminate(): void {
    this.done.push("terminate");
    this.emit("close");
  }
}

describe("a socket's backlog", () => {
  let socket: FakeSocket;
  let clock: ManualClock;
  let slow: string[];
  const send = (bytes: number, times = 1) => {
    for (let time = 0; time < times; time++) socket.send(new Uint8Array(bytes));
  };
  beforeEach(() => {
    socket = new FakeSocket();
    clock = new ManualClock();
    slow = [];
    new Backlog(socket, clock, { code: 4999, reason: "slow", onSlow: (why) => slow.push(why) });
  });

  it("[SL1] is behind above the soft mark, until nothing waits any more", () => {
    send(KB, 60);
    assert.equal(isBehind(socket), false);
    send(KB, 60);
    assert.equal(isBehind(socket), true);
    socket.take(100 * KB);
    assert.equal(isBehind(socket), true);
    socket.take();
    assert.equal(isBehind(socket), false);
    assert.equal(clock.waiting, 0);
  });

  it("[SL1] small frames weigh more than their bytes, however quickly others are written", async () => {
    send(10, LIMITS.slowBytes / LIMITS.frameCostBytes + 1);
    assert.equal(isBehind(socket), true);
    const other = new FakeSocket();
    other.reads = true;
    new Backlog(other, clock, { code: 4999, reason: "slow", onSlow: (why) => slow.push(why) });
    for (let time = 0; time < 10_000; time++) other.send(new Uint8Array(10));
    await settle();
    other.reads = false;
    other.send(new Uint8Array(10));
    other.send(new Uint8Array(10));
    assert.equal(isBehind(other), false);
    assert.deepEqual(slow, []);
  });

  it("[SL4] closes who takes too little for too long, and lets go of what waits a moment later", () => {
    send(KB, 130);
    clock.advance(LIMITS.slowMs - 1);
    assert.deepEqual(socket.done, []);
    clock.advance(1);
    assert.deepEqual([slow, socket.done], [["time"], ["close 4999 slow"]]);
    assert.equal(isBehind(socket), true);
    clock.advance(LIMITS.slowCloseMs);
    assert.deepEqual(socket.done, ["close 4999 slow", "terminate"]);
    assert.equal(clock.waiting, 0);
  });

  it("[SL4] gives more time to who goes on reading", () => {
    send(KB, 700);
    for (let round = 0; round < 4; round++) {
      socket.take(LIMITS.slowBytes);
      clock.advance(LIMITS.slowMs);
    }
    assert.deepEqual(socket.done, []);
    socket.take(LIMITS.slowBytes - 1);
    clock.advance(LIMITS.slowMs);
    assert.deepEqual(slow, ["time"]);
  });

  it("[SL4] closes above the hard mark, at the end of the turn", async () => {
    send(8 * KB, 150);
    assert.deepEqual(socket.done, []);
    await settle(1);
    assert.deepEqual([slow, socket.done], [["bytes"], ["close 4999 slow"]]);
    send(KB, 10);
    assert.equal(socket.done.length, 1);
  });

  it("[SL4] whatever fell into one turn and was written in it does not count", async () => {
    send(8 * KB, 150);
    socket.take();
    await settle(1);
    assert.deepEqual(socket.done, []);
  });

  it("[SL5] the largest frame does not count", async () => {
    send(5 * 1024 * KB);
    send(KB, 50);
    assert.equal(isBehind(socket), false);
    send(KB, 50);
    assert.equal(isBehind(socket), true);
    await settle(1);
    assert.deepEqual(socket.done, []);
  });

  it("[SL4] answers no pings of a peer that is behind", () => {
    socket.emit("ping", new Uint8Array(100));
    assert.equal(socket.pongs, 1);
    send(KB, 130);
    socket.emit("ping", new Uint8Array(100));
    assert.equal(socket.pongs, 1);
    socket.take();
    socket.emit("ping", new Uint8Array(100));
    assert.equal(socket.pongs, 2);
  });

  it("[SL4] one that floods with pings and does not read is behind by their answers", () => {
    for (let ping = 0; ping < 10_000; ping++) socket.emit("ping", new Uint8Array(100));
    assert.ok(socket.bufferedAmount < LIMITS.slowBytes);
    clock.advance(LIMITS.slowMs);
    assert.deepEqual(slow, ["time"]);
  });

  it("a socket that closes by itself stops the clock; what it counts then is nobody's", () => {
    send(KB, 130);
    socket.emit("close");
    assert.equal(clock.waiting, 0);
    const other = new FakeSocket();
    new Backlog(other, clock, { code: 4999, reason: "slow", onSlow: (why) => slow.push(why) });
    other.readyState = 2;
    for (let time = 0; time < 1_000; time++) other.send(new Uint8Array(KB));
    assert.equal(isBehind(other), false);
  });

  it("is closed once, also by who counts elsewhere; a socket without one is left alone", () => {
    closeSlow(socket);
    closeSlow(socket);
    closeSlow(new FakeSocket());
    assert.deepEqual([slow, socket.done], [["bytes"], ["close 4999 slow"]]);
  });
});
