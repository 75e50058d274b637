/**
 * What durability costs: the same room with its log on the disk and without a log, in two servers that run at the same time, so
 * that whatever else the machine does in a block hurts both alike. Several generations of fresh processes, because two
 * processes of the same program are not equally fast either.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { LIMITS } from "@ninelives/shared-schema";
import { atMost, type Bench, type BenchOptions, type Findings } from "../lib/bench.ts";
import { joinRaw, RawClient } from "../lib/raw-client.ts";
import { type ServerProcess, startServer } from "../lib/server-process.ts";
import { mean, median, percentile, sum } from "../lib/stats.ts";
import { MEMORY_PER_TICK, PLAYERS, SECRETS_PER_TICK, TICK_HZ } from "./field.ts";
import type { BlockCost, LogSizes } from "./server.ts";

const VARIANTS = ["acked", "off"] as const;
type Variant = (typeof VARIANTS)[number];

/** Share of a tick's CPU that the log may take. */
const LOG_SHARE_MAX = 0.05;
/** For the room of the warm-up to end, ms. */
const SETTLE_MS = 1_000;
const FULL = { generations: 4, blocks: 8, blockMs: 4_000, warmUpMs: 20_000 };
const QUICK = { generations: 1, blocks: 4, blockMs: 2_000, warmUpMs: 10_000 };

interface Side {
  readonly server: ServerProcess;
  readonly clients: readonly RawClient[];
}

/** CPU of a tick in each block, µs: the same index is the same block. */
type Costs = Readonly<Record<Variant, number[]>>;

export const log: Bench = { name: "log", title: "What the log costs", run };

async function run({ quick, tell }: BenchOptions): Promise<Findings> {
  const size = quick ? QUICK : FULL;
  const costs: Costs = { acked: [], off: [] };
  const sizes: LogSizes[] = [];
  for (let generation = 0; generation < size.generations; generation++) {
    const sides = { acked: await openSide("acked"), off: await openSide("off") };
    await both(sides, async ({ server }) => {
      await server.ask("move", true);
      const warm = await RawClient.join(server.url, "warm");
      await sleep(size.warmUpMs);
      warm.leave();
    });
    await sleep(SETTLE_MS);
    for (let block = 0; block < size.blocks; block++) {
      const us = await runBlock(sides, size.blockMs);
      for (const variant of VARIANTS) costs[variant].push(us[variant]);
      const told = VARIANTS.map((variant) => `${variant} ${us[variant].toFixed(0)} µs`).join(", ");
      tell(`log: block ${costs.off.length} of ${size.generations * size.blocks}: ${told}`);
    }
    sizes.push(await sides.acked.server.ask<LogSizes>("logSizes", sides.acked.clients[0]!.roomId));
    await both(sides, async ({ server, clients }) => {
      for (const client of clients) client.leave();
      await server.stop();
    });
  }
  const entries = sizes.flatMap((one) => one.entries);
  return findings(costs, { entries, snapshots: sizes.flatMap((one) => one.snapshots) }, size);
}

async function openSide(variant: Variant): Promise<Side> {
  const server = await startServer("./server.ts", import.meta.url, [variant]);
  return { server, clients: await joinRaw(server.url, "field", PLAYERS) };
}

async function both<T>(
  sides: Readonly<Record<Variant, Side>>,
  act: (side: Side) => Promise<T>,
): Promise<Record<Variant, T>> {
  const [acked, off] = await Promise.all([act(sides.acked), act(sides.off)]);
  return { acked, off };
}

/** CPU of a tick of each side over the same seconds, µs. */
async function runBlock(sides: Readonly<Record<Variant, Side>>, blockMs: number): Promise<Record<Variant, number>> {
  await both(sides, ({ server }) => server.ask("begin"));
  await sleep(blockMs);
  const { acked, off } = await both(sides, ({ server }) => server.ask<BlockCost>("end"));
  return { acked: (acked.cpuMs * 1000) / acked.ticks, off: (off.cpuMs * 1000) / off.ticks };
}

