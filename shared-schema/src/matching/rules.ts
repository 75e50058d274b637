/**
 * How players of a room type are brought together, as data that a designer turns. What a player accepts widens with the time waited:
 *
 *   accepted = min(max, window + widenPerSecond · seconds waited)
 */
import { z } from "zod";
import { LIMITS } from "../protocol/limits.ts";

/** Each field's unit is that of what it limits: points of skill, or ms. */
const relaxing = z
  .strictObject({
    /** Accepted at once. */
    window: z.number().min(0),
    /** More, for each second waited. Default 0: never more. */
    widenPerSecond: z.number().min(0).default(0),
    /** Never more than this. Default: no limit. */
    max: z.number().min(0).default(Number.POSITIVE_INFINITY),
  })
  .refine(({ window, max }) => window <= max, { path: ["window"], error: "at most `max` expected" });

export const matchRules = z.strictObject({
  /** Range [1, 16]. Default 2. */
  teams: z.int().min(1).max(16).default(2),
  /** Players of a team. Range [1, 100]. */
  size: z.int().min(1).max(100),
  /** How far apart the players of a match may be. Default: skill does not count. */
  skill: relaxing.optional(),
  /** How slow the way to the match's region may be, ms. Default: regions do not count. */
  latencyMs: relaxing.optional(),
  /** How long players have to accept a match that was found, ms. Range [0, 120 000]. Default 0: nobody is asked. */
  acceptMs: z.int().min(0).max(LIMITS.matchAcceptMsMax).default(0),
  /** Whether those who wait may take seats that came free in matches that run. Default false. */
  backfill: z.boolean().default(false),
});

/** As a room type declares them. */
export type MatchRulesInput = z.input<typeof matchRules>;
/** Defaults filled in. */
export type MatchRules = z.output<typeof matchRules>;
export type Relaxing = z.output<typeof relaxing>;

/** What is accepted after so long. Without a rule: everything. */
export function acceptedAfter(rule: Relaxing | undefined, waitedMs: number): number {
  if (rule === undefined) return Number.POSITIVE_INFINITY;
  return Math.min(rule.max, rule.window + (rule.widenPerSecond * Math.max(0, waitedMs)) / 1000);
}
