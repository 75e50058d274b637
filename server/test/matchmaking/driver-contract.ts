/** What every directory of rooms must do, as Colyseus's matchmaker uses it. Run it for each: `driverContract("Redis", open)`. */
import assert from "node:assert/strict";
import type { IRoomCache, MatchMakerDriver } from "@colyseus/core";

export function row(roomId: string, fields: Partial<IRoomCache> & { epoch?: number } = {}): IRoomCache {
  const common = { name: "lab", processId: "me", clients: 0, maxClients: 4, locked: false, private: false };
  return { ...common, unlisted: false, createdAt: new Date(1_000), roomId, ...fields };
}

/** For what is tried without a Redis that falls silent. */
export const ANSWERED = { ask: <R>(question: () => Promise<R>) => question() };

/** `open`: an empty directory, for the process "me". */
export function driverContract(name: string, open: () => Promise<MatchMakerDriver>): void {
  describe(`the directory in ${name}`, () => {
    let driver: MatchMakerDriver;
    beforeEach(async () => {
      driver = await open();
    });
    afterEach(async () => {
      await driver.clear();
      await driver.shutdown();
    });
    const ids = async (...args: Parameters<MatchMakerDriver["query"]>) =>
      (await driver.query(...args)).map(({ roomId }) => roomId);

    it("[MM5] records a room once, and has it as it was recorded", async () => {
      const one = row("one", { metadata: { mode: "ctf" }, publicAddress: ":2567" });
      assert.equal(await driver.insert!(one), true);
      assert.equal(await driver.insert!(row("one", { maxClients: 99 })), false);
      assert.deepEqual({ ...(await driver.findOne({ roomId: "one" })) }, one);
      assert.equal(await driver.has("one"), true);
      assert.equal(await driver.has("two"), false);
      assert.equal(await driver.findOne({ roomId: "two" }), undefined);
    });

    it("[MM5] finds rooms by any of their fields and of their metadata, in any order", async () => {
      await driver.insert!(row("a", { clients: 3, metadata: { mode: "ctf", level: 2 }, createdAt: new Date(3_000) }));
      await driver.insert!(row("b", { clients: 1, metadata: { mode: "ffa", level: 2 }, createdAt: new Date(2_000) }));
      await driver.insert!(row("c", { name: "den", clients: 2 }));
      await driver.insert!(row("d", { private: true }));
      assert.deepEqual((await ids({})).sort(), ["a", "b", "c", "d"]);
      assert.deepEqual(await ids({ name: "den" }), ["c"]);
      assert.deepEqual((await ids({ processId: "me" })).sort(), ["a", "b", "c", "d"]);
      assert.deepEqual(await ids({ processId: "you" }), []);
      assert.deepEqual(await ids({ name: "lab", mode: "ffa" } as never), ["b"]);
      assert.deepEqual(await ids({ name: "lab", private: false }, { clients: 1 }), ["b", "a"]);
      assert.deepEqual(await ids({ level: 2 } as never, { clients: -1 }), ["a", "b"]);
      const open = { name: "lab", locked: false, private: false } as const;
      assert.deepEqual(await ids({ ...open, mode: "ctf" } as never), ["a"]);
      assert.equal((await driver.findOne(open, { clients: 1 })).roomId, "b");
    });

    it("[MM5] a room that is changed is found as it is then", async () => {
      const one = row("one", { maxClients: Number.POSITIVE_INFINITY });
      await driver.insert!(one);
      await driver.update(one, { $inc: { clients: 2 }, $set: { locked: true } });
      await driver.update(one, { $inc: { clients: -1 } });
      const open = { name: "lab", locked: false, private: false } as const;
      assert.deepEqual(await ids(open), []);
      const { clients, locked, maxClients } = await driver.findOne({ roomId: "one" });
      assert.deepEqual(
        { clients, locked, maxClients },
        { clients: 1, locked: true, maxClients: Number.POSITIVE_INFINITY },
      );
      await driver.update(one, { $set: { locked: false } });
      assert.deepEqual(await ids(open), ["one"]);
    });

    it("[MM5] gives several at once, leaves out what is not there, and lets go of rooms and of a process's", async () => {
      for (const roomId of ["a", "b", "c"]) await driver.insert!(row(roomId));
      assert.deepEqual([...(await driver.findByIds(["c", "x", "a"])).keys()].sort(), ["a", "c"]);
      assert.equal(await driver.remove("b"), true);
      assert.equal(await driver.remove("b"), false);
      assert.deepEqual((await ids({})).sort(), ["a", "c"]);
      await driver.cleanup!("me");
      assert.deepEqual(await ids({}), []);
    });
  });
}
