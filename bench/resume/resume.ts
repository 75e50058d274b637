/**
 * How soon players are back when all of their connections are cut at once, ours and the stock SDK with a stock server; and how
 * soon a client of ours knows that its network swallows what it says.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { atMost, type Bench, type BenchOptions, exactly, type Findings, type Table } from "../lib/bench.ts";
import { type ServerProcess, startServer } from "../lib/server-process.ts";
import { mean, median, percentile, sum } from "../lib/stats.ts";
import { HOLD_SECONDS, ROOM_NAMES, SEATS, TICK_HZ, WATCHERS } from "./crowd.ts";
import type { CutReport } from "./players.ts";
import type { Noticed } from "./watchers.ts";

const SIDES = ["ours", "stock"] as const;
type Side = (typeof SIDES)[number];

/** Until the last one of all is back, ms. */
const LAST_BACK_MAX_MS = 5_000;
/** Until a black hole is noticed while a command waits, ms. */
const NOTICED_MAX_MS = 2_000;
/** The stock SDK comes back by itself only after so long in a room (`minUptime`), ms; and a little. */
const UPTIME_MS = 5_500;
/** For a client to learn how fast its network is, ms. */
const SETTLE_MS = 10_000;
const FULL = { rooms: 10, rounds: 10, holes: 3 };
const QUICK = { rooms: 2, rounds: 2, holes: 1 };
const BIN_WIDTHS_MS = [25, 50, 100, 200, 500, 1_000] as const;
const BINS_MAX = 24;
const BAR_CHARS = 40;

/** How long ago the connection was made when the hole began. */
const AGES = ["settled", "just back"] as const;
type Age = (typeof AGES)[number];

interface Hole {
  readonly age: Age;
  readonly noticed: Noticed;
}

export const resume: Bench = { name: "resume", title: "How soon everyone is back", run };

async function run({ quick, tell }: BenchOptions): Promise<Findings> {
  const { rooms, rounds, holes: holeRounds } = quick ? QUICK : FULL;
  const servers: ServerProcess[] = [];
  const start = async (script: string, ...args: string[]) => {
    const started = await startServer(script, import.meta.url, args);
    servers.push(started);
    return started;
  };
  const ours = await start("./server.ts", "ours");
  const stock = await start("./server.ts", "stock");
  const players = {
    ours: await start("./players.ts", "ours", portOf(ours)),
    stock: await start("./players.ts", "stock", portOf(stock)),
  };
  const watchers = await start("./watchers.ts", portOf(ours));
  for (let room = 0; room < rooms; room++) for (const side of SIDES) await players[side].ask("fillRoom");
  await watchers.ask("join");
  tell(`resume: ${rooms * SEATS} players are in on each side`);
  await sleep(UPTIME_MS);
  const cuts: Record<Side, CutReport[]> = { ours: [], stock: [] };
  const holes: Hole[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const side of round % 2 === 0 ? SIDES : SIDES.toReversed()) {
      const report = await players[side].ask<CutReport>("cut");
      cuts[side].push(report);
      const lastMs = Math.max(...report.returns.map(({ ms }) => ms));
      tell(
        `resume: round ${round + 1} of ${rounds}: ${side}: last back after ${lastMs.toFixed(0)} ms, ${report.lost} lost`,
      );
    }
    if (round >= holeRounds) continue;
    await sleep(SETTLE_MS);
    for (const age of AGES) holes.push({ age, noticed: await watchers.ask<Noticed>("hole") });
  }
  for (const started of servers.toReversed()) await started.stop();
  return findings(cuts, holes, { rooms, rounds });
}

function portOf({ url }: ServerProcess): string {
  return new URL(url).port;
}

