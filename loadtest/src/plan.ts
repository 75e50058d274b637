/**
 * Flags -> a typed plan. All wrong options are reported at once, each with the flag, what was expected and what came, so that
 * nobody corrects a command line one error at a time.
 */
import type { MatchRules } from "@ninelives/shared-schema";

export interface Plan {
  /** Name of the room type. */
  readonly room: string;
  readonly bots: number;
  /** How long is measured once everyone is in, ms. */
  readonly forMs: number;
  /** Time over which the joins are spread, ms. */
  readonly rampMs: number;
  /** undefined: a host of our own is started. */
  readonly url: string | undefined;
  /** Two runs with one seed have bots that think alike. */
  readonly seed: number;
  /** Bots wait for matches in the type's queue, instead of taking any room with a seat. */
  readonly queue: boolean;
  /** Print one JSON object instead of a table. */
  readonly json: boolean;
}

export interface OptionIssue {
  readonly flag: string;
  readonly expected: string;
  /** As it was typed; undefined when it was left out. */
  readonly got: string | undefined;
}

export type PlanResult =
  | { readonly ok: true; readonly plan: Plan }
  | { readonly ok: false; readonly issues: readonly OptionIssue[] };

/** Caps of one generator process; more bots need more processes. */
export const PLAN_LIMITS = {
  bots: 500,
  forMsMin: 500,
  forMsMax: 3_600_000,
  rampMsMax: 600_000,
  seed: 2 ** 32 - 1,
} as const;

const FLAGS: ReadonlySet<string> = new Set(["room", "bots", "for", "ramp", "url", "seed", "queue", "json"]);
const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000 };

/** What a command line parser found: flags by name, and in `_` what belongs to no flag. */
export type Flags = Readonly<Record<string, unknown>>;

/** What stands in for flags that were left out and depends on where and when the command runs. */
export interface PlanDefaults {
  /** The only room that has a bot here; undefined when there are none or several. */
  readonly room: string | undefined;
  readonly seed: number;
}

export function makePlan(flags: Flags, defaults: PlanDefaults): PlanResult {
  const issues: OptionIssue[] = [];
  const read = <T>(
    flag: string,
    expected: string,
    parse: (text: string) => T | undefined,
    otherwise?: T,
  ): T | undefined => {
    const raw = flags[flag];
    if (raw === undefined && otherwise !== undefined) return otherwise;
    const value = typeof raw === "string" ? parse(raw) : undefined;
    if (value === undefined)
      issues.push({
        flag: `--${flag}`,
        expected,
        got: typeof raw === "string" || raw === undefined ? raw : JSON.stringify(raw),
      });
    return value;
  };
  const { bots: botsMax, forMsMin, forMsMax, rampMsMax, seed: seedMax } = PLAN_LIMITS;
  const room = read(
    "room",
    "a room type's name, like arena",
    (text) => (/^[a-z][a-z0-9_-]{0,39}$/.test(text) ? text : undefined),
    defaults.room,
  );
  const bots = read("bots", `a whole number from 1 to ${botsMax}`, (text) => whole(text, 1, botsMax), 10);
  const forMs = read("for", "a duration from 500ms to 60m", (text) => durationMs(text, forMsMin, forMsMax), 10_000);
  const rampMs = read("ramp", "a duration from 0ms to 10m", (text) => durationMs(text, 0, rampMsMax), 1_000);
  const seed = read("seed", `a whole number from 0 to ${seedMax}`, (text) => whole(text, 0, seedMax), defaults.seed);
  const url = flags.url === undefined ? undefined : read("url", "an address like http://localhost:2567", httpUrl);
  const queue = flags.queue === true;
  const json = flags.json === true;
  for (const flag of Object.keys(flags)) {
    if (flag === "_" || FLAGS.has(flag)) continue;
    issues.push({
      flag: `--${flag}`,
      expected: `one of ${[...FLAGS].map((known) => `--${known}`).join(" ")}`,
      got: `--${flag}`,
    });
  }
  for (const word of (flags._ ?? []) as readonly string[])
    issues.push({ flag: word, expected: "options that begin with --", got: word });
  if (
    issues.length > 0 ||
    room === undefined ||
    bots === undefined ||
    forMs === undefined ||
    rampMs === undefined ||
    seed === undefined
  ) {
    return { ok: false, issues };
  }
  return { ok: true, plan: { room, bots, forMs, rampMs, url, seed, queue, json } };
}

/** A queue leaves nobody over: so many bots must come that all are matched. undefined: they are, or do not queue. */
export function queueIssue({ queue, bots, room }: Plan, matching: MatchRules | undefined): OptionIssue | undefined {
  if (!queue) return undefined;
  if (matching === undefined)
    return { flag: "--queue", expected: "a room type with `matching`, which has a queue,", got: room };
  const players = matching.teams * matching.size;
  if (bots % players === 0) return undefined;
  return {
    flag: "--bots",
    expected: `a multiple of ${players}, as many as play a match of "${room}",`,
    got: String(bots),
  };
}

export function issueLine({ flag, expected, got }: OptionIssue): string {
  return `${flag}: ${expected} expected, ${got === undefined ? "nothing" : `"${got}"`} got`;
}

/** `500ms`, `10s`, `2m`; undefined for anything else and outside the range. */
export function durationMs(text: string, minMs: number, maxMs: number): number | undefined {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(text) ?? [];
  if (amount === undefined || unit === undefined) return undefined;
  const ms = Number(amount) * UNIT_MS[unit]!;
  return ms >= minMs && ms <= maxMs ? ms : undefined;
}

function whole(text: string, min: number, max: number): number | undefined {
  const value = Number(text);
  return /^\d+$/.test(text) && value >= min && value <= max ? value : undefined;
}

function httpUrl(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const { protocol } = new URL(text);
  return protocol === "http:" || protocol === "https:" ? text.replace(/\/+$/, "") : undefined;
}
