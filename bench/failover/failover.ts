/**
 * How soon a match is back when its process dies or stands still, and whether anything is missing then: our players in a fleet whose
 * owner is killed again and again, the stock SDK through one address, an owner that is frozen, and a single process without Redis.
 */
import { appendFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Bench, BenchOptions, Findings } from "../lib/bench.ts";
import { rounded } from "../lib/results.ts";
import { failoverFindings } from "./findings.ts";
import { runSeries, type Series, type SeriesPlan } from "./series.ts";
import { startFleetSite, startSoloSite } from "./sites.ts";

/** Kills of a full run; with fewer the other series are short as well, and nothing is kept. */
const KILLS = 200;
const FULL = { kills: KILLS, stock: 20, frozen: 20, solo: 20 };
const QUICK = { kills: 5, stock: 2, frozen: 2, solo: 3 };
const PLAYERS = { kills: 100, stock: 20, frozen: 20, solo: 20 };
/** The stock SDK comes back by itself only after so long in a room (`minUptime`), ms; and a little. */
const STOCK_UPTIME_MS = 5_300;

export const failover: Bench = { name: "failover", title: "How soon a match is back", run };

async function run({ quick, kills, tell }: BenchOptions): Promise<Findings> {
  const isShort = quick || (kills !== undefined && kills < KILLS);
  const rounds = { ...(isShort ? QUICK : FULL), ...(kills === undefined ? {} : { kills }) };
  const partial = join(tmpdir(), `ninelives-failover-${process.pid}.jsonl`);
  tell(`failover: every round is written to ${partial}, in case this is interrupted`);
  const keep = ({ name }: SeriesPlan, round: unknown) =>
    appendFileSync(partial, `${JSON.stringify({ series: name, round }, rounded)}\n`);
  const kill = () => startFleetSite("kill");
  const plans: readonly SeriesPlan[] = [
    { name: "killed", side: "ours", players: PLAYERS.kills, rounds: rounds.kills, settleMs: 0, start: kill },
    {
      name: "stock",
      side: "stock",
      players: PLAYERS.stock,
      rounds: rounds.stock,
      settleMs: STOCK_UPTIME_MS,
      start: kill,
    },
    {
      name: "frozen",
      side: "ours",
      players: PLAYERS.frozen,
      rounds: rounds.frozen,
      settleMs: 0,
      start: () => startFleetSite("freeze"),
    },
    { name: "solo", side: "ours", players: PLAYERS.solo, rounds: rounds.solo, settleMs: 0, start: startSoloSite },
  ];
  const interrupted = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => interrupted.abort());
  const { signal } = interrupted;
  const all: Series[] = [];
  for (const plan of plans) if (!signal.aborted) all.push(await runSeries(plan, { tell, keep, signal }));
  return { ...failoverFindings(all), isShort: isShort || signal.aborted };
}
