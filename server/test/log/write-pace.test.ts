/** Which writes keep the room's turn and which go through another thread; the disk's slowness is played by the clock. */
import { deepEqual, equal, rejects } from "node:assert/strict";
import { type FileHandle, mkdtemp, open, readFile, rm } from "node:fs/promises";
import { writevSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import { WritePace } from "../../src/log/write-pace.ts";

describe("write pace", () => {
  let dir: string;
  let file: FileHandle;
  let clock: ManualClock;
  let tookMs: number;
  let atOnce: number;
  let pace: WritePace;
  let position: number;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "ninelives-pace-"));
    file = await open(join(dir, "log"), "w");
    clock = new ManualClock();
    tookMs = atOnce = position = 0;
    pace = new WritePace(clock, (...write) => {
      atOnce++;
      clock.advance(tookMs);
      return writevSync(...write);
    });
  });

  afterEach(async () => {
    await file.close();
    await rm(dir, { recursive: true });
  });

  async function write(...texts: string[]): Promise<number> {
    const chunks = texts.map((text) => Buffer.from(text));
    const bytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    const written = await pace.write(file, chunks, bytes, position);
    position += written;
    return written;
  }

  it("[LOG6] a small batch is written at once, all of it, where it belongs", async () => {
    equal(await write("one ", "two "), 8);
    equal(await write("three"), 5);
    equal(atOnce, 2);
    equal(await readFile(join(dir, "log"), "utf8"), "one two three");
  });

  it("[LOG6] a large batch never takes the room's turn", async () => {
    equal(await write("x".repeat(100_000)), 100_000);
    equal(atOnce, 0);
  });

  it("[LOG6] after a slow write nothing is written at once for 10 s; nothing is lost or out of order", async () => {
    const counts: number[] = [];
    tookMs = 51;
    await write("a");
    counts.push(atOnce);
    tookMs = 0;
    await write("b");
    clock.advance(9_999);
    await write("c");
    counts.push(atOnce);
    clock.advance(1);
    await write("d");
    counts.push(atOnce);
    deepEqual(counts, [1, 1, 2]);
    equal(await readFile(join(dir, "log"), "utf8"), "abcd");
  });

  it("[LOG8] a write at once that fails rejects like any other", async () => {
    const readOnly = await open(join(dir, "log"), "r");
    await rejects(pace.write(readOnly, [Buffer.from("x")], 1, 0), { code: "EBADF" });
    await readOnly.close();
  });
});
