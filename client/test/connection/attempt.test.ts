/** One try to get in, on a device that may sleep in the middle of it. */
import assert from "node:assert/strict";
import { LIMITS } from "@ninelives/shared-schema";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import { Attempt, type Failure } from "../../src/connection/attempt.ts";
import type { ClientSocket } from "../../src/connection/socket.ts";

const OPEN_MS = 300;

describe("an attempt", () => {
  let clock: ManualClock;
  let failures: Failure["kind"][];
  let socket: ClientSocket;
  let attempt: Attempt;

  beforeEach(() => {
    clock = new ManualClock();
    failures = [];
    socket = { close() {}, send() {} } as unknown as ClientSocket;
    attempt = new Attempt(socket, OPEN_MS, clock, { frame() {}, failed: ({ kind }) => failures.push(kind) });
  });

  it("[MOV1] is late when it has not opened in its time", () => {
    clock.advance(OPEN_MS - 1);
    assert.deepEqual(failures, []);
    clock.advance(1);
    assert.deepEqual(failures, ["late"]);
  });

  it("[ABU6] ends when a frame comes that is larger than a server's may be, and does not look into it", () => {
    const heard: number[] = [];
    const frame = ({ byteLength }: ArrayBuffer) => void heard.push(byteLength);
    attempt.letGo();
    attempt = new Attempt(socket, OPEN_MS, clock, { frame, failed: ({ kind }) => failures.push(kind) });
    const come = (byteLength: number) => socket.onmessage!({ data: { byteLength } });
    come(LIMITS.serverFrameBytes);
    assert.deepEqual([heard, failures], [[LIMITS.serverFrameBytes], []]);
    come(LIMITS.serverFrameBytes + 1);
    come(1);
    assert.deepEqual([heard, failures], [[LIMITS.serverFrameBytes], ["closed"]]);
    assert.equal(clock.waiting, 0);
  });

  it("[FLT23] hears what came while this side slept, before it is late", () => {
    clock.stall(OPEN_MS + 1_000);
    assert.deepEqual(failures, []);
    socket.onopen!();
    clock.advance(1_000);
    assert.deepEqual(failures, []);
    attempt.letGo();
  });

  it("[FLT23] is late soon after a sleep when nothing came, however long this side sleeps again", () => {
    clock.stall(OPEN_MS + 1_000);
    clock.advance(99);
    assert.deepEqual(failures, []);
    clock.stall(5_000);
    assert.deepEqual(failures, ["late"]);
  });
});
