/**
 * Reads the directory's keys as they lie in Redis, by their names, and who the logs say has which room. All of them are read in one
 * transaction, so nothing changes in between. It shares no code with the product: what that writes wrongly it would read wrongly, too.
 */
import { Redis } from "ioredis";
import type { Keys, Row } from "./views.ts";

const DIRECTORY = "ninelives:{rooms}:";
const OWNER = /^ninelives:\{(.+)\}:own$/;
const SCANNED_AT_ONCE = 1_000;

/** A key's name without the directory's prefix, its kind, and what is in it. */
interface Found {
  readonly name: string;
  readonly kind: string;
  readonly words: readonly string[];
}

export async function readKeys(redisUrl: string): Promise<Keys> {
  const redis = new Redis(redisUrl, { lazyConnect: true, maxRetriesPerRequest: 0, retryStrategy: () => null });
  redis.on("error", () => {});
  try {
    await redis.connect();
    return await keysOf(redis);
  } finally {
    redis.disconnect();
  }
}

async function keysOf(redis: Redis): Promise<Keys> {
  const names = await namesOf(redis);
  const kinds = await Promise.all(names.map((name) => redis.type(name)));
  const transaction = redis.multi().time();
  for (const [at, name] of names.entries()) readAll(transaction, name, kinds[at]!);
  const [time, ...answers] = (await transaction.exec())!.map(([, answer]) => answer);
  const [seconds, micros] = time as [string, string];
  const found = names.map((name, at) => ({ name, kind: kinds[at]!, words: [answers[at] ?? []].flat() as string[] }));
  return sorted(Number(seconds) * 1000 + Math.floor(Number(micros) / 1000), found);
}

async function namesOf(redis: Redis): Promise<string[]> {
  const names = new Set<string>();
  for await (const some of redis.scanStream({ match: "ninelives:{*", count: SCANNED_AT_ONCE }))
    for (const name of some as string[]) if (name.startsWith(DIRECTORY) || OWNER.test(name)) names.add(name);
  return [...names].toSorted();
}

function readAll(transaction: ReturnType<Redis["multi"]>, name: string, kind: string): void {
  if (kind === "hash") transaction.hgetall(name);
  else if (kind === "set") transaction.smembers(name);
  else if (kind === "zset") transaction.zrange(name, 0, -1);
  else transaction.type(name);
}

function sorted(nowMs: number, found: readonly Found[]): Keys {
  const strange: string[] = [];
  const keys = {
    nowMs,
    rows: new Map<string, Row>(),
    at: new Map<string, ReadonlySet<string>>(),
    open: new Map<string, ReadonlySet<string>>(),
    seats: new Map<string, string>(),
    places: new Map<string, readonly string[]>(),
    booked: new Map<string, ReadonlyMap<string, number>>(),
    full: new Set<string>(),
    due: new Set<string>(),
    owners: new Map<string, { owner: string; epoch: number }>(),
    strange,
  };
  for (const { name, kind, words } of found) {
    const pairs = kind === "hash" ? Object.entries(words[0] as unknown as Record<string, string>) : [];
    const owned = OWNER.exec(name)?.[1];
    const [, what, of] = /^(\w+):?(.*)$/.exec(name.slice(DIRECTORY.length)) ?? [];
    if (owned !== undefined) {
      const own = Object.fromEntries(pairs);
      if (own.s === "" && own.r !== "1") keys.owners.set(owned, { owner: own.o!, epoch: Number(own.e) });
    } else if (what === "rows") for (const [id, text] of pairs) keys.rows.set(id, JSON.parse(text) as Row);
    else if (what === "at") keys.at.set(of!, new Set(words));
    else if (what === "open") keys.open.set(of!, new Set(words));
    else if (what === "seats") for (const [id, text] of pairs) keys.seats.set(id, text);
    else if (what === "places")
      for (const [id, text] of pairs) keys.places.set(id, (JSON.parse(text) as { in: readonly string[] }).in);
    else if (what === "booked") keys.booked.set(of!, new Map(pairs.map(([session, ends]) => [session, Number(ends)])));
    else if (what === "full") keys.full = new Set(words);
    else if (what === "due") keys.due = new Set(pairs.map(([id]) => id));
    else if (what !== "void" && what !== "whole") strange.push(name);
  }
  return keys;
}
