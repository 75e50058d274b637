/** The history is read from what a real Redis wrote while the product's own journal wrote to it, and the bytes are read without the product. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodeRecord, ItemKind, Mailboxes, RecordKind, SectionTag } from "@ninelives/shared-schema";
import { Redis } from "ioredis";
import { withLogScripts } from "../../../server/src/log/redis-scripts.ts";
import { startRedis, type TestRedis } from "../../support/redis.ts";
import { aofArgs, aofCommands, transactions } from "./aof.ts";
import { RecordReader } from "./record-reader.ts";
import { type StoreEvent, storeHistory } from "./store-history.ts";

function record(kind: RecordKind, epoch: number, tick: number, delivery: Uint8Array | undefined): Buffer {
  const sections = new Map(delivery === undefined ? [] : [[SectionTag.DELIVERY, delivery]]);
  return Buffer.from(encodeRecord({ kind, epoch, tick, elapsedMs: tick * 33.3, sections }));
}

describe("the history of the store", () => {
  let dir: string;
  let server: TestRedis;
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), "ninelives-aof-"));
    server = await startRedis(undefined, { dir, args: aofArgs() });
  });
  after(async () => {
    await server.stop();
    await rm(dir, { recursive: true, force: true });
  });

  it("[FLT22] has every claim and every append that Redis took, none that it refused, and what their records say", async () => {
    const redis = withLogScripts(new Redis(server.url));
    const [own, log] = ["t:{room 1}:own", "t:{room 1}:log"];
    const mailboxes = new Mailboxes();
    const begin = (epoch: number, tick: number) =>
      Buffer.concat([
        record(RecordKind.HEADER, epoch, tick, undefined),
        record(RecordKind.SNAPSHOT, epoch, tick, mailboxes.whole()),
      ]);
    const first = Number((await redis.logClaim(own, "p1", "", "key 1", 60))[2]);
    await redis.logAppend(own, log, first, 1, "1", "p1", begin(first, 0));
    const ada = mailboxes.open("ada");
    mailboxes.answer(ada, { id: 1, isFault: false, body: new Uint8Array([7]) });
    mailboxes.tell([ada], { kind: ItemKind.EVENT, body: new Uint8Array([1, 2]) });
    const entry = record(RecordKind.ENTRY, first, 300, mailboxes.takeEntry());
    await redis.logAppend(own, log, first, 2, "0", "p1", entry);
    await redis.logClaim(own, "p9", "", "key 9", 60);
    const second = Number((await redis.logClaim(own, "p2", String(first), "key 2", 60))[2]);
    await redis.logAppend(own, log, first, 3, "0", "p1", entry);
    await redis.logAppend(own, log, second, 1, "1", "p2", begin(second, 300));
    mailboxes.close("ada");
    await redis.logAppend(own, log, second, 2, "0", "p2", record(RecordKind.ENTRY, second, 301, mailboxes.takeEntry()));
    await redis.logAppend(own, log, second, 3, "0", "p2", Buffer.from("no record"));
    await redis.logLeave(own, log, second, "ended", 60, "");
    await redis.logForget(own, log);
    redis.disconnect();

    const appended = (epoch: number, number: number, owner: string | undefined, ...records: object[]) => {
      return { kind: "appended", roomId: "room 1", epoch, number, owner, records };
    };
    const header = (epoch: number, tick: number) => ({ kind: "HEADER", epoch, tick, runs: [] });
    const upTo = { kind: "upTo", sessionId: "ada", id: 1 };
    const events: StoreEvent[] = [];
    for await (const event of storeHistory(dir)) events.push(event);
    const unreadable = events.splice(6, 1);
    assert.deepEqual(events, [
      { kind: "claimed", roomId: "room 1", epoch: first, owner: "p1" },
      appended(first, 1, "p1", header(first, 0), { kind: "SNAPSHOT", epoch: first, tick: 0, runs: [] }),
      appended(first, 2, undefined, {
        kind: "ENTRY",
        epoch: first,
        tick: 300,
        runs: [{ kind: "ran", sessionId: "ada", id: 1 }],
      }),
      { kind: "claimed", roomId: "room 1", epoch: second, owner: "p2" },
      appended(second, 1, "p2", header(second, 300), { kind: "SNAPSHOT", epoch: second, tick: 300, runs: [upTo] }),
      appended(second, 2, undefined, {
        kind: "ENTRY",
        epoch: second,
        tick: 301,
        runs: [{ kind: "left", sessionId: "ada" }],
      }),
      { kind: "forgotten", roomId: "room 1" },
    ]);
    assert.equal(unreadable[0]!.kind, "unreadable");
  });

  it("[FLT22] names a flipped bit in a record", () => {
    const bytes = record(RecordKind.ENTRY, 5, 6, undefined);
    bytes[bytes.length - 1]! ^= 1;
    assert.throws(() => new RecordReader().read(bytes), /crc \d+ expected/);
  });

  it("[FLT22] reads commands wherever a chunk ends, skips remarks, and leaves out what a kill tore off", async () => {
    const file = Buffer.from(
      "#TS:1\r\n*1\r\n$5\r\nMULTI\r\n*3\r\n$3\r\nSET\r\n$1\r\na\r\n$4\r\n\r\n*1\r\n*2\r\n$3\r\nDEL\r\n$1\r\nb\r\n*1\r\n$4\r\nEXEC\r\n" +
        "*2\r\n$3\r\nDEL\r\n$1\r\nc\r\n*1\r\n$5\r\nMULTI\r\n*2\r\n$3\r\nDEL\r\n$1\r\nd\r\n*2\r\n$3\r\nDE",
    );
    for (const size of [1, 2, 7, file.length]) {
      const writes: string[] = [];
      for await (const write of transactions(aofCommands(chunksOf(file, size))))
        writes.push(write.map((words) => words.join(" ")).join(", "));
      assert.deepEqual(writes, ["SET a \r\n*1, DEL b", "DEL c"]);
    }
  });
});

async function* chunksOf(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
