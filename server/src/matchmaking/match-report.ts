/** What a simulated queue did to the people in it: how long they waited, how even their matches were, who was left. */
import type { Simulation, Ticket } from "@ninelives/shared-schema";

interface Spread {
  readonly p50: number;
  readonly p95: number;
  readonly most: number;
}

export interface MatchReport {
  readonly tickets: number;
  readonly matches: number;
  readonly matchedTickets: number;
  readonly leftTickets: number;
  /** From when a ticket came to its match, ms; of tickets that were matched. */
  readonly waitMs: Spread;
  /** Between the best and the weakest of a match, and between the means of its teams. */
  readonly skillSpread: Spread;
  readonly teamGap: Spread;
  readonly tookMs: number;
}

export function matchReport(crowd: readonly Ticket[], { matches, left }: Simulation, tookMs: number): MatchReport {
  const waits = matches.flatMap(({ atMs, teams }) => teams.flat().map(({ sinceMs }) => atMs - sinceMs));
  const spreads = matches.map(({ teams }) => range(teams.flat().map(({ skill }) => skill)));
  const gaps = matches.map(({ teams }) => range(teams.map(meanSkill)));
  return {
    tickets: crowd.length,
    matches: matches.length,
    matchedTickets: waits.length,
    leftTickets: left.length,
    waitMs: spreadOf(waits),
    skillSpread: spreadOf(spreads),
    teamGap: spreadOf(gaps),
    tookMs: Math.round(tookMs),
  };
}

export function reportText(report: MatchReport): string {
  const { tickets, matches, matchedTickets, leftTickets, waitMs, skillSpread, teamGap, tookMs } = report;
  const seconds = ({ p50, p95, most }: Spread) => [p50, p95, most].map((ms) => `${(ms / 1000).toFixed(1)} s`);
  const points = ({ p50, p95, most }: Spread) => [p50, p95, most].map((value) => value.toFixed(0));
  const row = (name: string, cells: readonly string[]) =>
    `${name.padEnd(14)}${cells.map((cell) => cell.padStart(10)).join("")}`;
  return [
    `${matches} matches of ${matchedTickets} of ${tickets} tickets; ${leftTickets} wait; ${tookMs} ms`,
    "",
    row("", ["p50", "p95", "most"]),
    row("wait", seconds(waitMs)),
    row("skill spread", points(skillSpread)),
    row("teams apart", points(teamGap)),
    "",
  ].join("\n");
}

function meanSkill(team: readonly Ticket[]): number {
  const players = team.reduce((sum, ticket) => sum + ticket.players, 0);
  return team.reduce((sum, ticket) => sum + ticket.players * ticket.skill, 0) / players;
}

function range(values: readonly number[]): number {
  return Math.max(...values) - Math.min(...values);
}

/** All 0 without values. */
function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return { p50: at(0.5), p95: at(0.95), most: at(1) };
}
