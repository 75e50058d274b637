/** What the series of the failover bench come to: tables, and whether they meet what was promised. */
import { atMost, exactly, type Findings, type Table, type Target } from "../lib/bench.ts";
import { median, percentile, sum } from "../lib/stats.ts";
import { HOLD_SECONDS, TICK_HZ } from "./field.ts";
import type { Phases } from "./phases.ts";
import type { Round, Series } from "./series.ts";
import { FROZEN_MS, HOSTS } from "./sites.ts";

type BackFigures = Readonly<Record<"p50" | "p95" | "p99" | "max", number>>;

interface SeriesFigures {
  readonly name: string;
  readonly players: number;
  readonly planned: number;
  readonly rounds: number;
  readonly backMs: BackFigures;
  readonly ticksLost: BackFigures;
  readonly ticksBack: BackFigures;
  readonly resent: number;
  readonly pauseMs: BackFigures;
  readonly lost: number;
  readonly sessionsLost: number;
  readonly said: number;
  readonly ghosts: number;
  readonly unanswered: number;
  readonly twice: number;
  readonly missing: number;
  readonly refused: number;
  readonly phases: Readonly<Record<keyof Phases | "players", BackFigures>>;
  readonly faults: readonly string[];
  readonly claims: number;
  readonly batches: number;
  readonly failure: string | undefined;
}

/** Until the first state of the next owner, ms. */
const PROMISED_MS: Readonly<Record<string, Partial<BackFigures>>> = {
  killed: { p95: 500, p99: 1_000 },
  stock: { p95: 1_000, p99: 3_000 },
  frozen: { p99: 2_500 },
  solo: { max: 3_000 },
};
const SESSIONS_LOST_PERCENT = 0.1;

export function failoverFindings(all: readonly Series[]): Findings {
  const figures = all.map(figuresOf);
  return {
    method: methodOf(figures),
    tables: [backTable(figures), phasesTable(figures), standingTable(figures)],
    reading: readingOf(figures),
    targets: figures.flatMap(targetsOf),
    figures: {
      series: figures,
      byRound: all.map(({ plan, rounds }) => ({ name: plan.name, backMs: rounds.map(({ backMs }) => spread(backMs)) })),
    },
  };
}

function figuresOf({ plan, rounds, verdict, failure }: Series): SeriesFigures {
  const of = (pick: (round: Round) => readonly number[]) => spread(rounds.flatMap(pick));
  const total = (pick: (round: Round) => number) => sum(rounds.map(pick));
  const last = rounds.at(-1)?.standing;
  const phase = (name: keyof Phases) => of(({ phases }) => (phases[name] === undefined ? [] : [phases[name]]));
  return {
    name: plan.name,
    players: plan.players,
    planned: plan.rounds,
    rounds: rounds.length,
    backMs: of(({ backMs }) => backMs),
    ticksLost: of(({ comeback }) => comeback.returns.map(({ ticksLost }) => ticksLost)),
    ticksBack: of(({ comeback }) => comeback.returns.map(({ ticksBack }) => ticksBack)),
    resent: total(({ comeback }) => comeback.resent),
    pauseMs: of(({ comeback }) => [comeback.pauseMs]),
    lost: total(({ comeback }) => comeback.lost),
    sessionsLost: plan.players - (last?.sessionsKept ?? plan.players),
    said: last?.said ?? 0,
    ghosts: total(({ standing }) => standing.ghosts),
    unanswered: total(({ standing }) => standing.unanswered),
    twice: last?.twice ?? 0,
    missing: last?.missing ?? 0,
    refused: last?.refused.length ?? 0,
    phases: {
      found: phase("found"),
      claimed: phase("claimed"),
      opened: phase("opened"),
      players: of(({ backMs, phases }) => {
        const { found = 0, claimed, opened } = phases;
        return claimed === undefined || opened === undefined ? [] : [median(backMs) - found - claimed - opened];
      }),
    },
    faults: verdict?.faults ?? [],
    claims: verdict?.claims ?? 0,
    batches: verdict?.batches ?? 0,
    failure,
  };
}

function spread(samples: readonly number[]): BackFigures {
  const at = (share: number) => percentile(samples, share);
  return { p50: at(50), p95: at(95), p99: at(99), max: at(100) };
}

function targetsOf(series: SeriesFigures): Target[] {
  const { name, players, planned, rounds, failure } = series;
  const isOurs = name !== "stock";
  const backs = Object.entries(PROMISED_MS[name] ?? {}).map(([share, limitMs]) =>
    atMost(`${name}: first state back, ${share}`, series.backMs[share as keyof BackFigures], limitMs, 0, " ms"),
  );
  const lostPercent = (100 * (series.lost + series.sessionsLost)) / (players * Math.max(1, rounds));
  return [
    exactly(`${name}: rounds played${failure === undefined ? "" : ` (${failure})`}`, rounds, planned),
    ...backs,
    atMost(`${name}: players not back in their session`, lostPercent, SESSIONS_LOST_PERCENT, 3, " %"),
    exactly(`${name}: states that are not the server's`, series.ghosts, 0),
    ...(isOurs
      ? [
          exactly(
            `${name}: commands lost or unanswered, of ${series.said}`,
            series.missing + series.unanswered + series.refused,
            0,
          ),
          exactly(`${name}: commands applied twice`, series.twice, 0),
        ]
      : []),
    ...(name === "solo"
      ? []
      : [exactly(`${name}: faults in the history of the store and the players`, series.faults.length, 0)]),
  ];
}

