/** What a keeper says of a room that the store does not know: final for a player, so it has to be sure. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "mocha";
import { LIMITS } from "@ninelives/shared-schema";
import { SimClock } from "../../../test/support/sim/sim-clock.ts";
import { JournalStore } from "../../src/log/journal-store.ts";
import { MemoryJournal } from "../../src/log/memory-journal.ts";
import { Keeper } from "../../src/ownership/keeper.ts";
import type { MemberInfo, Members } from "../../src/ownership/members.ts";
import { type MemoryLease, MemoryMembers } from "../../src/ownership/memory-members.ts";
import type { KeeperEvents, LocalRooms } from "../../src/ownership/ports.ts";

const RECOVERY_MS = 2 * LIMITS.leaseMs;
const INFO: MemberInfo = { address: "a", inner: "a", rooms: 0, load: 0, draining: false, types: {} };

const rooms: LocalRooms = {
  owned: () => [],
  freeze() {},
  thaw() {},
  drop() {},
  restore: () => Promise.reject(new Error("there is nothing to restore")),
  kindOf: () => Promise.resolve(undefined),
  info: () => INFO,
  relist() {},
};
const events: KeeperEvents = {
  died() {},
  tookOver() {},
  quarantined() {},
  froze() {},
  thawed() {},
  dropped() {},
  fault() {},
};

describe("a keeper that is asked for a room the store does not know", () => {
  let clock: SimClock;
  let leases: Map<string, MemoryLease>;
  let isAway: boolean;
  let keeper: Keeper;

  beforeEach(async () => {
    clock = new SimClock();
    leases = new Map();
    isAway = false;
    const members = new MemoryMembers(clock, leases).connect("a");
    const beat: Members["beat"] = (...beaten) =>
      isAway ? Promise.reject(new Error("the store is away")) : members.beat(...beaten);
    const journal = new MemoryJournal(clock.wallMs);
    keeper = new Keeper({
      me: "a",
      clock,
      members: { ...members, beat },
      store: new JournalStore({ journal, clock, onFault() {} }),
      rooms,
      peers: { canReachStore: () => Promise.resolve(false), quietMs: () => Promise.resolve(0) },
      events,
    });
    await keeper.start();
  });
  afterEach(async () => {
    const stopped = keeper.stop();
    await clock.advance(LIMITS.leaseMs);
    await stopped;
  });

  async function answer(): Promise<unknown> {
    let found: unknown;
    void keeper.where("red", new AbortController().signal).then((where) => (found = where));
    await clock.advance(LIMITS.whereaboutsMs + LIMITS.silenceMs);
    return found;
  }

  it("[MOV14] says that it is gone once the store has answered for two leases, and not before", async () => {
    await clock.advance(RECOVERY_MS - LIMITS.whereaboutsMs - LIMITS.beatMs);
    assert.equal(await answer(), "later");
    assert.equal(await answer(), "gone");
  });

  it("[MOV14] does not count the time in which a store that forgot was away: no owner could write its room anew", async () => {
    await clock.advance(2 * RECOVERY_MS);
    leases.clear();
    await clock.advance(LIMITS.beatMs);
    isAway = true;
    await clock.advance(2 * RECOVERY_MS);
    isAway = false;
    await clock.advance(LIMITS.beatMs);
    let isTold = false;
    void keeper.where("red", new AbortController().signal).then(() => (isTold = true));
    await clock.advance(LIMITS.leaseMs);
    assert.ok(!isTold);
    await clock.advance(RECOVERY_MS);
    assert.equal(await answer(), "gone");
  });
});
