/**
 * How evenly a room ticks under load, ours and stock Colyseus: as many steps as are due, one at a time, at even intervals.
 * Everything a player feels as smooth rests on it.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { Random, seedWords } from "@ninelives/shared-schema";
import { systemClock } from "../../loadtest/src/clock.ts";
import { Schedule } from "../../loadtest/src/schedule.ts";
import { atMost, type Bench, type BenchOptions, exactly, type Findings } from "../lib/bench.ts";
import { joinRaw, type RawClient } from "../lib/raw-client.ts";
import { type ServerProcess, startServer } from "../lib/server-process.ts";
import { percentile, sum } from "../lib/stats.ts";
import { PLAYERS, RATES_HZ, type RateHz, trackName, WORK_MS } from "./loaded.ts";
import type { BlockTicks } from "./server.ts";

const SIDES = ["ours", "stock"] as const;
type Side = (typeof SIDES)[number];

/** Deviation of an interval from the period that is allowed at p99, ms. */
const DEVIATION_P99_MAX_MS = 5;
const FULL = { rounds: 6, blockMs: 10_000, warmUpMs: 2_000 };
const QUICK = { rounds: 1, blockMs: 4_000, warmUpMs: 1_000 };

interface Cell {
  readonly side: Side;
  readonly hz: RateHz;
  readonly server: ServerProcess;
  readonly clients: readonly RawClient[];
  readonly blocks: Block[];
}

/** One block, judged. Deviations in ms. */
interface Block {
  readonly steps: number;
  readonly due: number;
  /** Steps that began less than half a period after the one before. */
  readonly doubles: number;
  /** Steps that began more than one and a half periods after the one before. */
  readonly gaps: number;
  readonly deviationsMs: readonly number[];
  readonly inputs: number;
  readonly seconds: number;
  readonly cpuMs: number;
}

export const tick: Bench = { name: "tick", title: "How evenly a room ticks", run };

async function run({ quick, tell }: BenchOptions): Promise<Findings> {
  const { rounds, blockMs, warmUpMs } = quick ? QUICK : FULL;
  const cells: Cell[] = [];
  for (const side of SIDES) {
    const server = await startServer("./server.ts", import.meta.url, [side]);
    for (const hz of RATES_HZ)
      cells.push({ side, hz, server, clients: await joinRaw(server.url, trackName(hz), PLAYERS), blocks: [] });
  }
  for (const cell of cells) await runBlock(cell, warmUpMs);
  for (let round = 0; round < rounds; round++) {
    for (const hz of RATES_HZ) {
      const pair = cells.filter((cell) => cell.hz === hz);
      for (const cell of round % 2 === 0 ? pair : pair.toReversed()) {
        const block = await runBlock(cell, blockMs);
        cell.blocks.push(block);
        tell(
          `tick: round ${round + 1} of ${rounds}: ${cell.side} ${hz} Hz: deviation p99 ${percentile(block.deviationsMs, 99).toFixed(2)} ms`,
        );
      }
    }
  }
  for (const { clients } of cells) for (const client of clients) client.leave();
  for (const server of new Set(cells.map((cell) => cell.server))) await server.stop();
  return findings(cells, { rounds, blockMs });
}

/** Everyone sends an input per period, each at a phase of its own, while the room works. */
async function runBlock({ server, clients, hz }: Cell, blockMs: number): Promise<Block> {
  const periodMs = 1000 / hz;
  const random = new Random(seedWords(hz));
  const schedules = clients.map((client) => {
    const schedule = new Schedule(systemClock, periodMs, () => client.sendSameInput());
    schedule.start(random.range(0, periodMs));
    return schedule;
  });
  await sleep(periodMs * 2);
  await server.ask("begin", hz);
  await sleep(blockMs);
  const ticks = await server.ask<BlockTicks>("end", hz);
  for (const schedule of schedules) schedule.stop();
  await sleep(periodMs * 2);
  return judge(ticks, periodMs);
}

