/**
 * What a bad room costs the healthy ones of its process: one that throws in every step and is made anew whenever it was ended, one that
 * leaves a rejection behind in every step, one whose steps take most of their time. Ours, and stock Colyseus for as long as it lives.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { atMost, type Bench, type BenchOptions, exactly, type Findings } from "../lib/bench.ts";
import { joinRaw } from "../lib/raw-client.ts";
import { type ServerProcess, startServer } from "../lib/server-process.ts";
import { median, percentile, sum } from "../lib/stats.ts";
import { BAD, type Bad, HEAVY_SHARE, TICK_HZ } from "./rooms.ts";
import type { Block } from "./server.ts";

const SIDES = ["ours", "stock"] as const;
type Side = (typeof SIDES)[number];

const PERIOD_MS = 1000 / TICK_HZ;
const HEALTHY = 20;
/** Blocks with the bad room together are as long as the promise: a minute. */
const FULL = { rounds: 3, blockMs: 20_000 };
const QUICK = { rounds: 1, blockMs: 4_000 };
/** A bad room is let in so long before it counts, ms: a heavy one is named and held back meanwhile. */
const LEAD_MS: Readonly<Record<Bad, number>> = { throws: 500, strays: 500, heavy: 13_000 };
/** How long stock may take to die, ms. */
const DEATH_MS = 30_000;
/** How much later than without the bad room steps may be at p99, ms, in the middle one of the rounds. */
const LATER_P99_MAX_MS = 3;
/** Steps of a room that may lie just outside of its block. */
const AT_THE_EDGES = 2;

/** What 20 rooms did in one block. Deviations in ms. */
interface Pace {
  readonly steps: number;
  /** Fewer than fit in the block. */
  readonly lost: number;
  readonly deviationsMs: readonly number[];
}

interface Row {
  readonly side: Side;
  readonly bad: Bad;
  readonly calm: Pace;
  readonly beside: Pace;
  readonly misdeeds: number;
  readonly made: number;
}

/** How long a stock process lived from when the bad room was let in, ms; undefined: it did not die. */
type Deaths = Readonly<Partial<Record<Bad, number>>>;

export const blast: Bench = { name: "blast", title: "What a bad room costs the others of its process", run };

async function run({ quick, tell }: BenchOptions): Promise<Findings> {
  const { rounds, blockMs } = quick ? QUICK : FULL;
  const rows: Row[] = [];
  const deaths: Partial<Record<Bad, number>> = {};
  for (const bad of BAD) {
    for (const side of SIDES) {
      const diedAfterMs = side === "stock" ? await deathBy(bad) : undefined;
      if (diedAfterMs !== undefined) {
        deaths[bad] = diedAfterMs;
        tell(`blast: ${bad}: stock was gone after ${diedAfterMs.toFixed(0)} ms`);
        continue;
      }
      const server = await startServer("./server.ts", import.meta.url, [side]);
      try {
        const players = await joinRaw(server.url, "healthy", HEALTHY);
        await sleep(1_000);
        for (let round = 0; round < rounds; round++) {
          const row = await interleaved(server, side, bad, blockMs);
          rows.push(row);
          const [calm, beside] = [row.calm, row.beside].map(({ deviationsMs }) => percentile(deviationsMs, 99));
          tell(
            `blast: ${bad}, ${side}, ${round + 1} of ${rounds}: p99 ${calm!.toFixed(2)} ms without, ${beside!.toFixed(2)} ms with it`,
          );
        }
        for (const player of players) player.leave();
      } finally {
        await server.stop();
      }
    }
  }
  return findings(rows, deaths, rounds, blockMs);
}

/** One block without the bad room, one with it. */
async function interleaved(server: ServerProcess, side: Side, bad: Bad, blockMs: number): Promise<Row> {
  const calm = paceOf(await block(server, blockMs));
  await server.ask("allow", bad);
  await sleep(LEAD_MS[bad]);
  const seen = await block(server, blockMs);
  await server.ask("forbid");
  await sleep(500);
  return { side, bad, calm, beside: paceOf(seen), misdeeds: seen.misdeeds, made: seen.made };
}

async function block(server: ServerProcess, blockMs: number): Promise<Block> {
  await server.ask("begin");
  await sleep(blockMs);
  return server.ask<Block>("end");
}

function paceOf({ spanMs, startedMs }: Block): Pace {
  const due = Math.floor(spanMs / PERIOD_MS) - AT_THE_EDGES;
  return {
    steps: sum(startedMs.map(({ length }) => length)),
    lost: sum(startedMs.map(({ length }) => Math.max(0, due - length))),
    deviationsMs: startedMs.flatMap((started) =>
      started.slice(1).map((atMs, index) => Math.abs(atMs - started[index]! - PERIOD_MS)),
    ),
  };
}

