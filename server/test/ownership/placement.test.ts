/** Who takes a room, for any processes and rooms. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import type { Member } from "../../src/ownership/members.ts";
import {
  candidates,
  leastBusy,
  makers,
  place,
  reliever,
  undertakers,
  weightOf,
} from "../../src/ownership/placement.ts";
import { INFO } from "./members-contract.ts";

const ROOMS = Array.from({ length: 4_000 }, (_, place) => `room-${place}`);

function member(processId: string, info: Partial<Member["info"]> = {}, leaseLeftMs = 1_000): Member {
  return { processId, info: { ...INFO, load: 0, ...info }, leaseLeftMs };
}

const members = fc
  .uniqueArray(
    fc.record({ processId: fc.string({ minLength: 1 }), load: fc.double({ min: 0, max: 1.5, noNaN: true }) }),
    {
      minLength: 2,
      maxLength: 6,
      selector: ({ processId }) => processId,
    },
  )
  .map((drawn) => drawn.map(({ processId, load }) => member(processId, { load })));
const rooms = fc.array(fc.string(), { minLength: 1, maxLength: 40 });

describe("placement", () => {
  it("[DET5] everyone who sees the same processes names the same one, in whatever order it sees them", () => {
    fc.assert(
      fc.property(members, fc.string(), (all, roomId) => {
        const named = place(roomId, all)!.processId;
        assert.equal(place(roomId, all.toReversed())!.processId, named);
        assert.equal(place(roomId, all.slice(1).concat(all[0]!))!.processId, named);
      }),
    );
  });

  it("[DET5] when a process goes, only its own rooms move; when it comes back, only they move back", () => {
    fc.assert(
      fc.property(members, rooms, fc.nat(), (all, roomIds, which) => {
        const gone = all[which % all.length]!;
        const rest = all.filter((other) => other !== gone);
        for (const roomId of roomIds) {
          const before = place(roomId, all);
          const after = place(roomId, rest);
          if (before !== gone) assert.equal(after, before);
        }
      }),
    );
  });

  it("[DET5] rooms spread evenly over idle processes", () => {
    const all = ["a", "b", "c", "d"].map((processId) => member(processId));
    for (const { share } of shares(all)) assert.ok(Math.abs(share - 0.25) < 0.03, `${share}`);
  });

  it("[DET5] a process with more to spare gets more rooms, by its weight", () => {
    const all = [member("idle", { load: 0 }), member("half", { load: 0.5 }), member("full", { load: 1 })];
    const sum = all.reduce((total, { info }) => total + weightOf(info), 0);
    assert.deepEqual(
      all.map(({ info }) => weightOf(info)),
      [4, 2, 1],
    );
    for (const { one, share } of shares(all)) {
      const fair = weightOf(one.info) / sum;
      assert.ok(Math.abs(share - fair) < 0.03, `${one.processId}: ${share} of ${fair}`);
    }
  });

  it("[DET5] a load that changes a little moves no room", () => {
    const at = (load: number) => [member("one", { load }), member("two", { load: 0.3 })];
    for (const roomId of ROOMS.slice(0, 200))
      assert.equal(place(roomId, at(0.1))!.processId, place(roomId, at(0.2))!.processId);
  });

  it("[DET6] only a living process that stays and knows the room's type and version may take it", () => {
    const all = [
      member("fits"),
      member("dead", {}, 0),
      member("leaves", { draining: true }),
      member("knows not", { types: { cards: 2 } }),
      member("older", { types: { arena: 0 } }),
      member("newer", { types: { arena: 2 } }),
      member("toString", { types: {} }),
    ];
    const names = (kind: { type: string; version: number } | undefined, among = all) =>
      candidates(among, kind).map(({ processId }) => processId);
    assert.deepEqual(names({ type: "arena", version: 1 }), ["fits"]);
    assert.deepEqual(names({ type: "arena", version: 1 }, all.slice(1)), [], "newer alone is not enough");
    assert.deepEqual(names({ type: "toString", version: 1 }), []);
    assert.deepEqual(names(undefined), ["fits", "knows not", "older", "newer", "toString"]);
    assert.equal(place("room", []), undefined);
  });

  it("[DET6] where nobody has the room's version those take it that can migrate it, and where nobody can those at a later one set it aside", () => {
    const kind = { type: "arena", version: 1 };
    const can = member("can", { types: { arena: 3 }, migrates: { arena: [1, 2] } });
    const all = [
      can,
      member("leaves", { types: { arena: 3 }, migrates: { arena: [1] }, draining: true }),
      member("from 2 only", { types: { arena: 3 }, migrates: { arena: [2] } }),
      member("another type", { types: { cards: 3 }, migrates: { arena: [1] } }),
      member("newer", { types: { arena: 2 } }),
    ];
    const names = (members: readonly Member[]) => members.map(({ processId }) => processId);
    assert.deepEqual(names(candidates(all, kind)), ["can"]);
    assert.deepEqual(
      names(candidates([...all, member("new", { isNew: true })], kind)),
      ["new"],
      "the same version first",
    );
    assert.deepEqual(names(candidates([{ ...can, info: { ...can.info, isNew: true } }, all[4]!], kind)), ["can"]);
    assert.deepEqual(names(undertakers(all.slice(1), kind)), ["from 2 only", "newer"]);
    assert.deepEqual(names(undertakers([member("older", { types: { arena: 0 } })], kind)), []);
  });

  it("[RS19] a new room is made by a process that stays and knows the newest version of its type", () => {
    const all = [
      member("old"),
      member("new", { types: { arena: 2 }, isNew: true }),
      member("leaves", { types: { arena: 3 }, draining: true }),
      member("other", { types: { cards: 2 } }),
    ];
    assert.deepEqual(
      makers(all, "arena").map(({ processId }) => processId),
      ["new"],
    );
    assert.deepEqual(makers(all, "chess"), []);
  });

  it("[MM10] [DG8] one that makes no rooms makes none, whatever is left", () => {
    const full = member("full", { full: true });
    const names = (members: readonly Member[]) => makers(members, "arena").map(({ processId }) => processId);
    assert.deepEqual([names([full, member("idle")]), names([full])], [["idle"], []]);
  });

  it("[MM10] the one with the most to spare makes it, of those the one with the fewest rooms, of those any", () => {
    const maker = (processId: string, load: number, rooms: number) => ({ processId, load, rooms });
    const all = [maker("busy", 0.8, 0), maker("a", 0.05, 4), maker("b", 0.1, 3), maker("c", 0, 3)];
    const chosen = [0, 0.49, 0.5, 0.99].map((random) => leastBusy(all, random)?.processId);
    assert.deepEqual(chosen, ["b", "b", "c", "c"]);
    assert.equal(leastBusy([], 0), undefined);
  });

  describe("[TK28] to whom a heavy room goes", () => {
    const to = (load: number, mine: number, ...others: Member[]) =>
      reliever([member("me", { load: mine }), ...others], "me", undefined, load)?.processId;

    it("to the one whose rooms take least, if they take less than those it would leave", () => {
      assert.equal(to(0.5, 0.7, member("a", { load: 0.1 }), member("b", { load: 0.05 })), "b");
      assert.equal(to(0.5, 0.7, member("a", { load: 0.3 })), undefined);
      assert.equal(to(0.5, 0.7), undefined);
    });

    it("not back to where it came from: there its neighbours are still there", () => {
      assert.equal(to(0.5, 0.7, member("a", { load: 0.1 })), "a");
      assert.equal(reliever([member("a", { load: 0.6 }), member("me", { load: 0.2 })], "a", undefined, 0.5), undefined);
    });

    it("not to one that goes, is full, has just come, or does not know its type", () => {
      const never: Partial<Member["info"]>[] = [{ draining: true }, { full: true }, { isNew: true }];
      for (const info of never) assert.equal(to(0.5, 0.7, member("a", info)), undefined, JSON.stringify(info));
      const others = [member("me", { load: 0.7 }), member("a", { types: { chess: 1 } })];
      assert.equal(reliever(others, "me", { type: "go", version: 1 }, 0.5), undefined);
      assert.equal(reliever(others, "me", { type: "chess", version: 1 }, 0.5)?.processId, "a");
    });
  });
});

function shares(all: readonly Member[]): { one: Member; share: number }[] {
  const placed = ROOMS.map((roomId) => place(roomId, all));
  return all.map((one) => ({ one, share: placed.filter((other) => other === one).length / ROOMS.length }));
}