function judge({ startedMs, inputs, cpuMs }: BlockTicks, periodMs: number): Block {
  const intervalsMs = startedMs.slice(1).map((atMs, index) => atMs - startedMs[index]!);
  const spanMs = startedMs.at(-1)! - startedMs[0]!;
  return {
    steps: startedMs.length,
    due: Math.round(spanMs / periodMs) + 1,
    doubles: intervalsMs.filter((ms) => ms < periodMs / 2).length,
    gaps: intervalsMs.filter((ms) => ms > periodMs * 1.5).length,
    deviationsMs: intervalsMs.map((ms) => Math.abs(ms - periodMs)),
    inputs,
    seconds: spanMs / 1000,
    cpuMs,
  };
}

function findings(cells: readonly Cell[], { rounds, blockMs }: { rounds: number; blockMs: number }): Findings {
  const figures = cells.map(({ side, hz, blocks }) => {
    const total = (read: (block: Block) => number) => sum(blocks.map(read));
    const deviationsMs = blocks.flatMap((block) => block.deviationsMs);
    const at = (percent: number) => percentile(deviationsMs, percent);
    return {
      side,
      hz,
      seconds: total((block) => block.seconds),
      steps: total((block) => block.steps),
      due: total((block) => block.due),
      doubles: total((block) => block.doubles),
      gaps: total((block) => block.gaps),
      deviationMs: { p50: at(50), p99: at(99), max: at(100) },
      blocksP99Ms: blocks.map((block) => percentile(block.deviationsMs, 99)),
      inputsPerStep: total((block) => block.inputs) / total((block) => block.steps),
      cpuShare: total((block) => block.cpuMs) / 1000 / total((block) => block.seconds),
    };
  });
  return {
    method: [
      `One room of ${PLAYERS} connected clients; each sends an input every period, at a phase of its own; a step reads them all, changes every player and works until ${WORK_MS} ms are over.`,
      "Ours: a room as it is shipped, log on the disk. Stock: `setFixedTimestep(step, hz)` and `patchRate = 1000 / hz`, a plain @colyseus/core server.",
      `Each cell runs ${rounds} blocks of ${blockMs / 1000} s, interleaved with the other side's; the rooms out of their block rest.`,
      "When a step begins is read inside the step, in the game's own code. Due are as many steps as periods fit between the first and the last; a double step begins less than half a period after the one before, a gap is longer than one and a half.",
      "Whatever else the machine does delays steps too, and at p99 that is most of it: so the promise is judged by the median of the blocks' p99, and all of them are listed. Double steps after such a delay are the loop catching up.",
      "Servers and clients are three processes; nothing is pinned to a core.",
    ],
    tables: [
      {
        title: "Steps",
        columns: [
          "",
          "rate",
          "steps run / due",
          "double steps",
          "gaps",
          "deviation p50 ms",
          "p99 ms",
          "p99 ms by block",
          "max ms",
          "inputs per step",
          "cpu",
        ],
        rows: figures.map(
          ({ side, hz, steps, due, doubles, gaps, deviationMs, blocksP99Ms, inputsPerStep, cpuShare }) => [
            side,
            `${hz} Hz`,
            `${steps} / ${due}`,
            String(doubles),
            String(gaps),
            ...[deviationMs.p50, deviationMs.p99].map((value) => value.toFixed(2)),
            blocksP99Ms.map((value) => value.toFixed(1)).join(" "),
            deviationMs.max.toFixed(2),
            inputsPerStep.toFixed(1),
            cpuShare.toFixed(3),
          ],
        ),
      },
    ],
    reading:
      "Deviation is how far the time between two steps is from the period. Stock loses no steps either, but its timer counts whole milliseconds: now and then it comes just too early, skips a step and runs two at once.",
    targets: figures
      .filter(({ side }) => side === "ours")
      .flatMap(({ hz, steps, due, doubles, blocksP99Ms }) => [
        exactly(`ours at ${hz} Hz, steps run of ${due} due`, steps, due),
        exactly(`ours at ${hz} Hz, double steps`, doubles, 0),
        atMost(
          `ours at ${hz} Hz, deviation p99, median of the blocks`,
          percentile(blocksP99Ms, 50),
          DEVIATION_P99_MAX_MS,
          2,
          " ms",
        ),
      ]),
    figures,
  };
}
