/**
 * What Redis took for every room, in its order: who claimed it, and which batches were appended. Read from what was written, by the keys
 * and fields that server/src/log/redis-scripts.ts names, and not through it.
 *
 *   <prefix>{<room>}:own   HSET with c: a claim; with o and without c: a batch that begins; DEL: the room is forgotten
 *   <prefix>{<room>}:log   XADD <epoch>-<number> r <records>
 */
import { type AofCommand, aofWrites } from "./aof.ts";
import { type ReadRecord, RecordReader } from "./record-reader.ts";

export type StoreEvent =
  | { readonly kind: "claimed"; readonly roomId: string; readonly epoch: number; readonly owner: string }
  | {
      readonly kind: "appended";
      readonly roomId: string;
      readonly epoch: number;
      readonly number: number;
      /** Of a batch that begins the log anew; only such a one says whose it is. */
      readonly owner: string | undefined;
      readonly records: readonly ReadRecord[];
    }
  | { readonly kind: "forgotten"; readonly roomId: string }
  | { readonly kind: "unreadable"; readonly roomId: string; readonly why: string };

const KEY = /\{(.+)\}:(own|log)$/;

/** `dir`: where Redis keeps its files. */
export async function* storeHistory(dir: string): AsyncGenerator<StoreEvent> {
  const readers = new Map<string, RecordReader>();
  for await (const writes of aofWrites(dir)) yield* eventsOf(writes, readers);
}

/** Of the writes that one script did together. `readers`: of each room, made where there is none. */
export function* eventsOf(writes: readonly AofCommand[], readers: Map<string, RecordReader>): Generator<StoreEvent> {
  for (const [name, ...words] of writes) {
    const command = name!.toString().toUpperCase();
    if (command === "DEL" || command === "UNLINK") {
      for (const { roomId, of } of words.flatMap(roomOf)) if (of === "own") yield { kind: "forgotten", roomId };
      continue;
    }
    const [room] = words.slice(0, 1).flatMap(roomOf);
    if (room === undefined) continue;
    const { roomId, of } = room;
    const fields = fieldsOf(words.slice(1));
    if (command === "HSET" && of === "own" && fields.has("c"))
      yield { kind: "claimed", roomId, epoch: Number(fields.get("e")), owner: fields.get("o")! };
    if (command !== "XADD" || of !== "log") continue;
    const reader = readers.get(roomId) ?? new RecordReader();
    readers.set(roomId, reader);
    yield append(roomId, words.slice(1), beginnerOf(writes), reader);
  }
}

function append(roomId: string, words: readonly Buffer[], owner: string | undefined, reader: RecordReader): StoreEvent {
  const [id = "", field = ""] = words.slice(0, 2).map((word) => word.toString());
  const [epoch, number] = id.split("-").map(Number);
  if (field !== "r") return { kind: "unreadable", roomId, why: `field r expected in ${id}, ${field} got` };
  try {
    const records = reader.read(words[2]!);
    return { kind: "appended", roomId, epoch: epoch!, number: number!, owner, records };
  } catch (error) {
    return { kind: "unreadable", roomId, why: `batch ${id}: ${(error as Error).message}` };
  }
}

/** Whose batch it is, if it begins the log anew. */
function beginnerOf(writes: readonly AofCommand[]): string | undefined {
  for (const [name, key, ...words] of writes) {
    if (name!.toString().toUpperCase() !== "HSET" || roomOf(key!)[0]?.of !== "own") continue;
    const fields = fieldsOf(words);
    if (fields.has("o") && !fields.has("c")) return fields.get("o");
  }
  return undefined;
}

function roomOf(key: Buffer): { readonly roomId: string; readonly of: string }[] {
  const match = KEY.exec(key.toString());
  return match === null ? [] : [{ roomId: match[1]!, of: match[2]! }];
}

function fieldsOf(words: readonly Buffer[]): Map<string, string> {
  const fields = new Map<string, string>();
  for (let place = 0; place + 1 < words.length; place += 2)
    fields.set(words[place]!.toString(), words[place + 1]!.toString());
  return fields;
}
