/**
 * What durability costs: the same room with its log and without one, in one process, of which one room moves at a time, turn and turn
 * about. What one process has over another, and what else the machine does, hurts both alike. Once with the file store, once with Redis.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { startRedis } from "../../test/support/redis.ts";
import type { Bench, BenchOptions, Findings } from "../lib/bench.ts";
import { joinRaw, RawClient } from "../lib/raw-client.ts";
import { type ServerProcess, startServer } from "../lib/server-process.ts";
import { PLAYERS, type Variant, VARIANTS } from "./field.ts";
import { type LogCost, logFindings, type RunSize, STORES, type StoreKind } from "./findings.ts";
import { redisUse } from "./redis-use.ts";
import type { BlockCost, LogSizes } from "./server.ts";

/** For the rooms of the warm-up to end, and for a room to move or to come to rest, ms. */
const SETTLE_MS = 1_000;
const TURN_MS = 200;
const FULL: RunSize = { generations: 3, rounds: 10, blockMs: 2_000, warmUpMs: 15_000 };
const QUICK: RunSize = { generations: 1, rounds: 3, blockMs: 1_000, warmUpMs: 5_000 };

export const log: Bench = { name: "log", title: "What the log costs", run };

async function run({ quick, tell }: BenchOptions): Promise<Findings> {
  const size = quick ? QUICK : FULL;
  const costs = Object.fromEntries(STORES.map((store) => [store, newCost()])) as Record<StoreKind, LogCost>;
  for (let generation = 1; generation <= size.generations; generation++) {
    for (const store of STORES) {
      await measure(store, costs[store], size, (line) =>
        tell(`log: ${store}, generation ${generation} of ${size.generations}: ${line}`),
      );
    }
  }
  return logFindings(costs, size);
}

function newCost(): LogCost {
  return { acked: [], off: [], idle: [], entries: [], snapshots: [], redisUs: [], redisBytes: [] };
}

async function measure(store: StoreKind, cost: LogCost, size: RunSize, tell: (line: string) => void): Promise<void> {
  const args = ["--appendonly", "yes", "--appendfsync", "everysec"];
  const redis = store === "redis" ? await startRedis(undefined, { args }) : undefined;
  const server = await startServer("./server.ts", import.meta.url, [], redis?.url);
  const [acked, off] = [await joinRaw(server.url, "acked", PLAYERS), await joinRaw(server.url, "off", PLAYERS)];
  const warm = await Promise.all(VARIANTS.map((variant) => RawClient.join(server.url, `warm-${variant}`)));
  await sleep(size.warmUpMs);
  for (const client of warm) client.leave();
  await sleep(SETTLE_MS);
  for (let round = 0; round < size.rounds; round++) {
    cost.idle.push(await block(server, null, size.blockMs));
    const order: readonly Variant[] = round % 2 === 0 ? ["acked", "off"] : ["off", "acked"];
    for (const variant of order) {
      const used = variant === "acked" && redis !== undefined ? await redisUse(redis.url) : undefined;
      cost[variant].push(await block(server, variant, size.blockMs));
      if (used === undefined) continue;
      const { perTickUs, bytesPerSecond } = await used();
      cost.redisUs.push(perTickUs);
      cost.redisBytes.push(bytesPerSecond);
    }
    const told = VARIANTS.map((variant) => `${variant} ${cost[variant].at(-1)!.toFixed(0)} µs`).join(", ");
    tell(`round ${round + 1} of ${size.rounds}: ${told}`);
  }
  const sizes = await server.ask<LogSizes>("logSizes", acked[0]!.roomId);
  cost.entries.push(...sizes.entries);
  cost.snapshots.push(...sizes.snapshots);
  for (const client of [...acked, ...off]) client.leave();
  await server.stop();
  await redis?.stop();
}

/** CPU of a tick while this room moves, the other one at rest included, µs. */
async function block(server: ServerProcess, moving: Variant | null, blockMs: number): Promise<number> {
  await server.ask("move", moving);
  await sleep(TURN_MS);
  await server.ask("begin");
  await sleep(blockMs);
  const { cpuMs, ticks } = await server.ask<BlockCost>("end");
  return (cpuMs * 1000) / ticks;
}
