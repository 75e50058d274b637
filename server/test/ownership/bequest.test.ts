/** To whom a process that goes away leaves its rooms. */
import assert from "node:assert/strict";
import { LIMITS } from "@ninelives/shared-schema";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import { settle } from "../../../test/support/until.ts";
import { MemoryStore } from "../../src/log/memory-store.ts";
import { Bequest } from "../../src/ownership/bequest.ts";
import { Detector } from "../../src/ownership/detector.ts";
import type { Member, MemberInfo } from "../../src/ownership/members.ts";
import type { RoomKind } from "../../src/ownership/placement.ts";
import { INFO } from "./members-contract.ts";

function member(processId: string, info: Partial<MemberInfo>): Member {
  return { processId, info: { ...INFO, load: 0, ...info }, leaseLeftMs: LIMITS.leaseMs };
}

describe("what a process leaves behind", () => {
  let clock: ManualClock;
  let store: MemoryStore;
  let detector: Detector;
  let bequest: Bequest;
  let kind: RoomKind | undefined;
  beforeEach(() => {
    clock = new ManualClock();
    store = new MemoryStore(clock);
    kind = undefined;
    detector = new Detector({ me: "me", clock, leaseMs: LIMITS.leaseMs, beatMs: LIMITS.beatMs });
    bequest = new Bequest({ me: "me", clock, store, detector, kindOf: async () => kind });
  });

  const see = (...others: Member[]) =>
    detector.beat([member("me", { rooms: 9, draining: true }), ...others], clock.now());
  async function heirs(count: number): Promise<string[]> {
    const names: string[] = [];
    for (let at = 0; at < count; at++) {
      const heir = await bequest.heirOf(`room ${at}`);
      names.push(typeof heir === "string" ? heir : heir.processId);
    }
    return names;
  }

  it("[DRN2] all goes to the one that has just come in its place, those that are to go next get nothing", async () => {
    see(member("old", { rooms: 7 }), member("older", { rooms: 6 }), member("fresh", { rooms: 0, isNew: true }));
    assert.deepEqual(
      await heirs(6),
      Array.from({ length: 6 }, () => "fresh"),
    );
  });

  it("[DRN2] also when others have as few, until it has as many as we had", async () => {
    const others = (isNew: boolean) => [member("old", { rooms: 0 }), member("fresh", { rooms: 0, isNew })];
    see(...others(true));
    const first = await heirs(5);
    see(...others(false));
    const names = [...first, ...(await heirs(10))];
    assert.deepEqual(
      names.slice(0, 9),
      Array.from({ length: 9 }, () => "fresh"),
    );
    assert.deepEqual(
      names.slice(9),
      Array.from({ length: 6 }, () => "old"),
    );
  });

  it("[DRN2] without one in its place all have as many as the others in the end, whatever later beats say of it", async () => {
    const others = [member("a", { rooms: 4 }), member("b", { rooms: 1 }), member("c", { rooms: 1 })];
    see(...others);
    const first = await heirs(6);
    see(member("a", { rooms: 4 }), member("b", { rooms: 4 }), member("c", { rooms: 4 }));
    const names = [...first, ...(await heirs(3))];
    const had = (processId: string) => others.find((one) => one.processId === processId)!.info.rooms;
    assert.deepEqual(
      ["a", "b", "c"].map((name) => had(name) + names.filter((other) => other === name).length),
      [5, 5, 5],
    );
  });

  it("[DRN2] nobody is left anything who goes away, is dead, or cannot run it", async () => {
    see(member("leaves", { rooms: 0, draining: true }), { ...member("dead", { rooms: 0 }), leaseLeftMs: 0 });
    assert.deepEqual(await heirs(1), ["nobody"]);
    kind = { type: "arena", version: 2 };
    see(member("knows", { rooms: 9, types: { arena: 2 } }), member("not", { rooms: 0, types: { arena: 1 } }));
    assert.deepEqual(await heirs(1), ["knows"]);
    kind = { type: "arena", version: 3 };
    assert.deepEqual(await heirs(1), ["stranded"]);
  });

  it("[DRN3] waits for the heir's claim, for an heir that goes away as well no longer, and for none longer than LIMITS.heirMs", async () => {
    const heir = member("heir", {});
    see(heir);
    const log = await store.claim("room", { owner: "me", from: undefined, onFenced: () => {} });
    await new Promise<void>((resolve) => log.begin(Uint8Array.of(1), resolve));
    await log.close("released", "heir");
    let ended = 0;
    const wait = () => void bequest.claimed("room", heir).then(() => ended++);
    const pass = async (ms: number) => {
      for (let passed = 0; passed < ms; passed += 10) {
        clock.advance(10);
        await settle();
      }
    };
    wait();
    await pass(100);
    assert.equal(ended, 0);
    see(member("heir", { draining: true }));
    await pass(20);
    assert.equal(ended, 1);
    see(heir);
    wait();
    await pass(LIMITS.heirMs - 20);
    assert.equal(ended, 1);
    await pass(40);
    assert.equal(ended, 2);
    wait();
    await pass(50);
    await store.claim("room", { owner: "heir", from: log.epoch, onFenced: () => {} });
    await pass(20);
    assert.equal(ended, 3);
  });
});
