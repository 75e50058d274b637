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
import { claimContract } from "./claim-contract.ts";
import { append, begin, beginning, record, storeContract, take, ticksOf } from "./store-contract.ts";

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

const openMemory = () => Promise.resolve(new MemoryStore(systemClock));
const openFiles = async () => fileStore(await newFolder());
storeContract("memory", { segmentsKept: 0 }, openMemory);
claimContract("memory", { isAlone: false }, openMemory);
storeContract("file", { segmentsKept: LIMITS.segmentsKept }, openFiles);
claimContract("file", { isAlone: true }, openFiles);

describe("logs as files", () => {
  let dir: string;
  let store: FileStore;
  const file = (name: string) => join(dir, "rooms", name);
  beforeEach(async () => {
    dir = await newFolder();
    store = fileStore(dir);
  });

  it("[LOG13] nobody but the user that runs the host can read what it has made", async function () {
    if (process.platform === "win32") return this.skip();
    const log = await take(store, "room");
    await begin(log, 0);
    await log.close("released");
    await take(fileStore(dir), "room");
    const modes = await Promise.all(
      ["", ...(await readdir(file("")))].map(async (name) => (await stat(file(name))).mode),
    );
    assert.deepEqual(
      modes.map((mode) => mode & 0o077),
      modes.map(() => 0),
    );
    assert.equal(modes.length, 3);
  });

  it("[LOG5] a segment of full size is closed and the next begins with a snapshot; names are as documented", async () => {
    const log = await take(store, "room");
    const big = 1024 * 1024;
    await begin(log, 0);
    for (let tick = 1; !log.isFull; tick++) await append(log, record(tick, { bytes: big }));
    await begin(log, 100);
    assert.deepEqual((await readdir(file(""))).sort(), ["room.1.log", "room.log"]);
    assert.equal((await stat(file("room.1.log"))).size >= LIMITS.segmentBytes, true);
    assert.deepEqual(ticksOf(await store.read("room")), [0, 1, 2, 3, 4, 5, 6, 7, 8, 100]);
    await log.close("released");
  });

  it("[LOG5] a crash before a new segment took its name costs nothing: the old one is read, then what the new one has", async () => {
    const log = await take(store, "room");
    await begin(log, 0);
    await append(log, record(1));
    await log.close("released");
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
    const log = await take(store, "room");
    await begin(log, 0);
    await log.close("released");
    await writeFile(file("room.next.log"), beginning(5));
    const again = await take(store, "room");
    await begin(again, 9, { epoch: 2 });
    again.settled();
    assert.deepEqual(ticksOf(await store.read("room")), [0, 9]);
    assert.deepEqual((await readdir(file(""))).sort(), ["room.1.log", "room.log"]);
    await again.close("finished");
    assert.deepEqual(await readdir(file("")), ["room.ended.log"]);
  });

  it("[LOG5] a crash between the two renames costs nothing either: the next owner keeps the newer segment", async () => {
    const log = await take(store, "room");
    await begin(log, 0);
    await begin(log, 5);
    await append(log, record(6));
    await log.close("released");
    await rename(file("room.log"), file("room.next.log"));
    assert.deepEqual(ticksOf(await store.read("room")), [0, 5, 6]);
    const again = await take(store, "room");
    await begin(again, 7, { epoch: 2 });
    assert.deepEqual(ticksOf(await store.read("room")), [0, 5, 6, 7]);
    await again.close("released");
  });

  it("[LOG6] an append that comes in the very turn the one before is committed is not left behind", async () => {
    const log = await take(store, "room");
    await begin(log, 0);
    for (let tick = 1; tick <= 20; tick++) await append(log, record(tick));
    assert.equal(ticksOf(await store.read("room")).length, 21);
    await log.close("released");
  });

  it("[LOG6] a reader of commits that throws is reported and holds up nothing", async () => {
    const faults: string[] = [];
    const frail = new FileStore({ dir, clock: systemClock, onFault: (message) => faults.push(message) });
    const log = await take(frail, "room");
    await begin(log, 0);
    log.append(record(1), () => {
      throw new Error("reader");
    });
    await append(log, record(2));
    assert.equal(faults.length, 1);
    assert.deepEqual(ticksOf(await frail.read("room")), [0, 1, 2]);
    await log.close("released");
  });

  it("[LOG4] a torn tail is named, and everything before it is read, at every length of the tail", async () => {
    const log = await take(store, "room");
    await begin(log, 0);
    await append(log, record(1));
    await log.close("released");
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

  it("[LOG9] the epoch is found behind a torn tail too, and one above the wall clock is not fallen behind", async () => {
    const log = await take(store, "room");
    const epoch = log.epoch + 1e9;
    await begin(log, 0, { epoch });
    await log.close("released");
    const torn = record(1, { epoch: epoch + 1 }).subarray(0, 9);
    await writeFile(file("room.log"), Buffer.concat([await readFile(file("room.log")), torn]));
    assert.deepEqual(await store.ownerOf("room"), { roomId: "room", owner: "", epoch });
    assert.equal((await take(store, "room")).epoch, epoch + 1);
  });

  it("[OWN3] a torn or corrupt tail does not stop a claim: what can be read is read, and the next segment is whole", async () => {
    const log = await take(store, "room");
    await begin(log, 0);
    await append(log, record(1));
    await log.close("released");
    const whole = await readFile(file("room.log"));
    const tail = record(2);
    const damaged = [tail.subarray(0, 11), tail.with(tail.length - 1, tail.at(-1)! ^ 1), Buffer.alloc(64)];
    for (const [index, bytes] of damaged.entries()) {
      await writeFile(file("room.log"), Buffer.concat([whole, bytes]));
      const next = await take(store, "room");
      const before = parseSegments(await store.read("room"));
      assert.deepEqual(before.records.at(-1)!.tick, 1);
      assert.equal(before.damage.length > 0, true);
      await begin(next, 10 + index);
      await append(next, record(20 + index));
      const after = parseSegments(await store.read("room")).records.map(({ tick }) => tick);
      assert.deepEqual(after.slice(-3), [10 + index, 10 + index, 20 + index]);
      await next.close("released");
    }
  });

  it("[LOG7] a finished room leaves one file, its last segment", async () => {
    const log = await take(store, "room");
    for (let segment = 0; segment < 4; segment++) await begin(log, segment);
    await append(log, record(9, { kind: RecordKind.END }));
    await log.close("finished");
    assert.deepEqual(await readdir(file("")), ["room.ended.log"]);
    assert.deepEqual(ticksOf(await store.read("room")), [3, 9]);
  });

  it("[LOG7] finished logs beyond the byte cap are deleted, the oldest first", async () => {
    const log = await take(store, "first");
    await begin(log, 0);
    await log.close("finished");
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
    const last = await take(store, "last");
    await begin(last, 0, { bytes: 1000 });
    await last.close("finished");
    assert.deepEqual((await readdir(file(""))).sort(), ["last.ended.log", "third.ended.log"]);
  });

  it("[LOG6] a room that never wrote may end", async () => {
    const log = await take(store, "room");
    await log.close("finished");
    assert.deepEqual(await store.list(), []);
  });
});
