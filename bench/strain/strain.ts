/** A host that more players come to than it can serve: with what it gives up then, and without. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Bench, BenchOptions, Findings, Target } from "../lib/bench.ts";
import { startServer } from "../lib/server-process.ts";
import { mean, percentile, sum } from "../lib/stats.ts";
import { CrowdOfPlayers, type Join } from "./crowd.ts";
import { HZ, SEATS } from "./rooms.ts";

const SIDES = ["ladder", "none"] as const;
type Side = (typeof SIDES)[number];

const FULL = { rounds: 3, perSecond: 2, comeMs: 80_000, blockMs: 15_000, workMs: 0.25 };
const QUICK = { rounds: 1, perSecond: 1, comeMs: 60_000, blockMs: 8_000, workMs: 0.5 };
/** Of the steps that were due at the end, those with the ladder that have to have run. */
const KEPT_AT_LEAST = 0.99;

interface Run {
  readonly side: Side;
  readonly players: number;
  readonly joins: readonly Join[];
  /** In the last block, when nobody comes any more. */
  readonly steps: number;
  readonly dropped: number;
  readonly latenessMs: number;
  /** Of one player. */
  readonly patchesPerSecond: number;
  readonly rung: string;
}

export const strain: Bench = { name: "strain", title: "More players than a host can serve", run };

async function run({ quick, tell }: BenchOptions): Promise<Findings> {
  const size = quick ? QUICK : FULL;
  const runs: Run[] = [];
  for (let round = 0; round < size.rounds; round++)
    for (const side of round % 2 === 0 ? SIDES : SIDES.toReversed()) {
      const one = await runOnce(side, size);
      runs.push(one);
      tell(
        `strain: round ${round + 1} of ${size.rounds}, ${side}: ${one.players} players, steps ${kept(one)}, ${one.rung}`,
      );
    }
  return findings(runs, size);
}

/** A server of its own for each. */
async function runOnce(side: Side, { perSecond, comeMs, blockMs, workMs }: typeof FULL): Promise<Run> {
  const server = await startServer("./server.ts", import.meta.url, [side, String(workMs)]);
  const crowd = new CrowdOfPlayers();
  try {
    await crowd.come(server.url, perSecond, comeMs);
    const [before, patches] = [await figuresOf(server.url), sum(crowd.players.map((player) => player.patches))];
    await sleep(blockMs);
    const [after, got] = [await figuresOf(server.url), sum(crowd.players.map((player) => player.patches)) - patches];
    const { strain: rung = "none" } = (await (await fetch(`${server.url}/readyz`)).json()) as { strain?: string };
    return {
      side,
      players: crowd.players.length,
      joins: crowd.joins,
      steps: after.steps - before.steps,
      dropped: after.dropped - before.dropped,
      latenessMs: (1_000 * (after.lateSeconds - before.lateSeconds)) / (after.wakes - before.wakes),
      patchesPerSecond: got / crowd.players.length / (blockMs / 1_000),
      rung,
    };
  } finally {
    crowd.leave();
    await server.stop();
  }
}

async function figuresOf(url: string) {
  const text = await (await fetch(`${url}/metrics`)).text();
  const read = (name: string) => Number(new RegExp(`^${name}\\{type="crowd"\\} (.+)$`, "m").exec(text)?.[1] ?? 0);
  return {
    steps: read("ninelives_steps_total"),
    dropped: read("ninelives_steps_dropped_total"),
    lateSeconds: read("ninelives_tick_lateness_seconds_sum"),
    wakes: read("ninelives_tick_lateness_seconds_count"),
  };
}

function kept({ steps, dropped }: Pick<Run, "steps" | "dropped">): string {
  return `${((100 * steps) / (steps + dropped)).toFixed(1)} %`;
}

function findings(runs: readonly Run[], { rounds, perSecond, comeMs, blockMs, workMs }: typeof FULL): Findings {
  const figures = SIDES.map((side) => {
    const mine = runs.filter((one) => one.side === side);
    const joins = mine.flatMap((one) => one.joins);
    const took = (how: Join["how"]) => joins.filter((join) => join.how === how).map(({ tookMs }) => tookMs);
    return {
      side,
      players: mine.map(({ players }) => players),
      joins: { in: took("in").length, busy: took("BUSY").length, failed: took("failed").length },
      inMs: { p50: percentile(took("in"), 50), p99: percentile(took("in"), 99) },
      busyMs: { p50: percentile(took("BUSY"), 50), p99: percentile(took("BUSY"), 99) },
      steps: sum(mine.map(({ steps }) => steps)),
      dropped: sum(mine.map(({ dropped }) => dropped)),
      latenessMs: mean(mine.map(({ latenessMs }) => latenessMs)),
      patchesPerSecond: mean(mine.map(({ patchesPerSecond }) => patchesPerSecond)),
      rungs: mine.map(({ rung }) => rung),
    };
  });
  const ladder = figures[0]!;
  return {
    method: [
      `${perSecond} players a second ask for a seat, for ${comeMs / 1_000} s, and play, as many as get in: rooms of ${SEATS} at ${HZ} Hz, in which each player costs ${workMs} ms of every step, sends an input a step and sees who is around through a view of its own. Then nobody comes any more, and ${blockMs / 1_000} s are measured.`,
      "With the ladder: the thresholds a host has by default. Without: all of them `false`. Log on the disk.",
      `${rounds === 1 ? "One round" : `${rounds} rounds, the sides alternate`}, a fresh server for each. The players are one process that decodes nothing; three processes share two cores.`,
      "Steps run of those due, and how late they began: the server's own metrics. A join is over when its player is in, or was told BUSY.",
    ],
    tables: [
      {
        title: "At the end",
        columns: [
          "",
          "players",
          "steps run of those due",
          "late on average, ms",
          "patches/s of a player",
          "gave up last",
        ],
        rows: figures.map((one) => [
          one.side === "ladder" ? "with the ladder" : "without",
          one.players.join(", "),
          kept(one),
          one.latenessMs.toFixed(1),
          one.patchesPerSecond.toFixed(1),
          one.rungs.join(", "),
        ]),
      },
      {
        title: "Joins",
        columns: ["", "in", "p50 / p99 ms", "BUSY", "p50 / p99 ms", "failed"],
        rows: figures.map(({ side, joins, inMs, busyMs }) => [
          side === "ladder" ? "with the ladder" : "without",
          String(joins.in),
          pair(inMs),
          String(joins.busy),
          pair(busyMs),
          String(joins.failed),
        ]),
      },
    ],
    reading:
      "Without the ladder everybody gets in, and everybody's game runs slow. With it players are told to come again once fewer patches and a smaller radius are not enough; it sends nobody away who is in, so who came before it had looked, two seconds for each rung, stays and costs what the others have left.",
    targets: [keptTarget(ladder)],
    figures,
  };
}

function pair({ p50, p99 }: { readonly p50: number; readonly p99: number }): string {
  return Number.isNaN(p50) ? "–" : `${p50.toFixed(0)} / ${p99.toFixed(0)}`;
}

function keptTarget({ steps, dropped }: Pick<Run, "steps" | "dropped">): Target {
  return {
    what: "with the ladder, steps run of those due",
    promised: `at least ${100 * KEPT_AT_LEAST} %`,
    got: kept({ steps, dropped }),
    holds: steps / (steps + dropped) >= KEPT_AT_LEAST,
  };
}
