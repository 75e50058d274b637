/** Who waits for a match: one player, or a party that stays together. */
import { z } from "zod";
import { LIMITS } from "../protocol/limits.ts";
import { acceptedAfter, type MatchRules } from "./rules.ts";

const filters = z.record(z.string().max(40), z.string().max(80));

export const ticketShape = z.strictObject({
  id: z.string().min(1).max(80),
  /** How many they are. Range [1, 8]. Default 1. */
  players: z.int().min(1).max(LIMITS.partyMax).default(1),
  /** Of a party: its mean. Default 0. */
  skill: z.number().default(0),
  /** Way to each region that can be reached, ms. */
  latencies: z.record(z.string().max(40), z.number().min(0)).default({}),
  /** What a match must be for them, by field: only those who ask for the same are brought together. */
  filters: filters.default({}),
  /** Since when they wait, ms. */
  sinceMs: z.number(),
});

export type Ticket = z.output<typeof ticketShape>;

/** The same for those who ask for the same. */
export function filterKey(wanted: Ticket["filters"]): string {
  return JSON.stringify(Object.entries(wanted).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** How far another player's skill may be from theirs by now. */
export function skillWindow({ sinceMs }: Ticket, { skill }: MatchRules, nowMs: number): number {
  return acceptedAfter(skill, nowMs - sinceMs);
}

/** Regions that are near enough by now, the nearest first; one that is nowhere when regions do not count. */
export function regionsOf(ticket: Ticket, { latencyMs }: MatchRules, nowMs: number): (string | undefined)[] {
  if (latencyMs === undefined) return [undefined];
  const most = acceptedAfter(latencyMs, nowMs - ticket.sinceMs);
  const near = Object.entries(ticket.latencies).filter(([, ms]) => ms <= most);
  return near.sort(([a, aMs], [b, bMs]) => aMs - bMs || (a < b ? -1 : 1)).map(([region]) => region);
}
