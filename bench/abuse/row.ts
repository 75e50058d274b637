/** A row of the abuse matrix: what somebody does to a server, and what has to come of it. */
import type { ServerProcess } from "../lib/server-process.ts";
import type { Target } from "../lib/bench.ts";
import type { Size } from "./sizes.ts";

export const SIDES = ["stock", "ours"] as const;
export type Side = (typeof SIDES)[number];

/** How a server is started for a row. */
export interface ServerWish {
  /** How many things move in the room `field`. Default 1. */
  readonly things?: number;
  /** Memory of its process for objects, MB. Default: Node's. */
  readonly heapMb?: number;
  /** Addresses without limits, on ours. Default those of honest players. */
  readonly exempt?: readonly string[];
  /** Of ours. Default: as it is shipped. */
  readonly httpTimes?: { readonly headersMs: number; readonly requestMs: number; readonly lookMs: number } | undefined;
  /** It shares a Redis. Default false. */
  readonly redis?: boolean;
}

/** Something ours promises. */
export interface Check extends Target {
  /** How busy the machine is decides as well: judged in a full run alone. */
  readonly isTimed: boolean;
}

export interface Found {
  /** What came of it, in a line. */
  readonly figure: string;
  /** Of ours; what stock does is told, not judged. */
  readonly checks: readonly Check[];
  /** All that was measured. */
  readonly figures: unknown;
}

export interface Row {
  readonly id: string;
  /** In plain words. */
  readonly attack: string;
  /** Rules of SPEC.md that promise the target. */
  readonly rules: string;
  readonly target: string;
  readonly server?: (size: Size) => ServerWish;
  /** It is over in a moment: nobody's pace is compared. Default false. */
  readonly isBrief?: boolean;
  run(stage: Stage): Promise<Found>;
}

/** Where a row is run: a server with honest players on it, and an attacker. */
export interface Stage {
  readonly side: Side;
  readonly size: Size;
  readonly server: ServerProcess;
  readonly url: string;
  readonly port: number;
  readonly redisUrl: string | undefined;
  /** Has the attacker do something (attacker.ts). */
  attack<T>(what: string, argument: unknown): Promise<T>;
  /** Waits so long, ms, or until the server has ended. */
  readonly sleep: (ms: number) => Promise<void>;
}

export function exactly(what: string, got: number | string, expected: number | string): Check {
  return { what, promised: String(expected), got: String(got), holds: got === expected, isTimed: false };
}

export function atMost(what: string, got: number, most: number, unit = ""): Check {
  return { what, promised: `at most ${most}${unit}`, got: `${short(got)}${unit}`, holds: got <= most, isTimed: false };
}

/** A figure that hangs on what else the machine does. */
export function timed(check: Check): Check {
  return { ...check, isTimed: true };
}

export function short(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(1);
}
