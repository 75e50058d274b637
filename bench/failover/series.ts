/** A match whose owner is struck again and again, and what everybody saw of it. A round that fails ends the series, and what was seen stays. */
import { setTimeout as sleep } from "node:timers/promises";
import { judgeHistory, type Verdict } from "../../test/survival/history/checker.ts";
import type { PlayerHistory } from "../../test/survival/history/player-history.ts";
import { type ServerProcess, startServer } from "../lib/server-process.ts";
import { percentile } from "../lib/stats.ts";
import type { Comeback, Joining, Standing } from "./crowd.ts";
import { type Ingress, startIngress } from "./ingress.ts";
import { type Phases, phasesOf } from "./phases.ts";
import type { Site } from "./sites.ts";

export interface SeriesPlan {
  readonly name: string;
  readonly side: Joining["side"];
  readonly players: number;
  readonly rounds: number;
  /** Before the first strike and from a return to the next one, at least, ms. */
  readonly settleMs: number;
  start(): Promise<Site>;
}

export interface Round {
  /** From the strike to each player's first state of the next owner, ms. */
  readonly backMs: readonly number[];
  readonly comeback: Comeback;
  readonly phases: Phases;
  readonly standing: Standing;
}

export interface Series {
  readonly plan: SeriesPlan;
  readonly rounds: readonly Round[];
  /** Of the store's history and the players'; undefined without Redis, or when it could not be made. */
  readonly verdict: Verdict | undefined;
  /** Why it ended before its time. */
  readonly failure: string | undefined;
}

/** People talk so long before a strike, ms; at random, so that it falls anywhere between two ticks, beats and looks. */
const TALK_MS = { least: 300, most: 600 };

export interface SeriesReports {
  readonly tell: (line: string) => void;
  /** No round begins any more. */
  readonly signal: AbortSignal;
  /** Called after every round. */
  readonly keep: (plan: SeriesPlan, round: Round) => void;
}

export async function runSeries(plan: SeriesPlan, { tell, keep, signal }: SeriesReports): Promise<Series> {
  let site: Site | undefined;
  let crowd: ServerProcess | undefined;
  let ingress: Ingress | undefined;
  const rounds: Round[] = [];
  let verdict: Verdict | undefined;
  let failure: string | undefined;
  try {
    const begun = (site = await plan.start());
    crowd = await startServer("./crowd.ts", import.meta.url);
    if (plan.side === "stock") ingress = await startIngress(() => begun.urls());
    const urls = ingress === undefined ? site.urls() : [ingress.url];
    const roomId = await crowd.ask<string>("join", { side: plan.side, urls, count: plan.players } satisfies Joining);
    tell(`${plan.name}: ${plan.players} players are in`);
    await sleep(plan.settleMs);
    for (let number = 1; number <= plan.rounds && !signal.aborted; number++) {
      const round = await playRound(plan, site, crowd, roomId);
      rounds.push(round);
      keep(plan, round);
      tell(`${plan.name}: ${number} of ${plan.rounds}: ${roundText(round)}`);
    }
    const histories = await crowd.ask<PlayerHistory[]>("histories");
    if (site.redisDir !== undefined) verdict = await judgeHistory(site.redisDir, histories);
  } catch (error) {
    failure = (error as Error).message;
    tell(
      `${plan.name}: ended after ${rounds.length} rounds: ${failure}\n${site?.saidByAll().slice(-LOG_TAIL_CHARS) ?? ""}`,
    );
  }
  if (signal.aborted) failure ??= "interrupted";
  await crowd?.stop();
  ingress?.stop();
  await site?.stop();
  return { plan, rounds, verdict, failure };
}

const LOG_TAIL_CHARS = 20_000;

async function playRound(plan: SeriesPlan, site: Site, crowd: ServerProcess, roomId: string): Promise<Round> {
  await crowd.ask("talk");
  await sleep(TALK_MS.least + Math.random() * (TALK_MS.most - TALK_MS.least));
  await crowd.ask("brace");
  const strike = await site.strike(roomId);
  const comeback = await crowd.ask<Comeback>("back");
  const returnedMs = performance.now();
  const [standing] = await Promise.all([crowd.ask<Standing>("stand"), site.heal()]);
  const phases = phasesOf(site.said(), roomId, strike);
  await sleep(Math.max(0, plan.settleMs - (performance.now() - returnedMs)));
  return { backMs: comeback.returns.map(({ atMs }) => atMs - strike.atMs), comeback, phases, standing };
}

function roundText({ backMs, comeback, phases, standing }: Round): string {
  const { found = Number.NaN, claimed = Number.NaN, opened = Number.NaN } = phases;
  const back = [50, 95, 100].map((share) => percentile(backMs, share).toFixed(0)).join("/");
  const { ghosts, unanswered, twice, missing } = standing;
  const bad = { lost: comeback.lost, ghosts, unanswered, twice, missing };
  const faults = Object.entries(bad).flatMap(([what, count]) => (count > 0 ? [`${count} ${what}`] : []));
  const text = `back ${back} ms; found ${found}, claimed ${claimed}, opened ${opened}; ${comeback.resent} resent; pause ${comeback.pauseMs.toFixed(0)}`;
  return faults.length === 0 ? text : `${text}; ${faults.join(", ")}`;
}
