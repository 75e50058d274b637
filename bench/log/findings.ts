/** What the samples of the log's bench say. */
import { LIMITS } from "@ninelives/shared-schema";
import { atMost, type Findings, type Table } from "../lib/bench.ts";
import { mean, median, percentile } from "../lib/stats.ts";
import { MEMORY_PER_TICK, PLAYERS, SECRETS_PER_TICK, TICK_HZ, type Variant } from "./field.ts";

export const STORES = ["file", "redis"] as const;
export type StoreKind = (typeof STORES)[number];

export interface RunSize {
  readonly generations: number;
  readonly rounds: number;
  readonly blockMs: number;
  readonly warmUpMs: number;
}

/** CPU of a tick in each block, µs: the same index is the same round. */
export interface LogCost extends Record<Variant | "idle", number[]> {
  /** Sizes, bytes. */
  readonly entries: number[];
  readonly snapshots: number[];
  /** Of Redis, for each tick, and what it took in a second. */
  readonly redisUs: number[];
  readonly redisBytes: number[];
}

/** Share of a tick's CPU that the log may take. */
const LOG_SHARE_MAX = 0.05;

interface Shares {
  readonly tickUs: readonly number[];
  readonly logUs: readonly number[];
  readonly shares: readonly number[];
  /** Of all blocks together: what a long run pays. */
  readonly share: number;
}

export function logFindings(costs: Readonly<Record<StoreKind, LogCost>>, size: RunSize): Findings {
  const shares = { file: sharesOf(costs.file), redis: sharesOf(costs.redis) };
  const { redis } = costs;
  const perPlayerHour = (mean(redis.redisBytes) * 3600) / PLAYERS;
  return {
    method: [
      `One room of ${PLAYERS} players at ${TICK_HZ} Hz; x, y, vx, vy (float32) and hp (uint8) of all change every tick, so do ${SECRETS_PER_TICK} hidden fields and ${MEMORY_PER_TICK} memory entries. Everyone sees everyone, over real sockets (loopback).`,
      'Two such rooms in one process, one of `durability: "acked"`, one `"off"`, each with 100 clients of its own. In a block one of them moves and the other one is at rest; in a third kind of block both are. So code, heap and compiler are the same for both.',
      "The store is a folder, or a Redis that appends to a file (`appendfsync everysec`), which is then used for matchmaking and leases, too.",
      `${size.generations} generations of fresh processes for each store, ${size.rounds} rounds of blocks of ${size.blockMs / 1000} s in turn, after ${size.warmUpMs / 1000} s in which rooms of the same code at ${LIMITS.tickHzMax} Hz have warmed the process up. The CPU of a block is \`process.cpuUsage()\` of the server (user + system, all threads, garbage collection and disk writes included) over its ticks; what Redis uses is its own account of it.`,
      "A tick is a block of the room without a log, less a block at rest; the log is the difference of the two rooms in one round. The share of the promise is that of all blocks together; the middle half is that of single rounds, of which each is hurt by whatever else the machine does.",
    ],
    tables: [costTable("file", shares.file), costTable("redis", shares.redis), sizeTable(costs.file), useTable(redis)],
    reading: `The log takes ${percent(shares.file.share)} of a tick's CPU with the file store and ${percent(shares.redis.share)} with Redis: about what ${costInClients(shares.file)} and ${costInClients(shares.redis)} more clients would cost. Redis takes ${(perPlayerHour / 2 ** 20).toFixed(2)} MB a player-hour.`,
    targets: STORES.map((store) =>
      atMost(`the log's share of a tick's CPU, ${store}`, shares[store].share * 100, LOG_SHARE_MAX * 100, 1, " %"),
    ),
    figures: { costs, shares, redisBytesPerPlayerHour: perPlayerHour },
  };
}

function sharesOf({ acked, off, idle }: LogCost): Shares {
  const tickUs = off.map((us, round) => us - idle[round]!);
  const logUs = acked.map((us, round) => us - off[round]!);
  return { tickUs, logUs, shares: logUs.map((us, round) => us / tickUs[round]!), share: mean(logUs) / mean(tickUs) };
}

function costTable(store: StoreKind, { tickUs, logUs, shares, share }: Shares): Table {
  const us = (value: number) => `${value.toFixed(0)} µs`;
  const row = (name: string, all: string, samples: readonly number[], show: (value: number) => string) => [
    name,
    all,
    show(median(samples)),
    `${show(percentile(samples, 25))} to ${show(percentile(samples, 75))}`,
  ];
  return {
    title: `CPU of a tick, ${store}`,
    columns: ["", "all blocks", "median of rounds", "middle half"],
    rows: [
      row("without the log", us(mean(tickUs)), tickUs, us),
      row("the log, per tick", us(mean(logUs)), logUs, us),
      row("the log, share of a tick", percent(share), shares, percent),
    ],
  };
}

function sizeTable({ entries, snapshots }: LogCost): Table {
  const bytes = (samples: readonly number[]) =>
    [mean(samples), median(samples), percentile(samples, 99)].map((value) => value.toFixed(0));
  return {
    title: "Size",
    columns: ["", "mean", "p50", "p99"],
    rows: [
      ["entry, bytes", ...bytes(entries)],
      ["entry per player, bytes", (mean(entries) / PLAYERS).toFixed(1), "", ""],
      ["snapshot, bytes", ...bytes(snapshots)],
      ["entries, bytes a second", (mean(entries) * TICK_HZ).toFixed(0), "", ""],
    ],
  };
}

function useTable({ redisUs, redisBytes }: LogCost): Table {
  const perPlayerHour = (mean(redisBytes) * 3600) / PLAYERS;
  return {
    title: "What Redis has of it",
    columns: ["", "mean", "middle half"],
    rows: [
      ["its CPU for a tick", `${mean(redisUs).toFixed(0)} µs`, half(redisUs, (value) => `${value.toFixed(0)} µs`)],
      ["bytes in, a second", mean(redisBytes).toFixed(0), half(redisBytes, (value) => value.toFixed(0))],
      ["bytes in, a player-hour", `${(perPlayerHour / 2 ** 20).toFixed(2)} MB`, ""],
    ],
  };
}

function half(samples: readonly number[], show: (value: number) => string): string {
  return `${show(percentile(samples, 25))} to ${show(percentile(samples, 75))}`;
}

function percent(value: number): string {
  return `${(value * 100).toFixed(1)} %`;
}

function costInClients({ logUs, tickUs }: Shares): string {
  return (mean(logUs) / (mean(tickUs) / PLAYERS)).toFixed(1);
}
