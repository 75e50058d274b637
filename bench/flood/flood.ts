/** Whether players notice that somebody floods the host they play at: ours with its default limits, and stock. */
import { setTimeout as sleep } from "node:timers/promises";
import { systemClock } from "../../loadtest/src/clock.ts";
import { Schedule } from "../../loadtest/src/schedule.ts";
import { type Outcome, said } from "../abuse/attacks/outcome.ts";
import type { Bench, BenchOptions, Findings, Target } from "../lib/bench.ts";
import { joinRaw, type RawClient } from "../lib/raw-client.ts";
import { type ServerProcess, startServer } from "../lib/server-process.ts";
import { percentile } from "../lib/stats.ts";
import { PLAYED } from "./names.ts";
import { HZ, PLAYERS } from "./rooms.ts";
import type { Seen } from "./server.ts";

const FLOODS = [
  "2,000 seats reserved and left",
  "2,000 rooms made",
  "2,000 slow headers",
  "10,000 connections left open",
  "4 bodies of 200 MB",
  "one player's 200,000 frames",
] as const;
const SIDES = ["ours", "stock"] as const;
const FULL = { blockMs: 10_000, rounds: 1 };
const QUICK = { blockMs: 5_000, rounds: 1 };
/** How much longer the p99 of steps and patches may be than it is without a flood. */
const SLOWER_AT_MOST = 1.2;
const PERIOD_MS = 1_000 / HZ;

type Side = (typeof SIDES)[number];
type FloodName = (typeof FLOODS)[number];

interface Block extends Seen {
  /** Between patches as players got them, all players', ms. */
  readonly patchesMs: readonly number[];
}

interface Row {
  readonly side: Side;
  readonly flood: FloodName;
  readonly calm: Block;
  readonly during: Block;
  /** Empty when it was not over in the time that was measured. */
  readonly outcome: Outcome;
}

export const flood: Bench = { name: "flood", title: "Players inside while somebody floods the host", run };

async function run({ quick, tell }: BenchOptions): Promise<Findings> {
  const { blockMs, rounds } = quick ? QUICK : FULL;
  const rows: Row[] = [];
  for (let round = 0; round < rounds; round++)
    for (const side of round % 2 === 0 ? SIDES : SIDES.toReversed())
      for (const name of FLOODS) {
        const row = await floodOnce(side, name, blockMs);
        rows.push(row);
        const [calm, during] = [p99(row.calm.intervalsMs), p99(row.during.intervalsMs)];
        tell(`flood: ${side}, ${name}: steps p99 ${calm.toFixed(1)} -> ${during.toFixed(1)} ms ${said(row.outcome)}`);
      }
  return findings(rows, blockMs, rounds);
}

/** A server of its own for each: what one flood leaves behind is not the next one's. */
async function floodOnce(side: Side, name: FloodName, blockMs: number): Promise<Row> {
  const server = await startServer("./server.ts", import.meta.url, [side]);
  const attacker = await startServer("./attacker.ts", import.meta.url);
  const clients = await joinRaw(server.url, PLAYED, PLAYERS);
  const schedules = clients.map((client) => new Schedule(systemClock, PERIOD_MS, () => client.sendSameInput()));
  for (const [at, schedule] of schedules.entries()) schedule.start((at * PERIOD_MS) / PLAYERS);
  try {
    await sleep(1_000);
    const calm = await measured(server, clients, blockMs);
    const outcome: Outcome = {};
    const port = Number(new URL(server.url).port);
    const flooding = attacker.ask<Outcome>(name, port).then((all) => Object.assign(outcome, all));
    flooding.catch(() => {});
    const during = await measured(server, clients, blockMs);
    await attacker.ask("stop");
    await Promise.race([flooding, sleep(1_000)]);
    return { side, flood: name, calm, during, outcome };
  } finally {
    for (const schedule of schedules) schedule.stop();
    for (const client of clients) client.leave();
    await Promise.all([server.stop(), attacker.stop()]);
  }
}

