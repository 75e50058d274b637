/** A room's log as its owner writes it: taken, begun, settled, handed over. */
import assert from "node:assert/strict";
import { LIMITS, RecordKind, SectionTag } from "@ninelives/shared-schema";
import type { RoomLayout } from "../../src/log/header.ts";
import { MemoryStore } from "../../src/log/memory-store.ts";
import { parseSegments } from "../../src/log/read-log.ts";
import { RoomLog, type RoomLogOptions } from "../../src/log/room-log.ts";
import type { LogStore } from "../../src/log/store.ts";
import { systemClock } from "../../src/system-clock.ts";
import { until } from "../../../test/support/until.ts";
import { begin, take } from "./store-contract.ts";

const LAYOUT: RoomLayout = { state: new Uint8Array([1]), memory: new Uint8Array([2]), events: [] };

const at = (tick: number) => ({ tick, elapsedMs: tick * 100 });

describe("a room's log", () => {
  let store: LogStore;
  let snapshots: number;
  let players: number;
  const options = (): RoomLogOptions => ({
    roomId: "room",
    typeName: "lab",
    typeVersion: 3,
    layout: () => LAYOUT,
    snapshotEveryTicks: 1_000,
    snapshot: () => new Map([[SectionTag.SHARED, new Uint8Array([++snapshots])]]),
    players: () => players,
    onRecord() {},
  });
  const claimOf = (owner: string, onFenced: () => void = () => assert.fail("fenced")) => ({
    owner,
    from: undefined,
    onFenced,
  });
  const open = (owner: string, onFenced?: () => void) =>
    RoomLog.open(store, { ...options(), ...claimOf(owner, onFenced) }, at(0));
  const kinds = async () => parseSegments(await store.read("room")).records.map(({ kind }) => kind);

  beforeEach(() => {
    store = new MemoryStore(systemClock);
    [snapshots, players] = [0, 0];
  });

  it("[OWN1] is refused while somebody has the room", async () => {
    const log = await open("a");
    await assert.rejects(open("b"), { name: "OWNED", details: { owner: "a", epoch: log.epoch } });
  });

  it("[OWN2] is refused when somebody takes the room before its first snapshot is there", async () => {
    let faster = 0;
    const contested = new (class extends MemoryStore {
      override async claim(...args: Parameters<LogStore["claim"]>) {
        const appender = await super.claim(...args);
        if (args[1].owner === "a") faster = (await take(this, "room", { owner: "faster" })).epoch;
        return appender;
      }
    })(systemClock);
    const opening = RoomLog.open(
      contested,
      { ...options(), owner: "a", from: undefined, onFenced: () => assert.fail("a room that never began") },
      at(0),
    );
    await assert.rejects(opening, (error: { name: string; details: unknown }) => {
      assert.deepEqual([error.name, error.details], ["OWNED", { owner: "faster", epoch: faster }]);
      return true;
    });
  });

  it("[OWN2] says once that somebody else has the room", async () => {
    let told = 0;
    const log = await open("a", () => told++);
    await begin(await take(store, "room", { owner: "b" }), 5);
    for (let tick = 1; tick < 4; tick++) log.entry(at(tick), new Map(), () => assert.fail("committed"));
    await until("the owner to be told", () => told === 1);
    await log.end(at(4));
    assert.equal(told, 1);
    assert.deepEqual(await kinds(), [RecordKind.HEADER, RecordKind.SNAPSHOT]);
  });

  it("[OWN7] tells with every snapshot how many players the room has: the fullest is offered first", async () => {
    const [red, blue] = [
      await open("a"),
      await RoomLog.open(store, { ...options(), roomId: "blue", ...claimOf("a") }, at(0)),
    ];
    const offered = async () => (await store.roomsOf("a")).map(({ roomId }) => roomId);
    for (const [first, log] of [
      ["room", red],
      ["blue", blue],
    ] as const) {
      players += 2;
      log.snapshot(at(1));
      await new Promise<void>((done) => log.entry(at(1), new Map(), done));
      assert.equal((await offered())[0], first);
    }
  });

  it("[OWN7] what is handed over ends with a snapshot, and everything before is committed", async () => {
    const log = await open("a");
    let committed = false;
    log.entry(at(1), new Map(), () => (committed = true));
    await log.release(at(1));
    assert.equal(committed, true);
    const { HEADER, SNAPSHOT, ENTRY } = RecordKind;
    assert.deepEqual(await kinds(), [HEADER, SNAPSHOT, ENTRY, SNAPSHOT]);
    assert.equal((await store.ownerOf("room"))!.owner, "");
  });

  it(`[OWN5] a room that played ${LIMITS.settledAfterMs} ms after it was taken over has proved itself`, async () => {
    const first = await open("a");
    await first.release(at(1));
    for (const expected of [1, 2, 1]) {
      const appender = await take(store, "room", { onFenced() {} });
      assert.equal(appender.attempts, expected);
      const log = await RoomLog.begin(appender, options(), at(100));
      const playsMs = expected === 2 ? LIMITS.settledAfterMs : LIMITS.settledAfterMs - 1;
      await new Promise<void>((done) =>
        log.entry({ tick: 200, elapsedMs: at(100).elapsedMs + playsMs }, new Map(), done),
      );
    }
  });
});
