/**
 * What durability costs: the same room with its log on the disk and without a log, two servers side by side, of which one
 * moves at a time. Blocks of a few seconds alternate, so that whatever else the machine does hurts both alike.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { atMost, type Bench, type BenchOptions, type Findings } from "../lib/bench.ts";
import { joinRaw, type RawClient } from "../lib/raw-client.ts";
import { type ServerProcess, startServer } from "../lib/server-process.ts";
import { mean, median, percentile, sum } from "../lib/stats.ts";
import { MEMORY_PER_TICK, PLAYERS, SECRETS_PER_TICK, TICK_HZ } from "./field.ts";
import type { BlockCost, LogSizes } from "./server.ts";

const VARIANTS = ["acked", "off"] as const;
type Variant = (typeof VARIANTS)[number];

/** Share of a tick's CPU that the log may take. */
const LOG_SHARE_MAX = 0.05;
const SETTLE_MS = 300;
const FULL = { pairs: 24, blockMs: 3_000, warmUpMs: 6_000 };
const QUICK = { pairs: 4, blockMs: 1_500, warmUpMs: 3_000 };

interface Side {
  readonly server: ServerProcess;
  readonly clients: readonly RawClient[];
  /** CPU of a tick in each block, µs. */
  readonly tickUs: number[];
}

export const log: Bench = { name: "log", title: "What the log costs", run };

async function run({ quick, tell }: BenchOptions): Promise<Findings> {
  const { pairs, blockMs, warmUpMs } = quick ? QUICK : FULL;
  const sides = { acked: await openSide("acked"), off: await openSide("off") };
  for (const variant of VARIANTS) await runBlock(sides[variant], warmUpMs);
  for (let pair = 0; pair < pairs; pair++) {
    const order = pair % 2 === 0 ? VARIANTS : VARIANTS.toReversed();
    for (const variant of order) sides[variant].tickUs.push(await runBlock(sides[variant], blockMs));
    tell(
      `log: pair ${pair + 1} of ${pairs}: ${VARIANTS.map((variant) => `${variant} ${sides[variant].tickUs.at(-1)!.toFixed(0)} µs`).join(", ")}`,
    );
  }
  const sizes = await sides.acked.server.ask<LogSizes>("logSizes", sides.acked.clients[0]!.roomId);
  for (const { server, clients } of Object.values(sides)) {
    for (const client of clients) client.close();
    await server.stop();
  }
  return findings(sides, sizes, { pairs, blockMs });
}

async function openSide(variant: Variant): Promise<Side> {
  const server = await startServer("./server.ts", import.meta.url, [variant]);
  return { server, clients: await joinRaw(server.url, "field", PLAYERS), tickUs: [] };
}

/** CPU of a tick while everybody moves, µs. */
async function runBlock({ server }: Side, blockMs: number): Promise<number> {
  await server.ask("move", true);
  await sleep(SETTLE_MS);
  await server.ask("begin");
  await sleep(blockMs);
  const { ticks, cpuMs } = await server.ask<BlockCost>("end");
  await server.ask("move", false);
  await sleep(SETTLE_MS);
  return (cpuMs * 1000) / ticks;
}

function findings(
  sides: Readonly<Record<Variant, Side>>,
  sizes: LogSizes,
  { pairs, blockMs }: { pairs: number; blockMs: number },
): Findings {
  const { acked, off } = sides;
  const shares = acked.tickUs.map((us, pair) => us / off.tickUs[pair]! - 1);
  const extraUs = acked.tickUs.map((us, pair) => us - off.tickUs[pair]!);
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
      'Two servers, each a process with 100 clients of its own: `durability: "acked"` on the file store, and `"off"`. Only one moves at a time.',
      `${pairs} pairs of blocks of ${blockMs / 1000} s, order turned in every pair; the CPU of a block is \`process.cpuUsage()\` of the server (user + system, all threads, garbage collection and disk writes included) over its ticks.`,
      "The share is the median of the pairs' ratios; the range is the middle half of them.",
      "The load generator is a third process; its clients count bytes and decode nothing. Nothing is pinned to a core.",
    ],
    tables: [
      {
        title: "CPU of a tick",
        columns: ["", "median", "middle half"],
        rows: [
          row("with the log", acked.tickUs, us),
          row("without", off.tickUs, us),
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
    reading: `A tick of this room costs ${median(acked.tickUs).toFixed(0)} µs of CPU, of which ${median(extraUs).toFixed(0)} µs are the log: about what ${(median(extraUs) / (median(off.tickUs) / PLAYERS)).toFixed(1)} more clients would cost. It writes ${(bytesPerSecond / 1024).toFixed(0)} kB a second, what one client receives.`,
    targets: [atMost("the log's share of a tick's CPU", share * 100, LOG_SHARE_MAX * 100, 1, " %")],
    figures: {
      tickUs: { acked: acked.tickUs, off: off.tickUs },
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
