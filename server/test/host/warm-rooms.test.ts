/** Rooms kept ready, with rooms that are names and a clock moved by hand. */
import assert from "node:assert/strict";
import { LIMITS } from "@ninelives/shared-schema";
import { type Warm, WarmRooms } from "../../src/host/warm-rooms.ts";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import { settle } from "../../../test/support/until.ts";

class FakeRoom implements Warm {
  readonly typeName = "arena";
  readonly roomId: string;
  readonly #gone: (room: FakeRoom) => void;
  isHeld = false;
  #onTaken: (() => void) | undefined;

  constructor(roomId: string, gone: (room: FakeRoom) => void) {
    this.roomId = roomId;
    this.#gone = gone;
  }

  hold(): void {
    this.isHeld = true;
  }

  onTaken(then: () => void): void {
    this.#onTaken = then;
  }

  end(): Promise<void> {
    this.#gone(this);
    return Promise.resolve();
  }

  take(): void {
    this.#gone(this);
    this.#onTaken?.();
  }
}

describe("rooms kept ready", () => {
  let clock: ManualClock;
  let rooms: FakeRoom[];
  let makes: number;
  let faults: string[];
  let mayMake: boolean;
  let failure: Error | undefined;
  let gate: Promise<void> | undefined;
  let warm: WarmRooms;
  beforeEach(() => {
    clock = new ManualClock();
    [rooms, faults, makes, mayMake, failure, gate] = [[], [], 0, true, undefined, undefined];
    warm = keeping(2);
  });
  afterEach(() => warm.stop());

  const gone = (room: FakeRoom) => void (rooms = rooms.filter((other) => other !== room));

  function keeping(count: number): WarmRooms {
    return new WarmRooms({
      wanted: new Map([["arena", count]]),
      clock,
      rooms: () => rooms,
      async make() {
        const roomId = `r${++makes}`;
        await gate;
        if (failure !== undefined) throw failure;
        const room = new FakeRoom(roomId, gone);
        rooms.push(room);
        return room;
      },
      mayMake: () => mayMake,
      onFault: (_, error, isFirst) => void faults.push(`${isFirst ? "first " : ""}${(error as Error).message}`),
    });
  }

  async function after(ms: number): Promise<void> {
    clock.advance(ms);
    await settle();
  }

  it("[MM11] makes as many as are wanted, holds them, and another one when one is taken", async () => {
    warm.begin();
    await settle();
    assert.deepEqual([rooms.length, makes, rooms.every(({ isHeld }) => isHeld)], [2, 2, true]);
    rooms[0]!.take();
    await after(0);
    assert.deepEqual([rooms.length, makes], [2, 3]);
    assert.deepEqual([...warm.counts()], [["arena", 2]]);
    await after(10 * LIMITS.warmLookMs);
    assert.equal(makes, 3);
  });

  it("[MM11] makes a few at a time, however many are wanted", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    gate = promise;
    warm = keeping(50);
    warm.begin();
    await after(LIMITS.warmLookMs);
    assert.equal(makes, LIMITS.warmAtOnce);
    resolve();
    await settle(200);
    assert.deepEqual([rooms.length, makes], [50, 50]);
  });

  it("[MM11] makes none while it may not, and those that are missing when it may", async () => {
    mayMake = false;
    warm.begin();
    await after(5 * LIMITS.warmLookMs);
    assert.equal(makes, 0);
    mayMake = true;
    await after(LIMITS.warmLookMs);
    assert.equal(rooms.length, 2);
  });

  it("[MM12] one that cannot be made is tried again, more and more seldom, and said once", async () => {
    failure = new Error("no map");
    warm.begin();
    await settle();
    assert.deepEqual(faults, ["first no map"]);
    const before = makes;
    await after(LIMITS.warmRetryMs);
    assert.equal(makes, before + 1);
    for (let second = 0; second < 3_600; second++) await after(1_000);
    const seldom = 6 + 3_600_000 / LIMITS.warmRetryMaxMs;
    assert.ok(makes - before <= seldom + 1, `${makes - before} tries in an hour, at most ${seldom} expected`);
    assert.ok(makes - before >= seldom - 6, `${makes - before} tries in an hour`);
    assert.deepEqual(new Set(faults.slice(1)), new Set(["no map"]));
    failure = undefined;
    await after(LIMITS.warmRetryMaxMs);
    assert.equal(rooms.length, 2);
  });

  it("[MM12] one that ends before anybody came is not made again at once", async () => {
    warm.begin();
    await settle();
    await rooms[0]!.end();
    await after(LIMITS.warmLookMs);
    assert.deepEqual([faults, makes], [['first room "r1" ended before anybody came'], 2]);
    await after(LIMITS.warmRetryMs);
    assert.equal(makes, 3);
  });

  it("[MM12] who has had all of them for a while has forgotten what failed", async () => {
    failure = new Error("no map");
    warm.begin();
    await settle();
    failure = undefined;
    for (let second = 0; second < 120; second++) await after(1_000);
    failure = new Error("no map again");
    rooms[0]!.take();
    await after(0);
    assert.deepEqual(faults, ["first no map", "first no map again"]);
  });

  it("[MM13] stopped, it ends those that are there, and one that is made meanwhile", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    warm.begin();
    await settle();
    gate = promise;
    rooms[0]!.take();
    await after(0);
    await warm.stop();
    assert.equal(rooms.length, 0);
    resolve();
    await settle();
    assert.deepEqual([rooms.length, makes, clock.waiting], [0, 3, 0]);
  });
});
