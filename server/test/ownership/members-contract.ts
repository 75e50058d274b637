/** What everything must do that members can be kept in. Run it for each: `membersContract("memory", open)`. */
import assert from "node:assert/strict";
import { until } from "../../../test/support/until.ts";
import type { Member, MemberInfo, Members } from "../../src/ownership/members.ts";

export const INFO: MemberInfo = {
  address: ":2567",
  inner: "127.0.0.1:7001",
  rooms: 3,
  load: 0.25,
  draining: false,
  types: { arena: 1, cards: 2 },
};

export interface Stage {
  /** The view of one process. Its subscription is open until `fall`. */
  connect(processId: string): Promise<Members>;
  fall(processId: string): Promise<void>;
  /** Moves time on by at least this. */
  pass(ms: number): Promise<void>;
  /** Loses everything, as a store does that is started again without its data. */
  empty(): Promise<void>;
}

export function membersContract(name: string, stage: () => Stage): void {
  describe(`members in ${name}`, () => {
    it("[DET1] a beat tells of everyone: who it is, what it said of itself, and what is left of its lease", async () => {
      const [one, two] = [await stage().connect("one"), await stage().connect("two")];
      await one.beat("one", INFO, 5_000);
      const { members } = await two.beat("two", { ...INFO, draining: true }, 3_000);
      assert.deepEqual(members.map(({ processId, info }) => ({ processId, info })).sort(byName), [
        { processId: "one", info: INFO },
        { processId: "two", info: { ...INFO, draining: true } },
      ]);
      const left = (processId: string) => members.find((member) => member.processId === processId)!.leaseLeftMs;
      assert.equal(left("two"), 3_000);
      assert.ok(left("one") > 4_000 && left("one") <= 5_000, `${left("one")}`);
    });

    it("[DET1] a process that stops to beat is dead when its lease is over, and is told of until it is removed", async () => {
      const [one, two] = [await stage().connect("one"), await stage().connect("two")];
      await one.beat("one", INFO, 30);
      await stage().pass(31);
      const dead = (await two.beat("two", INFO, 1_000)).members.find(({ processId }) => processId === "one")!;
      assert.ok(dead.leaseLeftMs <= 0, `${dead.leaseLeftMs}`);
      assert.equal(await two.remove("one"), true);
      assert.equal(await two.remove("one"), false);
      assert.deepEqual(namesOf((await two.beat("two", INFO, 1_000)).members), ["two"]);
    });

    it("[DET1] a process that was removed and beats again is there again", async () => {
      const [one, two] = [await stage().connect("one"), await stage().connect("two")];
      await one.beat("one", INFO, 1_000);
      assert.equal(await two.remove("one"), true);
      assert.equal(await two.remove("one"), false);
      const { members } = await one.beat("one", INFO, 1_000);
      assert.deepEqual(namesOf(members), ["one"]);
    });

    it("[DET2] a process whose subscription is gone is silent, and so is one that never had any", async () => {
      const one = await stage().connect("one");
      await stage().connect("two");
      await stage().connect("three");
      assert.deepEqual(await one.silent([]), []);
      assert.deepEqual(await one.silent(["one", "two", "three"]), []);
      await stage().fall("two");
      await until("two to be silent", async () => (await one.silent(["one", "two", "three"])).includes("two"));
      assert.deepEqual(await one.silent(["nobody", "three", "two"]), ["nobody", "two"]);
    });

    it("[OWN7] a beat says when the store has forgotten the one before", async () => {
      const [one, two] = [await stage().connect("one"), await stage().connect("two")];
      assert.equal((await one.beat("one", INFO, 1_000)).isRemembered, true, "there was none before the first");
      assert.equal((await one.beat("one", INFO, 1_000)).isRemembered, true);
      assert.equal((await two.beat("two", INFO, 1_000)).isRemembered, true);
      await stage().empty();
      assert.equal((await one.beat("one", INFO, 1_000)).isRemembered, false);
      assert.equal((await one.beat("one", INFO, 1_000)).isRemembered, true, "it is told once");
      await one.remove("two");
      assert.equal((await two.beat("two", INFO, 1_000)).isRemembered, false, "removed is forgotten");
    });
  });
}

function namesOf(members: readonly Member[]): string[] {
  return members.map(({ processId }) => processId).sort();
}

function byName(one: { processId: string }, other: { processId: string }): number {
  return one.processId.localeCompare(other.processId);
}