/** Of a stock process with twenty healthy rooms. A heavy room kills nobody. */
async function deathBy(bad: Bad): Promise<number | undefined> {
  if (bad === "heavy") return undefined;
  const server = await startServer("./server.ts", import.meta.url, ["stock"]);
  try {
    await joinRaw(server.url, "healthy", HEALTHY);
    const died = server.ask("outlive").then(
      () => undefined,
      () => performance.now(),
    );
    const startedMs = performance.now();
    server.ask("allow", bad).catch(() => {});
    const atMs = await Promise.race([died, sleep(DEATH_MS).then(() => undefined)]);
    return atMs === undefined ? undefined : atMs - startedMs;
  } finally {
    await server.stop();
  }
}

function findings(rows: readonly Row[], deaths: Deaths, rounds: number, blockMs: number): Findings {
  const figures = BAD.flatMap((bad) =>
    SIDES.flatMap((side) => {
      const mine = rows.filter((row) => row.bad === bad && row.side === side);
      if (mine.length === 0) return [];
      const of = (which: "calm" | "beside") => {
        const all = mine.flatMap((row) => row[which].deviationsMs);
        return {
          steps: sum(mine.map((row) => row[which].steps)),
          lost: sum(mine.map((row) => row[which].lost)),
          p50: percentile(all, 50),
          p99: percentile(all, 99),
          max: percentile(all, 100),
        };
      };
      const p99 = ({ deviationsMs }: Pace) => percentile(deviationsMs, 99);
      return [
        {
          bad,
          side,
          calm: of("calm"),
          beside: of("beside"),
          laterMs: mine.map(({ calm, beside }) => p99(beside) - p99(calm)),
          misdeeds: sum(mine.map((row) => row.misdeeds)),
          made: sum(mine.map((row) => row.made)),
        },
      ];
    }),
  );
  const cells = ({ steps, lost, p50, p99, max }: (typeof figures)[number]["calm"]) => [
    `${steps}; ${lost}`,
    ...[p50, p99, max].map((ms) => ms.toFixed(2)),
  ];
  const ours = figures.filter(({ side }) => side === "ours");
  return {
    method: [
      `${HEALTHY} rooms at ${TICK_HZ} Hz with a player each, whose state changes in every step, and one that is bad, in one process. ${rounds} blocks of ${blockMs / 1000} s without the bad room and as many with it, in turn, for each kind.`,
      `\`throws\`: every step throws. Ours begins such a room anew from its log once and then ends it: the bench makes another one as soon as it is gone. \`strays\`: every step leaves a promise behind that rejects. \`heavy\`: every step takes ${HEAVY_SHARE * 100} % of its period; it is on record from when it is held back, ${LEAD_MS.heavy / 1000} s after it came.`,
      `When a step begins is read inside the step. Lost are those that a room made fewer than fit in a block, ${AT_THE_EDGES} at its edges aside; deviation is how far the time between two steps is from the period.`,
      "Stock: the same rooms with `setFixedTimestep`, a plain @colyseus/core server, and Node as it comes.",
    ],
    tables: [
      {
        title: "The healthy rooms",
        columns: [
          "beside a room that",
          "side",
          "its bad steps; rooms made anew",
          "without it: steps run; lost",
          "deviation p50 ms",
          "p99 ms",
          "max ms",
          "with it: steps run; lost",
          "deviation p50 ms",
          "p99 ms",
          "max ms",
        ],
        rows: figures.map(({ bad, side, misdeeds, made, calm, beside }) => [
          bad,
          side,
          `${misdeeds}; ${made}`,
          ...cells(calm),
          ...cells(beside),
        ]),
      },
      {
        title: "A stock process with such a room",
        columns: ["a room that", "is gone after"],
        rows: BAD.filter((bad) => deaths[bad] !== undefined).map((bad) => [bad, `${deaths[bad]!.toFixed(0)} ms`]),
      },
    ],
    reading:
      "What a step throws or leaves behind stays in its room; its lines in the log are one a second. A heavy room runs on the same core: while one of its steps runs nothing else can. Held back it stands in the way half as often, and only `onOverBudget` may take it away.",
    targets: ours.flatMap(({ bad, beside, laterMs }) => [
      exactly(`beside \`${bad}\`: steps of healthy rooms that were lost`, beside.lost, 0),
      ...(bad === "heavy"
        ? []
        : [atMost(`beside \`${bad}\`: later than without it at p99`, median(laterMs), LATER_P99_MAX_MS, 2, " ms")]),
    ]),
    figures: { rows: figures, deaths },
  };
}
