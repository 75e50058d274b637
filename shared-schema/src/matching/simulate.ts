/** What rules would have made of a crowd: tickets as they came, matches as they would have been found, and who still waits. */
import { findMatches, type Match } from "./find-matches.ts";
import type { MatchRules } from "./rules.ts";
import type { Ticket } from "./ticket.ts";

export interface FoundMatch extends Match {
  readonly atMs: number;
}

export interface Simulation {
  readonly matches: readonly FoundMatch[];
  /** Nobody was found for them until the end. */
  readonly left: readonly Ticket[];
}

export interface SimulationOptions {
  /** From look to look, ms. */
  readonly everyMs: number;
  /** How long after the last ticket the queue goes on, ms. */
  readonly tailMs: number;
}

export function simulateQueue(
  tickets: readonly Ticket[],
  rules: MatchRules,
  { everyMs, tailMs }: SimulationOptions,
): Simulation {
  const coming = [...tickets].sort((a, b) => a.sinceMs - b.sinceMs);
  const waiting = new Set<Ticket>();
  const matches: FoundMatch[] = [];
  const [firstMs, lastMs] = [coming[0]?.sinceMs ?? 0, coming.at(-1)?.sinceMs ?? 0];
  let next = 0;
  for (let nowMs = firstMs; nowMs <= lastMs + tailMs && (next < coming.length || waiting.size > 0); nowMs += everyMs) {
    while (next < coming.length && coming[next]!.sinceMs <= nowMs) waiting.add(coming[next++]!);
    for (const match of findMatches([...waiting], rules, nowMs)) {
      for (const ticket of match.teams.flat()) waiting.delete(ticket);
      matches.push({ ...match, atMs: nowMs });
    }
  }
  return { matches, left: [...waiting, ...coming.slice(next)] };
}