async function measured(server: ServerProcess, clients: readonly RawClient[], blockMs: number): Promise<Block> {
  const patchesMs: number[] = [];
  for (const client of clients) {
    let lastMs: number | undefined;
    let { patches } = client;
    client.onFrame = () => {
      if (client.patches === patches) return;
      ({ patches } = client);
      const nowMs = performance.now();
      if (lastMs !== undefined) patchesMs.push(nowMs - lastMs);
      lastMs = nowMs;
    };
  }
  await server.ask("begin");
  await sleep(blockMs);
  const seen = await server.ask<Seen>("end");
  for (const client of clients) client.onFrame = undefined;
  return { ...seen, patchesMs };
}

const p99 = (samples: readonly number[]) => percentile(samples, 99);

function findings(rows: readonly Row[], blockMs: number, rounds: number): Findings {
  const figures = FLOODS.flatMap((name) =>
    SIDES.map((side) => {
      const mine = rows.filter((row) => row.flood === name && row.side === side);
      const all = (when: "calm" | "during", what: "intervalsMs" | "patchesMs") =>
        p99(mine.flatMap((row) => row[when][what]));
      const steps = mine.reduce((sum, { during }) => sum + during.intervalsMs.length, 0);
      return {
        flood: name,
        side,
        stepsMs: { calm: all("calm", "intervalsMs"), during: all("during", "intervalsMs") },
        patchesMs: { calm: all("calm", "patchesMs"), during: all("during", "patchesMs") },
        perSecond: steps / ((rounds * blockMs) / 1_000),
        rooms: Math.max(...mine.map(({ during }) => during.rooms)),
        rssMb: Math.max(...mine.map(({ during }) => during.rssMb)),
        outcome: mine.at(-1)!.outcome,
      };
    }),
  );
  const targets = figures
    .filter(({ side }) => side === "ours")
    .flatMap(({ flood: name, stepsMs, patchesMs }) => [
      slower(`${name}: steps p99`, stepsMs),
      slower(`${name}: patches p99`, patchesMs),
    ]);
  return {
    method: [
      `A room of ${PLAYERS} players at ${HZ} Hz, each sending an input per period; for ${blockMs / 1_000} s nothing happens, for the next ${blockMs / 1_000} s somebody floods the host from another address. ${rounds === 1 ? "One round" : `${rounds} rounds, sides alternate`}, a fresh server for each flood.`,
      "Ours: the limits a host has by default, log on the disk. Stock: a plain @colyseus/core server. The attacker is one process of the lowest priority: three processes share two cores, and an attacker of normal priority would take the players' core, not the server's.",
      "Steps: from one step of the room that is played in to the next, read inside the step. Patches: from one to the next at each player. p99 of all rounds.",
      "What the flood got: HTTP statuses; connections opened, and closed by the server before the end.",
    ],
    tables: [
      {
        title: "Floods",
        columns: [
          "flood",
          "side",
          "steps p99, calm -> flooded, ms",
          "patches p99, ms",
          "steps/s of 20",
          "rooms after",
          "RSS, MB",
          "what the flood got",
        ],
        rows: figures.map((one) => [
          one.flood,
          one.side,
          `${one.stepsMs.calm.toFixed(1)} -> ${one.stepsMs.during.toFixed(1)}`,
          `${one.patchesMs.calm.toFixed(1)} -> ${one.patchesMs.during.toFixed(1)}`,
          one.perSecond.toFixed(1),
          String(one.rooms),
          one.rssMb.toFixed(0),
          said(one.outcome),
        ]),
      },
    ],
    reading:
      "What is refused costs an answer and no room. Of seats and rooms an address gets what a class of players would need at once, so some rooms are made in any case; the figures of a machine with two cores have the attacker's own work in them.",
    targets,
    figures,
  };
}

function slower(what: string, { calm, during }: { readonly calm: number; readonly during: number }): Target {
  const got = during / calm;
  return {
    what,
    promised: `at most ${SLOWER_AT_MOST} x calm`,
    got: `${got.toFixed(2)} x`,
    holds: got <= SLOWER_AT_MOST,
  };
}