function whole(...values: readonly number[]): string {
  return Number.isNaN(values[0]) ? "–" : values.map((value) => value.toFixed(0)).join(" / ");
}

function backTable(figures: readonly SeriesFigures[]): Table {
  const spreadText = ({ p50, p99, max }: BackFigures) => whole(p50, p99, max);
  return {
    title: "The first state of the next owner, ms from the strike",
    columns: [
      "",
      "strikes x players",
      "p50",
      "p95",
      "p99",
      "max",
      "ticks lost: p50 / p99 / max",
      "picture stepped back, ticks",
      "sent once more",
      "pause of the players' process",
    ],
    rows: figures.map(({ name, rounds, players, backMs, ticksLost, ticksBack, resent, pauseMs }) => [
      name,
      `${rounds} x ${players}`,
      ...[backMs.p50, backMs.p95, backMs.p99, backMs.max].map((ms) => whole(ms)),
      spreadText(ticksLost),
      spreadText(ticksBack),
      String(resent),
      spreadText(pauseMs),
    ]),
  };
}

function phasesTable(figures: readonly SeriesFigures[]): Table {
  const text = ({ p50, p95, max }: BackFigures) => whole(p50, p95, max);
  return {
    title: "Where the time goes, ms: p50 / p95 / max",
    columns: ["", "owner found dead", "room claimed", "room open", "half of the players have its state"],
    rows: figures.map(({ name, phases }) => [
      name,
      ...[phases.found, phases.claimed, phases.opened, phases.players].map(text),
    ]),
  };
}

function standingTable(figures: readonly SeriesFigures[]): Table {
  return {
    title: "What is missing afterwards",
    columns: [
      "",
      "players lost",
      "sessions lost",
      "states unlike the server's",
      "commands said",
      "unanswered",
      "refused",
      "missing",
      "twice",
      "claims / batches in the store",
      "faults of the history",
    ],
    rows: figures.map((series) => [
      series.name,
      ...[series.lost, series.sessionsLost, series.ghosts, series.said, series.unanswered, series.refused].map(String),
      ...(series.name === "stock" ? ["–", "–"] : [String(series.missing), String(series.twice)]),
      series.name === "solo" ? "–" : `${series.claims} / ${series.batches}`,
      series.name === "solo" ? "–" : series.faults.join("; ") || "none",
    ]),
  };
}

function methodOf(figures: readonly SeriesFigures[]): string[] {
  const rounds = new Map(figures.map(({ name, planned, players }) => [name, `${planned} rounds, ${players} players`]));
  return [
    `One match of ${TICK_HZ} Hz; every player says 4 commands a second, also while its host is dead; a tenth of the players moves each tick. Seats are held for ${HOLD_SECONDS} s.`,
    `killed (${rounds.get("killed")}): ${HOSTS} hosts as they are shipped and one Redis. After 0.3 to 0.6 s of play the owner gets SIGKILL; once everybody is back a new host is started, and the next round begins 1 s after it is up. Our client, \`liveness: "game"\`.`,
    `stock (${rounds.get("stock")}): the same hosts, a plain Colyseus room and the stock SDK as it is, which knows one address: a TCP proxy before all hosts that takes the next one that answers. 5 s between rounds, because the SDK does not come back sooner after a join. Its messages are not promised to arrive; state, session and hash are.`,
    `frozen (${rounds.get("frozen")}): as killed, but SIGSTOP for ${FROZEN_MS / 1_000} s.`,
    `solo (${rounds.get("solo")}): one host without Redis, file store; SIGKILL, and it is started again at once.`,
    "The time is from just before the signal to the callback with the first state of a later epoch, at each player, by one monotonic clock of the machine. p50 to max are over all players and rounds.",
    "After each round: everything said is answered, the room stands still, and the hash of every player's whole state is compared with the server's; then every player asks what the room's memory holds of its own commands: the last, how many ran twice, how many are missing.",
    "After the last round a checker that shares no code with the product reads Redis's append-only file (every claim, every batch, every record's header and command numbers) and what each player issued, was answered and was shown: test/survival/history.",
    "The players are in a process of their own, the hosts and Redis in theirs, all on the same cores, nothing pinned. The longest pause of the players' process in each round is in the table: it is in the times, and not the product's. Ticks lost are those that would have run between the last state before and the first one after.",
  ];
}

function readingOf(figures: readonly SeriesFigures[]): string {
  return figures
    .filter(({ rounds }) => rounds > 0)
    .map(({ name, backMs, phases }) => {
      const { found, opened, players } = phases;
      const parts = [
        `${name}: half of the players are back after ${backMs.p50.toFixed(0)} ms, 99 % after ${backMs.p99.toFixed(0)} ms`,
      ];
      if (!Number.isNaN(found.p50)) parts.push(`the owner is found dead after ${found.p50.toFixed(0)} ms`);
      if (!Number.isNaN(opened.p50))
        parts.push(
          `claim to open takes ${opened.p50.toFixed(0)} ms, the players' way ${players.p50.toFixed(0)} ms more`,
        );
      return `${parts.join("; ")}.`;
    })
    .join(" ");
}
