/**
 * Who plays with whom, now. Those who wait longest are served first; a match is made of whom both sides accept, nearest in skill
 * first. The same question has the same answer: there is no chance in it and no clock.
 *
 * Bounds: LIMITS.matchCandidates are looked at for each ticket, and LIMITS.matchSteps ways to seat them.
 */
import { LIMITS } from "../protocol/limits.ts";
import type { MatchRules } from "./rules.ts";
import { fillTeams } from "./teams.ts";
import { filterKey, regionsOf, skillWindow, type Ticket } from "./ticket.ts";

export interface Match {
  /** undefined when regions do not count. */
  readonly region: string | undefined;
  readonly teams: readonly (readonly Ticket[])[];
}

/** A match that runs and has seats to fill. */
export interface Opening {
  readonly id: string;
  readonly region: string | undefined;
  /** Mean of who plays in it. */
  readonly skill: number;
  readonly filters: Ticket["filters"];
  /** Free seats of each team. */
  readonly free: readonly number[];
}

export interface Backfill {
  readonly opening: Opening;
  readonly team: number;
  readonly ticket: Ticket;
}

/** Every ticket is in at most one match. */
export function findMatches(tickets: readonly Ticket[], rules: MatchRules, nowMs: number): Match[] {
  const matches: Match[] = [];
  for (const group of Map.groupBy([...tickets].sort(byAge), ({ filters }) => filterKey(filters)).values()) {
    const bySkill = [...group].sort((a, b) => a.skill - b.skill || byAge(a, b));
    const waiting = new Map(bySkill.map((ticket, place) => [ticket, wishesOf(ticket, place, rules, nowMs)]));
    for (const anchor of group) {
      const match = waiting.has(anchor) ? matchAround(anchor, bySkill, waiting, rules) : undefined;
      if (match === undefined) continue;
      for (const ticket of match.teams.flat()) waiting.delete(ticket);
      matches.push(match);
    }
  }
  return matches;
}

/** Fills seats of matches that run, those who wait longest first. Every ticket is in at most one of them. */
export function findBackfills(
  tickets: readonly Ticket[],
  openings: readonly Opening[],
  rules: MatchRules,
  nowMs: number,
): Backfill[] {
  const free = new Map(openings.map((opening) => [opening, [...opening.free]]));
  const backfills: Backfill[] = [];
  for (const ticket of [...tickets].sort(byAge)) {
    const regions = new Set(regionsOf(ticket, rules, nowMs));
    const window = skillWindow(ticket, rules, nowMs);
    const key = filterKey(ticket.filters);
    const distance = ({ skill }: Opening) => Math.abs(skill - ticket.skill);
    const [nearest] = openings
      .filter((opening) => Math.max(...free.get(opening)!) >= ticket.players && filterKey(opening.filters) === key)
      .filter((opening) => regions.has(opening.region) && distance(opening) <= window)
      .sort((a, b) => distance(a) - distance(b));
    if (nearest === undefined) continue;
    const seats = free.get(nearest)!;
    const team = seats.indexOf(Math.max(...seats));
    seats[team]! -= ticket.players;
    backfills.push({ opening: nearest, team, ticket });
  }
  return backfills;
}

/** What a ticket accepts by now, and its place among all of its group by skill. */
interface Wishes {
  readonly place: number;
  readonly window: number;
  /** The nearest first. */
  readonly regions: readonly (string | undefined)[];
}

type Waiting = ReadonlyMap<Ticket, Wishes>;

function wishesOf(ticket: Ticket, place: number, rules: MatchRules, nowMs: number): Wishes {
  return { place, window: skillWindow(ticket, rules, nowMs), regions: regionsOf(ticket, rules, nowMs) };
}

function matchAround(
  anchor: Ticket,
  bySkill: readonly Ticket[],
  waiting: Waiting,
  rules: MatchRules,
): Match | undefined {
  const { regions } = waiting.get(anchor)!;
  for (const region of regions) {
    const isThere = (ticket: Ticket) => waiting.get(ticket)?.regions.includes(region) === true;
    const near = nearest(anchor, bySkill, waiting, isThere);
    const teams = fillTeams([anchor, ...near], rules, (chosen, next) => acceptEachOther([...chosen, next], waiting));
    if (teams !== undefined) return { region, teams };
  }
  return undefined;
}

/** Those within the anchor's window, the nearest in skill first. */
function nearest(
  anchor: Ticket,
  bySkill: readonly Ticket[],
  waiting: Waiting,
  isThere: (ticket: Ticket) => boolean,
): Ticket[] {
  const { place, window } = waiting.get(anchor)!;
  const found: Ticket[] = [];
  let [below, above] = [place - 1, place + 1];
  const distance = (at: number) => {
    const ticket = bySkill[at];
    return ticket === undefined ? Number.POSITIVE_INFINITY : Math.abs(ticket.skill - anchor.skill);
  };
  while (found.length < LIMITS.matchCandidates) {
    const [low, high] = [distance(below), distance(above)];
    if (Math.min(low, high) > window || Math.min(low, high) === Number.POSITIVE_INFINITY) break;
    const ticket = bySkill[low < high ? below-- : above++]!;
    if (isThere(ticket)) found.push(ticket);
  }
  return found;
}

/** The two that are farthest apart are near enough for everybody. */
function acceptEachOther(tickets: readonly Ticket[], waiting: Waiting): boolean {
  const skills = tickets.map(({ skill }) => skill);
  const window = Math.min(...tickets.map((ticket) => waiting.get(ticket)!.window));
  return Math.max(...skills) - Math.min(...skills) <= window;
}

function byAge(a: Ticket, b: Ticket): number {
  return a.sinceMs - b.sinceMs || (a.id < b.id ? -1 : 1);
}
