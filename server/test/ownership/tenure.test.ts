/** A lease that ends while nobody can reach the store: rooms stand still, and go on where nobody can have taken them. */
import assert from "node:assert/strict";
import { beforeEach, describe, it } from "mocha";
import { LIMITS } from "@ninelives/shared-schema";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import { settle } from "../../../test/support/until.ts";
import { Detector } from "../../src/ownership/detector.ts";
import { Lease } from "../../src/ownership/lease.ts";
import type { KeeperEvents, LocalRooms } from "../../src/ownership/ports.ts";
import { Tenure } from "../../src/ownership/tenure.ts";
import { INFO } from "./members-contract.ts";

const { leaseMs, leaseMarginMs, beatMs } = LIMITS;
/** Of a beat that was answered. */
const LASTS_MS = leaseMs - leaseMarginMs;

describe("rooms of a process that was too slow to ask while the store is away", () => {
  let clock: ManualClock;
  let tenure: Tenure;
  let detector: Detector;
  let running: Set<string>;
  /** Since the store answered each other process last, ms; undefined: it does not answer itself. */
  let quietMs: Record<string, number | undefined>;

  beforeEach(() => {
    clock = new ManualClock();
    running = new Set(["red", "blue"]);
    quietMs = { one: 0, two: 0 };
    detector = new Detector({ me: "me", clock, leaseMs, beatMs });
    const member = (processId: string) => ({ processId, info: { ...INFO, inner: processId }, leaseLeftMs: leaseMs });
    detector.beat([member("me"), member("one"), member("two")], clock.now());
    const nothing = () => {};
    const rooms = {
      owned: () => ["red", "blue"].map((roomId) => ({ roomId, epoch: 1, players: 0 })),
      freeze: () => running.clear(),
      thaw: (roomId: string) => void running.add(roomId),
    } as unknown as LocalRooms;
    const quiet = async (inner: string) => {
      const ms = quietMs[inner];
      if (ms === undefined) throw new Error("no answer");
      return ms;
    };
    tenure = new Tenure({
      me: "me",
      clock,
      lease: new Lease(clock, leaseMs, leaseMarginMs),
      store: { ownerOf: () => Promise.reject(new Error("away")) } as never,
      rooms,
      peers: { canReachStore: async (inner) => (await quiet(inner)) <= 2 * beatMs, quietMs: quiet },
      detector,
      events: { froze: nothing, thawed: nothing, dropped: nothing } as unknown as KeeperEvents,
    });
    tenure.renewed(clock.now());
  });

  /** The last beat was answered so long ago, the others' as `quietMs` says; this process stood still, and a beat fails. */
  async function slow(ms: number): Promise<void> {
    clock.stall(ms);
    assert.equal(tenure.check(), false);
    assert.deepEqual([...running], []);
    await tenure.failed();
    await settle();
  }
  const goOn = () =>
    assert.deepEqual([[...running].sort((a, b) => a.localeCompare(b)), tenure.check()], [["blue", "red"], true]);
  const standStill = () => assert.deepEqual([[...running], tenure.check()], [[], false]);

  it("[OWN16] go on where the store has answered nobody since long before the lease was over", async () => {
    quietMs = { one: 4_900, two: 4_600 };
    await slow(5_000);
    goOn();
    await assert.rejects(tenure.verify(), /away/, "they are looked up when it is back");
  });

  it("[OWN16] stand still where it has answered somebody later, or just before", async () => {
    quietMs = { one: 4_900, two: 5_000 - LASTS_MS + 2 * beatMs - 1 };
    await slow(5_000);
    standStill();
    quietMs = { one: 4_900, two: 0 };
    await tenure.failed();
    standStill();
  });

  it("[OWN16] stand still while somebody does not answer, who may have taken them", async () => {
    quietMs = { one: 4_900, two: undefined };
    await slow(5_000);
    standStill();
    quietMs = { one: 4_900, two: 4_900 };
    await tenure.failed();
    goOn();
  });

  it("[OWN16] stand still if they did before, and the store has not said whose they are", async () => {
    clock.stall(5_000);
    assert.equal(tenure.check(), false);
    tenure.renewed(clock.now());
    quietMs = { one: 4_900, two: 4_900 };
    await slow(5_000);
    assert.deepEqual([[...running], tenure.check()], [[], true], "new rooms may begin");
  });
});
