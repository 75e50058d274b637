/** A room that a process which stays has released to another one: it is left to that one, however long nobody asks for it. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "mocha";
import { LIMITS } from "@ninelives/shared-schema";
import { SimClock } from "../../../test/support/sim/sim-clock.ts";
import { JournalStore } from "../../src/log/journal-store.ts";
import { MemoryJournal } from "../../src/log/memory-journal.ts";
import { Keeper } from "../../src/ownership/keeper.ts";
import { type MemoryLease, MemoryMembers } from "../../src/ownership/memory-members.ts";
import type { KeeperEvents, LocalRoom, LocalRooms } from "../../src/ownership/ports.ts";
import { INFO } from "./members-contract.ts";

const NAMES = ["a", "b"] as const;
type Name = (typeof NAMES)[number];

const events: KeeperEvents = {
  died() {},
  tookOver() {},
  quarantined() {},
  froze() {},
  thawed() {},
  dropped() {},
  fault() {},
};

describe("a room that was released by a process that stays", () => {
  let clock: SimClock;
  let store: JournalStore;
  let keepers: Record<Name, Keeper>;
  let restored: Name[];

  beforeEach(async () => {
    clock = new SimClock();
    store = new JournalStore({ journal: new MemoryJournal(clock.wallMs), clock, onFault() {} });
    restored = [];
    const leases = new Map<string, MemoryLease>();
    const keeperOf = (me: Name) =>
      new Keeper({
        me,
        clock,
        members: new MemoryMembers(clock, leases).connect(me),
        store,
        rooms: roomsOf(me),
        peers: { canReachStore: () => Promise.resolve(true), quietMs: () => Promise.resolve(0) },
        events,
      });
    keepers = { a: keeperOf("a"), b: keeperOf("b") };
    for (const name of NAMES) await keepers[name].start();
    await clock.advance(2 * LIMITS.leaseMs);
  });
  afterEach(async () => {
    const stopped = Promise.all(Object.values(keepers).map((keeper) => keeper.stop()));
    await clock.advance(LIMITS.leaseMs);
    await stopped;
  });

  function roomsOf(me: Name): LocalRooms {
    const owned: LocalRoom[] = [];
    return {
      owned: () => owned,
      freeze() {},
      thaw() {},
      drop() {},
      async restore({ roomId, epoch: from }) {
        restored.push(me);
        const { epoch } = await store.claim(roomId, { owner: me, from, onFenced() {} });
        owned.push({ roomId, epoch, players: 0 });
      },
      kindOf: () => Promise.resolve(undefined),
      info: () => ({ ...INFO, draining: false }),
      relist() {},
    };
  }

  async function release(roomId: string, heir: string): Promise<void> {
    const appender = await store.claim(roomId, { owner: "a", from: undefined, onFenced() {} });
    appender.begin(new Uint8Array([1]), () => {});
    await appender.close("released", heir);
  }

  it("[TK28] is taken by its heir alone, though the store lists it with who released it", async () => {
    await release("heavy", "b");
    await clock.advance(5 * LIMITS.strayRoomsMs);
    assert.deepEqual(restored, ["b"]);
    assert.equal((await store.ownerOf("heavy"))?.owner, "b");
  });

  it("[TK28] is taken by somebody else, its old owner too, where the heir is gone", async () => {
    await release("heavy", "nobody who is here");
    await clock.advance(5 * LIMITS.strayRoomsMs);
    assert.equal(restored.length, 1);
  });
});
