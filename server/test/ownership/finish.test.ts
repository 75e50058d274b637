/** A match that only its own process can go on with, when that one is told to go. */
import assert from "node:assert/strict";
import { LIMITS } from "@ninelives/shared-schema";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import { settle } from "../../../test/support/until.ts";
import { finish, type Heir } from "../../src/ownership/finish.ts";
import type { Member } from "../../src/ownership/members.ts";
import { INFO } from "./members-contract.ts";

const WITHIN_MS = 60_000;
const other: Member = { processId: "other", info: INFO, leaseLeftMs: 1_000 };

describe("a match that is played to its end", () => {
  let clock: ManualClock;
  let heir: Heir;
  let isHere: boolean;
  let done: string[];
  let isOver: boolean;
  beforeEach(() => {
    clock = new ManualClock();
    heir = "stranded";
    isHere = true;
    isOver = false;
    done = [];
  });

  function begin(withinMs = WITHIN_MS): void {
    const note = (what: string) => {
      done.push(what);
      return Promise.resolve();
    };
    const rooms = {
      isHere: () => isHere,
      close: () => note("closed"),
      handOver: (_roomId: string, to: Member | undefined) => note(`to ${to?.processId ?? "whoever comes"}`),
      setAside: () => note("set aside"),
    };
    void finish("room", { clock, withinMs, heirOf: () => Promise.resolve(heir), rooms }).then(() => (isOver = true));
  }

  async function pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= LIMITS.beatMs) {
      await settle();
      clock.advance(Math.min(left, LIMITS.beatMs));
    }
    await settle();
  }

  it("[RS19] lets nobody new in, and ends with it", async () => {
    begin();
    await pass(30_000);
    assert.deepEqual([done, isOver], [["closed"], false]);
    isHere = false;
    await pass(LIMITS.beatMs);
    assert.deepEqual([done, isOver], [["closed"], true]);
  });

  it("[RS19] goes on elsewhere as soon as somebody is there who can take it", async () => {
    begin();
    await pass(5_000);
    heir = other;
    await pass(LIMITS.beatMs);
    assert.deepEqual([done, isOver], [["closed", "to other"], true]);
  });

  it("[RS19] is set aside when its time is over, and not before; with no time at once", async () => {
    begin();
    await pass(WITHIN_MS - 1);
    assert.deepEqual(done, ["closed"]);
    await pass(LIMITS.beatMs);
    assert.deepEqual([done, isOver], [["closed", "set aside"], true]);
    done = [];
    begin(0);
    await settle();
    assert.deepEqual(done, ["closed", "set aside"]);
  });

  it("[RS19] is left to whoever comes when every other process is gone for a while, not for a moment", async () => {
    begin();
    await pass(1_000);
    heir = "nobody";
    await pass(LIMITS.aloneMs - LIMITS.beatMs);
    heir = "stranded";
    await pass(1_000);
    heir = "nobody";
    await pass(LIMITS.aloneMs - LIMITS.beatMs);
    assert.deepEqual(done, ["closed"]);
    await pass(2 * LIMITS.beatMs);
    assert.deepEqual([done, isOver], [["closed", "to whoever comes"], true]);
  });
});