function findings(costs: Costs, sizes: LogSizes, { generations, blocks, blockMs, warmUpMs }: typeof FULL): Findings {
  const { acked, off } = costs;
  const shares = acked.map((us, block) => us / off[block]! - 1);
  const extraUs = acked.map((us, block) => us - off[block]!);
  const share = median(shares);
  const bytesPerSecond = mean(sizes.entries) * TICK_HZ;
  const percent = (value: number) => `${(value * 100).toFixed(1)} %`;
  const row = (name: string, samples: readonly number[], show: (value: number) => string) => [
    name,
    show(median(samples)),
    `${show(percentile(samples, 25))} to ${show(percentile(samples, 75))}`,
  ];
  const us = (value: number) => `${value.toFixed(0)} µs`;
  return {
    method: [
      `One room of ${PLAYERS} players at ${TICK_HZ} Hz; x, y, vx, vy (float32) and hp (uint8) of all change every tick, so do ${SECRETS_PER_TICK} hidden fields and ${MEMORY_PER_TICK} memory entries. Everyone sees everyone, over real sockets (loopback).`,
      'Two servers, each a process with 100 clients of its own: `durability: "acked"` on the file store, and `"off"`. Both run at the same time, so they share whatever else the machine does.',
      `${generations} generations of fresh processes, ${blocks} blocks of ${blockMs / 1000} s each, after ${warmUpMs / 1000} s in which a second room of the same code at ${LIMITS.tickHzMax} Hz has warmed both up: a server runs for days, what its compiler does in the first minute is not what a tick costs. The CPU of a block is \`process.cpuUsage()\` of the server (user + system, all threads, garbage collection and disk writes included) over its ticks.`,
      "The share is the median of the blocks' ratios; the range is the middle half of them.",
      "The load generator is a third process; its clients count bytes and decode nothing. Nothing is pinned to a core.",
    ],
    tables: [
      {
        title: "CPU of a tick",
        columns: ["", "median", "middle half"],
        rows: [
          row("with the log", acked, us),
          row("without", off, us),
          row("the log, per tick", extraUs, us),
          row("the log, share of a tick", shares, percent),
        ],
      },
      {
        title: "Size",
        columns: ["", "mean", "p50", "p99"],
        rows: [
          [
            "entry, bytes",
            ...[mean(sizes.entries), median(sizes.entries), percentile(sizes.entries, 99)].map((bytes) =>
              bytes.toFixed(0),
            ),
          ],
          ["entry per player, bytes", (mean(sizes.entries) / PLAYERS).toFixed(1), "", ""],
          [
            "snapshot, bytes",
            ...[mean(sizes.snapshots), median(sizes.snapshots), percentile(sizes.snapshots, 99)].map((bytes) =>
              bytes.toFixed(0),
            ),
          ],
          ["entries, bytes a second", bytesPerSecond.toFixed(0), "", ""],
        ],
      },
    ],
    reading: `A tick of this room costs ${median(acked).toFixed(0)} µs of CPU, of which ${median(extraUs).toFixed(0)} µs are the log: about what ${(median(extraUs) / (median(off) / PLAYERS)).toFixed(1)} more clients would cost. It writes ${(bytesPerSecond / 1024).toFixed(0)} kB a second, what one client receives.`,
    targets: [atMost("the log's share of a tick's CPU", share * 100, LOG_SHARE_MAX * 100, 1, " %")],
    figures: {
      tickUs: costs,
      share,
      entryBytes: {
        samples: sizes.entries.length,
        mean: mean(sizes.entries),
        p50: median(sizes.entries),
        p99: percentile(sizes.entries, 99),
      },
      snapshotBytes: { samples: sizes.snapshots.length, mean: mean(sizes.snapshots), total: sum(sizes.snapshots) },
      bytesPerSecond,
    },
  };
}