function findings(
  cuts: Readonly<Record<Side, readonly CutReport[]>>,
  holes: readonly Hole[],
  { rooms, rounds }: { readonly rooms: number; readonly rounds: number },
): Findings {
  const sessions = rooms * SEATS;
  const samplesMs = SIDES.map((side) => cuts[side].flatMap(({ returns }) => returns.map(({ ms }) => ms)));
  const counted = histogram(samplesMs);
  const sides = SIDES.map((side, index) => {
    const reports = cuts[side];
    const returns = reports.flatMap((report) => report.returns);
    const at = (percent: number) => percentile(samplesMs[index]!, percent);
    return {
      side,
      samples: returns.length,
      ms: { first: at(0), p10: at(10), p50: at(50), p90: at(90), p99: at(99), last: at(100) },
      lastByRoundMs: reports.map((report) => Math.max(...report.returns.map(({ ms }) => ms))),
      lost: sum(reports.map((report) => report.lost)),
      attempts: {
        mean: mean(returns.map(({ attempts }) => attempts)),
        most: Math.max(...returns.map(({ attempts }) => attempts)),
      },
      connectionsPerSession: sum(reports.map((report) => report.connections)) / (sessions * rounds),
    };
  });
  const [ours, stock] = sides as [(typeof sides)[number], (typeof sides)[number]];
  const watched = ROOM_NAMES.flatMap((room) =>
    AGES.map((age) => {
      const samplesMs = holes.filter((hole) => hole.age === age).flatMap(({ noticed }) => noticed[room]);
      return { room, age, samples: samplesMs.length, ms: { p50: median(samplesMs), max: Math.max(...samplesMs) } };
    }),
  );
  const latestNoticeMs = Math.max(...watched.map(({ ms }) => ms.max));
  return {
    method: [
      `${rooms} rooms of ${SEATS} players on one server process, ${TICK_HZ} Hz, their state a record a player; seats are held for ${HOLD_SECONDS} s. Ours: as it is shipped, log on the disk; players with our client, \`liveness: "game"\`. Stock: \`allowReconnection\` in \`onDrop\`; the stock SDK with its own settings, ${UPTIME_MS / 1000} s after the last join, because it does not come back sooner than 5 s after one.`,
      "All connections are reset at one moment by a TCP proxy (loadtest/src/impair); nothing is in the way of new ones. Back is who is in the room again and holds the whole state. Then every player says one command, stock by `room.request`, that must be answered with how often this player has spoken: who is not back within 20 s, or is answered wrongly, is lost.",
      `${rounds} rounds, in each round both sides one after the other, every other round the other way round. Shares and the histogram are over all rounds together. Attempts are as the clients count them; connections are those the proxy took in.`,
      `Black hole: ${WATCHERS} clients of ours in a room where nothing happens ("still") and ${WATCHERS} in one with a patch every tick ("lively"), on the same server, behind a proxy that stops delivering and closes nothing. Each says a command at a random moment of the first second; the time is from then to RECONNECTING. "settled": ${SETTLE_MS / 1000} s and more after the connection was made; "just back": at once after everyone was back from the hole before. Every command was answered afterwards.`,
      "Processes: the two servers, the players of each side with their proxy, the watchers with theirs, and the bench that only waits; on 2 cores, nothing is pinned. What the clients and the proxy cost is in the times.",
    ],
    tables: [returnsTable(sides), histogramTable(counted), noticedTable(watched)],
    reading: [
      `Ours spreads its first attempt over 200 ms, so that ${sessions} players do not knock at the same moment; then it is the server, and here the players' own process, that takes its time. Stock waits 200 ms and comes all at once. Half of ours are back after ${ours.ms.p50.toFixed(0)} ms, the last after ${ours.ms.last.toFixed(0)} ms; of stock after ${stock.ms.p50.toFixed(0)} and ${stock.ms.last.toFixed(0)} ms.`,
      `A black hole is noticed ${latestNoticeMs.toFixed(0)} ms after the command at the latest. A client bears 0.9 s of silence, or three round trips and 200 ms where those are longer; it asks each new connection at once how slow it is, and takes an unknown round trip to be 500 ms until it was answered.`,
    ].join(" "),
    targets: [
      exactly(`ours lost, of ${sessions * rounds} cut`, ours.lost, 0),
      atMost("ours, until the last is back", ours.ms.last, LAST_BACK_MAX_MS, 0, " ms"),
      atMost("a black hole noticed with a command pending, the longest", latestNoticeMs, NOTICED_MAX_MS, 0, " ms"),
    ],
    figures: {
      returns: sides,
      histogram: counted,
      noticed: watched,
    },
  };
}

interface SideFigures {
  readonly side: Side;
  readonly samples: number;
  readonly ms: Readonly<Record<"first" | "p10" | "p50" | "p90" | "p99" | "last", number>>;
  readonly lastByRoundMs: readonly number[];
  readonly lost: number;
  readonly attempts: { readonly mean: number; readonly most: number };
  readonly connectionsPerSession: number;
}

function returnsTable(sides: readonly SideFigures[]): Table {
  return {
    title: "Back after, ms",
    columns: [
      "",
      "samples",
      "first",
      "p10",
      "p50",
      "p90",
      "p99",
      "last",
      "last by round",
      "lost",
      "attempts: mean, most",
      "connections a session",
    ],
    rows: sides.map(({ side, samples, ms, lastByRoundMs, lost, attempts, connectionsPerSession }) => [
      side,
      String(samples),
      ...[ms.first, ms.p10, ms.p50, ms.p90, ms.p99, ms.last].map((value) => value.toFixed(0)),
      lastByRoundMs.map((value) => value.toFixed(0)).join(" "),
      String(lost),
      `${attempts.mean.toFixed(2)}, ${attempts.most}`,
      connectionsPerSession.toFixed(2),
    ]),
  };
}

interface Histogram {
  readonly binMs: number;
  /** Of each side in the same bins, from 0. */
  readonly counts: readonly (readonly number[])[];
}

function histogram(sides: readonly (readonly number[])[]): Histogram {
  const lastMs = Math.max(...sides.flat());
  const binMs = BIN_WIDTHS_MS.find((width) => lastMs / width < BINS_MAX) ?? BIN_WIDTHS_MS.at(-1)!;
  const bins = Math.floor(lastMs / binMs) + 1;
  const counts = sides.map((samplesMs) =>
    Array.from({ length: bins }, (_, bin) => samplesMs.filter((ms) => Math.floor(ms / binMs) === bin).length),
  );
  return { binMs, counts };
}

function histogramTable({ binMs, counts }: Histogram): Table {
  const most = Math.max(...counts.flat());
  const bar = (count: number) => "#".repeat(Math.ceil((count / most) * BAR_CHARS));
  return {
    title: "Who comes when, all rounds",
    columns: ["ms", ...SIDES.flatMap((side) => [side, ""])],
    rows: counts[0]!.map((_, bin) => [
      `${bin * binMs} to ${(bin + 1) * binMs}`,
      ...counts.flatMap((side) => [String(side[bin]), bar(side[bin]!)]),
    ]),
  };
}

function noticedTable(
  watched: readonly { room: string; age: Age; samples: number; ms: { p50: number; max: number } }[],
): Table {
  return {
    title: "Black hole noticed after, ms",
    columns: ["room", "connection", "samples", "p50", "max"],
    rows: watched.map(({ room, age, samples, ms }) => [
      room,
      age,
      String(samples),
      ms.p50.toFixed(0),
      ms.max.toFixed(0),
    ]),
  };
}
