/** Puts parties into teams: whole, until every seat is taken, and so that the teams are as strong as each other. */
import { LIMITS } from "../protocol/limits.ts";
import type { Ticket } from "./ticket.ts";

/** `fits`: whether one may be added to those chosen before. */
type Fits = (chosen: readonly Ticket[], next: Ticket) => boolean;

/**
 * Takes from `candidates`, those in front first, so many that `teams` teams of `size` are full; the first one is always taken.
 * undefined: it was not found in LIMITS.matchSteps steps.
 */
export function fillTeams(
  candidates: readonly Ticket[],
  { teams, size }: { readonly teams: number; readonly size: number },
  fits: Fits,
): Ticket[][] | undefined {
  const filled: Ticket[][] = Array.from({ length: teams }, () => []);
  const free = filled.map(() => size);
  const chosen: Ticket[] = [];
  let steps = 0;
  const search = (from: number, freeSeats: number): boolean => {
    if (freeSeats === 0) return true;
    for (let at = from; at < candidates.length; at++) {
      if (++steps > LIMITS.matchSteps) return false;
      const next = candidates[at]!;
      if (next.players > freeSeats || !fits(chosen, next)) {
        if (at === 0) return false;
        continue;
      }
      const tried = new Set<number>();
      for (const team of free.keys()) {
        if (free[team]! < next.players || tried.has(free[team]!)) continue;
        tried.add(free[team]!);
        free[team]! -= next.players;
        filled[team]!.push(next);
        chosen.push(next);
        if (search(at + 1, freeSeats - next.players)) return true;
        chosen.pop();
        filled[team]!.pop();
        free[team]! += next.players;
      }
      if (at === 0) return false;
    }
    return false;
  };
  return search(0, teams * size) ? balanced(filled) : undefined;
}

/** Parties of one size change places between the strongest and the weakest team, as long as that brings them closer. */
function balanced(teams: Ticket[][]): Ticket[][] {
  const strength = (team: readonly Ticket[]) => team.reduce((sum, { players, skill }) => sum + players * skill, 0);
  for (let round = 0; round < LIMITS.balanceRounds; round++) {
    const ranked = [...teams].sort((a, b) => strength(a) - strength(b));
    const [weak, strong] = [ranked[0]!, ranked.at(-1)!];
    const gap = strength(strong) - strength(weak);
    let best: { readonly from: number; readonly to: number; readonly left: number } | undefined;
    for (const [from, given] of strong.entries()) {
      for (const [to, taken] of weak.entries()) {
        if (given.players !== taken.players) continue;
        const left = Math.abs(gap - 2 * given.players * (given.skill - taken.skill));
        if (left < (best?.left ?? gap)) best = { from, to, left };
      }
    }
    if (best === undefined) return teams;
    [strong[best.from], weak[best.to]] = [weak[best.to]!, strong[best.from]!];
  }
  return teams;
}
