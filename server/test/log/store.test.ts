/** The contract of logs for every store, and what only files have: crashes between two steps, torn tails, disks that fail. */
import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rename, rm, stat, truncate, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LIMITS, RecordKind } from "@ninelives/shared-schema";
import { FileStore } from "../../src/log/file-store.ts";
import { MemoryStore } from "../../src/log/memory-store.ts";
import { parseSegments } from "../../src/log/read-log.ts";
import { systemClock } from "../../src/system-clock.ts";
import { append, begin, beginning, record, storeContract, ticksOf } from "./store-contract.ts";

const folders: string[] = [];

async function newFolder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "ninelives-store-"));
  folders.push(dir);
  return dir;
}

function fileStore(dir: string): FileStore {
  return new FileStore({
    dir,
    clock: systemClock,
    onFault: (message, error) => assert.fail(`${message}: ${String(error)}`),
  });
}

after(async () => {
  for (const dir of folders) await rm(dir, { recursive: true, force: true });
});

storeContract("memory", { segmentsKept: 0 }, () => Promise.resolve(new MemoryStore()));
storeContract("file", { segmentsKept: LIMITS.segmentsKept }, async () => fileStore(await newFolder()));

describe("logs as files", () => {
  let dir: string;
  let store: FileStore;
  const file = (name: string) => join(dir, "rooms", name);
  beforeEach(async () => {
    dir = await newFolder();
    store = fileStore(dir);
  });

  it("[LOG5] a segment of full size is closed and the next begins with a snapshot; names are as documented", async () => {
    const log = await store.open("room");
    const big = 1024 * 1024;
    await begin(log, 0);
    for (let tick = 1; log.segmentBytes < LIMITS.segmentBytes; tick++) await append(log, record(tick, { bytes: big }));
    await begin(log, 100);
    assert.deepEqual((await readdir(file(""))).sort(), ["room.1.log", "room.log"]);
    assert.equal((await stat(file("room.1.log"))).size >= LIMITS.segmentBytes, true);
    assert.deepEqual(ticksOf(await store.read("room")), [0, 1, 2, 3, 4, 5, 6, 7, 8, 100]);
    await log.close(false);
  });

  it("[LOG5] a crash before a new segment took its name costs nothing: the old one is read, then what the new one has", async () => {
    const log = await store.open("room");
    await begin(log, 0);
    await append(log, record(1));
    await log.close(false);
    await writeFile(file("room.next.log"), beginning(2));
    assert.deepEqual(ticksOf(await store.read("room")), [0, 1, 2]);
    await writeFile(file("room.next.log"), beginning(2).subarray(0, 15));
    const { records, damage } = parseSegments(await store.read("room"));
    assert.deepEqual(
      records.map(({ tick }) => tick),
      [0, 0, 1],
    );
    assert.deepEqual(
      damage.map(({ code }) => code),
      ["LOG_TORN"],
    );
  });

  it("[LOG5] a `.next.log` left by a crash is not read behind a newer segment", async () => {
    const log = await store.open("room");
    await begin(log, 0);
    await log.close(false);
    await writeFile(file("room.next.log"), beginning(5));
    const again = await store.open("room");
    await begin(again, 9, { epoch: 2 });
    assert.deepEqual(ticksOf(await store.read("room")), [0, 9]);
    assert.deepEqual((await readdir(file(""))).sort(), ["room.1.log", "room.log"]);
    await again.close(true);
    assert.deepEqual(await readdir(file("")), ["room.ended.log"]);
  });

  it("[LOG5] a crash between the two renames costs nothing either: the next owner keeps the newer segment", async () => {
    const log = await store.open("room");
    await begin(log, 0);
    await begin(log, 5);
    await append(log, record(6));
    await log.close(false);
    await rename(file("room.log"), file("room.next.log"));
    assert.deepEqual(ticksOf(await store.read("room")), [0, 5, 6]);
    const again = await store.open("room");
    await begin(again, 7, { epoch: 2 });
    assert.deepEqual(ticksOf(await store.read("room")), [0, 5, 6, 7]);
    await again.close(false);
  });

  it("[LOG6] an append that comes in the very turn the one before is committed is not left behind", async () => {
    const log = await store.open("room");
    await begin(log, 0);
    for (let tick = 1; tick <= 20; tick++) await append(log, record(tick));
    assert.equal(ticksOf(await store.read("room")).length, 21);
    await log.close(false);
  });

  it("[LOG6] a reader of commits that throws is reported and holds up nothing", async () => {
    const faults: string[] = [];
    const frail = new FileStore({ dir, clock: systemClock, onFault: (message) => faults.push(message) });
    const log = await frail.open("room");
    await begin(log, 0);
    log.append(record(1), () => {
      throw new Error("reader");
    });
    await append(log, record(2));
    assert.equal(faults.length, 1);
    assert.deepEqual(ticksOf(await frail.read("room")), [0, 1, 2]);
    await log.close(false);
  });

  it("[LOG4] a torn tail is named, and everything before it is read, at every length of the tail", async () => {
    const log = await store.open("room");
    await begin(log, 0);
    await append(log, record(1));
    await log.close(false);
    const whole = await readFile(file("room.log"));
    const tail = record(2);
    for (let bytes = 1; bytes < tail.length; bytes++) {
      await writeFile(file("room.log"), Buffer.concat([whole, tail.subarray(0, bytes)]));
      const { records, damage } = parseSegments(await store.read("room"));
      assert.deepEqual(
        records.map(({ tick }) => tick),
        [0, 0, 1],
      );
      assert.deepEqual(
        damage.map(({ code, at }) => [code, at]),
        [["LOG_TORN", whole.length]],
      );
    }
  });

  it("[LOG9] the epoch is found behind a torn tail too", async () => {
    const log = await store.open("room");
    await begin(log, 0, { epoch: 21 });
    await log.close(false);
    await writeFile(
      file("room.log"),
      Buffer.concat([await readFile(file("room.log")), record(1, { epoch: 22 }).subarray(0, 9)]),
    );
    assert.equal((await store.open("room")).previousEpoch, 21);
  });

  it("[LOG7] a finished room leaves one file, its last segment", async () => {
    const log = await store.open("room");
    for (let segment = 0; segment < 4; segment++) await begin(log, segment);
    await append(log, record(9, { kind: RecordKind.END }));
    await log.close(true);
    assert.deepEqual(await readdir(file("")), ["room.ended.log"]);
    assert.deepEqual(ticksOf(await store.read("room")), [3, 9]);
  });

  it("[LOG7] finished logs beyond the byte cap are deleted, the oldest first", async () => {
    const log = await store.open("first");
    await begin(log, 0);
    await log.close(true);
    await utimes(file("first.ended.log"), 1, 1);
    for (const [name, seconds] of [
      ["second", 2],
      ["third", 3],
    ] as const) {
      const sparse = file(`${name}.ended.log`);
      await writeFile(sparse, "");
      await truncate(sparse, LIMITS.finishedLogBytes / 2 - 100);
      await utimes(sparse, seconds, seconds);
    }
    const last = await store.open("last");
    await begin(last, 0, { bytes: 1000 });
    await last.close(true);
    assert.deepEqual((await readdir(file(""))).sort(), ["last.ended.log", "third.ended.log"]);
  });

  it("[LOG6] a room that never wrote may end", async () => {
    const log = await store.open("room");
    await log.close(true);
    assert.deepEqual(await store.list(), []);
  });
});
