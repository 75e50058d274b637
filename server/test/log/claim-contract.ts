/** What every store of logs must do about who owns a room: `claimContract("file", async () => …)`. */
import assert from "node:assert/strict";
import { NetError, RecordKind } from "@ninelives/shared-schema";
import type { LogAppender, LogStore } from "../../src/log/store.ts";
import { settle, until } from "../../../test/support/until.ts";
import { append, begin, beginning, record, take, ticksOf } from "./store-contract.ts";

export interface OwnerTraits {
  /** One process has the store, so everything unfinished is its own. */
  readonly isAlone: boolean;
  /** Another process's view of the same store. Default: the same object. */
  readonly rival?: () => LogStore;
}

export function claimContract(name: string, { isAlone, rival }: OwnerTraits, open: () => Promise<LogStore>): void {
  describe(`owners in the store "${name}"`, () => {
    let store: LogStore;
    let other: LogStore;
    beforeEach(async () => {
      store = await open();
      other = rival?.() ?? store;
    });
    afterEach(() => Promise.all([store.close(), other.close()]));

    const rooms = async (owner: string) => (await store.roomsOf(owner)).map(({ roomId }) => roomId).sort();

    it("[OWN1] of many claims at once exactly one wins, the others are told who it was", async () => {
      const old = await take(store, "room", { owner: "old" });
      await begin(old, 0);
      const claims = await Promise.allSettled(
        Array.from({ length: 8 }, (_, index) =>
          (index % 2 === 0 ? store : other).claim("room", { owner: `p${index}`, from: old.epoch, onFenced() {} }),
        ),
      );
      const won = claims.flatMap((claim) => (claim.status === "fulfilled" ? [claim.value] : []));
      assert.equal(won.length, 1);
      const { owner, epoch } = (await store.ownerOf("room"))!;
      assert.equal(claims[Number(owner.slice(1))]!.status, "fulfilled");
      assert.equal(epoch, won[0]!.epoch);
      for (const claim of claims) {
        if (claim.status === "fulfilled") continue;
        assert.ok(claim.reason instanceof NetError);
        assert.deepEqual([claim.reason.name, claim.reason.details], ["OWNED", { owner, epoch }]);
      }
    });

    it("[OWN1] of two new rooms of one name at once one is refused, also before anything is written", async () => {
      const claims = await Promise.allSettled(
        [store, other].map((view, index) => view.claim("room", { owner: `p${index}`, from: undefined, onFenced() {} })),
      );
      assert.deepEqual(claims.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
    });

    it("[OWN1] a claim from an epoch that is not current is refused and changes nothing", async () => {
      const log = await take(store, "room", { owner: "a" });
      await begin(log, 0);
      const owned = { name: "OWNED", code: 4320, details: { owner: "a", epoch: log.epoch } };
      for (const from of [log.epoch - 1, log.epoch + 1, 0])
        await assert.rejects(take(store, "room", { owner: "b", from }), owned);
      await append(log, record(1));
      assert.deepEqual(await store.ownerOf("room"), { roomId: "room", owner: "a", epoch: log.epoch });
      await assert.rejects(take(store, "nobody", { from: 7 }), { name: "OWNED", details: { owner: "", epoch: 0 } });
    });

    it("[OWN4] a new room is refused while an unfinished log of that id is there", async () => {
      const log = await take(store, "room", { owner: "a" });
      await begin(log, 0);
      await assert.rejects(take(store, "room", { from: undefined }), { name: "OWNED" });
      await log.close("released");
      await assert.rejects(take(store, "room", { from: undefined }), { name: "OWNED" });
    });

    it("[OWN2] an append of an earlier owner is never committed or read, and it is told once", async () => {
      let told = 0;
      const old = await take(store, "room", { owner: "old", onFenced: () => told++ });
      await begin(old, 0);
      const now = await take(other, "room", { owner: "now" });
      let committed = 0;
      for (let tick = 10; tick < 15; tick++) old.append(record(tick), () => committed++);
      await until("the old owner to be told", () => told > 0);
      old.begin(beginning(20), () => committed++);
      old.append(record(21), () => committed++);
      assert.deepEqual(ticksOf(await store.read("room")), [0]);
      await begin(now, 1);
      await append(now, record(2));
      await old.close("finished");
      await settle();
      assert.deepEqual([told, committed], [1, 0]);
      assert.deepEqual(ticksOf(await store.read("room")).slice(-2), [1, 2]);
      assert.deepEqual(await store.ownerOf("room"), { roomId: "room", owner: "now", epoch: now.epoch });
    });

    it("[OWN3] whatever was committed before a claim is read after it, and nothing is committed that is not", async () => {
      const committed: number[] = [];
      const old = await take(store, "room", { owner: "old", onFenced() {} });
      await begin(old, 0);
      let tick = 0;
      const feed = () => {
        for (const end = tick + 20; tick < end;) {
          const mine = ++tick;
          old.append(record(mine), () => committed.push(mine));
        }
      };
      feed();
      await until("the first commits", () => committed.length > 0);
      feed();
      const claim = take(other, "room", { owner: "now" });
      feed();
      await claim;
      const read = ticksOf(await other.read("room"));
      feed();
      await settle();
      assert.deepEqual(read.slice(0, committed.length + 1), [0, ...committed]);
      assert.deepEqual(ticksOf(await store.read("room")), read, "nothing comes after the claim");
    });

    it("[OWN5] counts claims until the room settles; handing it over does not begin anew", async () => {
      const attempts = async (then?: (log: LogAppender) => unknown) => {
        const log = await take(store, "room", { onFenced() {} });
        await then?.(log);
        return log.attempts;
      };
      assert.equal(await attempts((log) => begin(log, 0)), 0);
      assert.deepEqual([await attempts(), await attempts(), await attempts()], [1, 2, 3]);
      assert.equal(await attempts((log) => begin(log, 1)), 4);
      const settled = await take(store, "room", { onFenced() {} });
      await begin(settled, 2);
      settled.settled();
      await append(settled, record(3));
      await settled.close("released");
      assert.equal(await attempts(), 1);
    });

    it("[OWN6] a quarantined room is not offered again and stays readable; a new one of its id may begin", async () => {
      let told = 0;
      const log = await take(store, "room", { onFenced: () => told++ });
      await begin(log, 0);
      await append(log, record(1));
      await store.quarantine("room", log.epoch - 1);
      assert.equal((await store.unfinished()).length, 1, "only the current epoch may");
      await store.quarantine("room", log.epoch);
      assert.deepEqual([await store.unfinished(), await rooms("p"), await store.ownerOf("room")], [[], [], undefined]);
      assert.deepEqual([await store.list(), ticksOf(await store.read("room"))], [["room"], [0, 1]]);
      log.append(record(2), () => assert.fail("committed"));
      await until("the owner to be told", () => told === 1);
      await log.close("finished");
      assert.deepEqual([await store.list(), ticksOf(await store.read("room"))], [["room"], [0, 1]]);
      await assert.rejects(take(store, "room", { from: log.epoch }), { name: "OWNED" });
      const again = await take(store, "room", { from: undefined });
      assert.ok(again.epoch > log.epoch);
      assert.equal(again.attempts, 0);
      await begin(again, 5);
      assert.equal(ticksOf(await store.read("room")).at(-1), 5);
      assert.deepEqual(await store.unfinished(), [{ roomId: "room", owner: "p", epoch: again.epoch }]);
    });

    it("[OWN7] says whose rooms there are; a released one stays its owner's until somebody takes it", async () => {
      const [a, b] = [await take(store, "a", { owner: "one" }), await take(store, "b", { owner: "two" })];
      assert.deepEqual(await store.unfinished(), [], "a room without a snapshot cannot be restored");
      await Promise.all([begin(a, 0), begin(b, 0)]);
      const unfinished = (await store.unfinished()).sort((x, y) => x.roomId.localeCompare(y.roomId));
      assert.deepEqual(unfinished, [
        { roomId: "a", owner: "one", epoch: a.epoch },
        { roomId: "b", owner: "two", epoch: b.epoch },
      ]);
      assert.deepEqual(await rooms("one"), isAlone ? ["a", "b"] : ["a"]);
      await a.close("released");
      assert.deepEqual(await store.ownerOf("a"), { roomId: "a", owner: "", epoch: a.epoch });
      assert.deepEqual(await rooms("one"), isAlone ? ["a", "b"] : ["a"]);
      assert.deepEqual(await rooms("two"), isAlone ? ["a", "b"] : ["b"]);
      const taken = await take(other, "a", { owner: "two" });
      assert.deepEqual(await rooms("one"), isAlone ? ["a", "b"] : []);
      assert.deepEqual(await rooms("two"), ["a", "b"]);
      await begin(taken, 1);
      await taken.close("finished");
      await b.close("finished");
      assert.deepEqual([await rooms("two"), await store.unfinished(), await store.ownerOf("a")], [[], [], undefined]);
      assert.deepEqual((await store.list()).sort(), ["a", "b"]);
    });

    it("[DRN2] a room that was released to somebody says to whom, until it is taken; one process alone has no use for it", async () => {
      const log = await take(store, "room", { owner: "one" });
      await begin(log, 0);
      await log.close("released", "two");
      const left = { roomId: "room", owner: "", epoch: log.epoch, ...(isAlone ? {} : { heir: "two" }) };
      assert.deepEqual([await other.ownerOf("room"), await other.roomsOf("one")], [left, [left]]);
      const taken = await take(other, "room", { owner: "three", from: log.epoch });
      await begin(taken, 1);
      assert.equal((await store.ownerOf("room"))!.heir, undefined);
      await taken.close("released");
      assert.equal((await store.ownerOf("room"))!.heir, undefined);
    });

    it("[OWN7] a room that was released is read as it was left", async () => {
      const log = await take(store, "room", { owner: "one" });
      const { epoch } = log;
      log.begin(beginning(0, { epoch }), () => {});
      log.append(record(1, { epoch }), () => {});
      log.append(record(2, { epoch, kind: RecordKind.SNAPSHOT }), () => {});
      await log.close("released");
      const next = await take(other, "room", { owner: "two", from: log.epoch });
      assert.deepEqual(ticksOf(await other.read("room")), [0, 1, 2]);
      await next.close("released");
    });
  });
}
