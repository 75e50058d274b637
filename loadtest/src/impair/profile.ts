/**
 * What a bad network does to a connection, as numbers: per direction a delay, a limited rate and stalls; per device cuts and
 * black holes. A lost packet is no number here: on TCP a loss shows as a stall, or as a cut when it lasts.
 *
 * `up` is from the client to the server. Fields given flat hold for both directions, those under `up` or `down` go before.
 */

/** A time, ms: always this long, or drawn anew each time from a range. */
export type Span = number | readonly [minMs: number, maxMs: number];

export interface LaneProfile {
  /** What every byte takes on its way, ms. Range [0, 60 000]. */
  readonly delayMs: number;
  /** What it takes on top at most, drawn anew for each chunk, ms. Order is kept, so a slow chunk holds those behind it up. */
  readonly jitterMs: number;
  /** Rate, from 1 000 on; Infinity for no limit. */
  readonly bytesPerSecond: number;
  /** From the end of a stall to the next one, ms. 0: none. */
  readonly stallEveryMs: Span;
  /** How long nothing moves, ms. */
  readonly stallMs: Span;
}

export interface Profile {
  readonly up: LaneProfile;
  readonly down: LaneProfile;
  /** From one cut of every live connection to the next, ms. 0: none. */
  readonly cutEveryMs: Span;
  /** From the end of a black hole to the next one, ms. 0: none. */
  readonly holeEveryMs: Span;
  readonly holeMs: Span;
}

/** What a caller gives; what is left out impairs nothing. */
export type ProfileFields = Partial<LaneProfile> & {
  readonly up?: Partial<LaneProfile>;
  readonly down?: Partial<LaneProfile>;
  readonly cutEveryMs?: Span;
  readonly holeEveryMs?: Span;
  readonly holeMs?: Span;
};

export type PresetName = "clean" | "wifi" | "lte" | "3g" | "tunnel" | "phone-all-day";

const TIME_MAX_MS = 600_000;
const DELAY_MAX_MS = 60_000;
/** Below this a rate is a dead line, and a stall says that better. */
const RATE_MIN = 1_000;
/** Things that come again and again leave this much between them, so that they never fill all of the time. */
const EVERY_MIN_MS = 10;

const CLEAR: LaneProfile = {
  delayMs: 0,
  jitterMs: 0,
  bytesPerSecond: Number.POSITIVE_INFINITY,
  stallEveryMs: 0,
  stallMs: 0,
};

/** Plain figures of our own that a player would call by these names; no measurement stands behind them. */
export const PRESETS: Readonly<Record<PresetName, ProfileFields>> = {
  clean: {},
  wifi: { delayMs: 4, jitterMs: 12, bytesPerSecond: 4_000_000, stallEveryMs: [5_000, 20_000], stallMs: [40, 150] },
  lte: {
    delayMs: 25,
    jitterMs: 20,
    stallEveryMs: [4_000, 15_000],
    stallMs: [80, 400],
    up: { bytesPerSecond: 600_000 },
    down: { bytesPerSecond: 2_000_000 },
  },
  "3g": {
    delayMs: 75,
    jitterMs: 60,
    stallEveryMs: [3_000, 10_000],
    stallMs: [200, 1_200],
    up: { bytesPerSecond: 48_000 },
    down: { bytesPerSecond: 200_000 },
  },
  tunnel: { holeEveryMs: [20_000, 40_000], holeMs: [2_000, 15_000] },
  "phone-all-day": {
    delayMs: 30,
    jitterMs: 60,
    stallEveryMs: [4_000, 12_000],
    stallMs: [200, 2_500],
    cutEveryMs: [15_000, 60_000],
    up: { bytesPerSecond: 300_000 },
    down: { bytesPerSecond: 1_000_000 },
  },
};

/** A checked profile with every field filled in. Throws a RangeError with field, expected and got. */
export function makeProfile(wanted: PresetName | ProfileFields): Profile {
  const { up, down, cutEveryMs = 0, holeEveryMs = 0, holeMs = 0, ...both } = fieldsOf(wanted);
  checkRecurring("hole", "", { holeEveryMs, holeMs });
  checkEvery("cutEveryMs", cutEveryMs);
  return { up: makeLane("up", both, up), down: makeLane("down", both, down), cutEveryMs, holeEveryMs, holeMs };
}

/** A time of that span. `random` is uniform in [0, 1). */
export function drawMs(span: Span, random: () => number): number {
  if (typeof span === "number") return span;
  const [minMs, maxMs] = span;
  return minMs + random() * (maxMs - minMs);
}

function fieldsOf(wanted: PresetName | ProfileFields): ProfileFields {
  if (typeof wanted !== "string") return wanted;
  if (!Object.hasOwn(PRESETS, wanted)) refuse("profile", `one of ${Object.keys(PRESETS).join(", ")}`, wanted);
  return PRESETS[wanted];
}

function makeLane(direction: string, both: Partial<LaneProfile>, own: Partial<LaneProfile> = {}): LaneProfile {
  const given = { ...both, ...own };
  for (const field of Object.keys(given))
    if (!Object.hasOwn(CLEAR, field)) refuse(field, `one of ${Object.keys(CLEAR).join(", ")}`, field);
  const lane = { ...CLEAR, ...given };
  checkRange(`${direction}.delayMs`, lane.delayMs, 0, DELAY_MAX_MS);
  checkRange(`${direction}.jitterMs`, lane.jitterMs, 0, DELAY_MAX_MS);
  checkRange(`${direction}.bytesPerSecond`, lane.bytesPerSecond, RATE_MIN, Number.POSITIVE_INFINITY);
  checkRecurring("stall", `${direction}.`, lane);
  return lane;
}

/** `<what>EveryMs` and `<what>Ms`: both or neither. */
function checkRecurring(what: "stall" | "hole", prefix: string, fields: Readonly<Record<string, unknown>>): void {
  const every = fields[`${what}EveryMs`];
  const lasts = fields[`${what}Ms`];
  checkEvery(`${prefix}${what}EveryMs`, every);
  if (every !== 0) checkSpan(`${prefix}${what}Ms`, lasts, 1, TIME_MAX_MS);
  else if (lasts !== 0) refuse(`${prefix}${what}EveryMs`, `a time for ${what}Ms to come again after`, every);
}

function checkEvery(field: string, got: unknown): void {
  if (got !== 0) checkSpan(field, got, EVERY_MIN_MS, TIME_MAX_MS);
}

function checkSpan(field: string, got: unknown, min: number, max: number): void {
  const ends: readonly unknown[] = Array.isArray(got) ? got : [got, got];
  const [from, to] = ends;
  const fits = ends.length === 2 && isWithin(from, min, max) && isWithin(to, min, max) && from <= to;
  if (!fits) refuse(field, `ms from ${min} to ${max}, or a rising pair of them`, got);
}

function checkRange(field: string, got: unknown, min: number, max: number): void {
  if (!isWithin(got, min, max)) refuse(field, `a number from ${min} to ${max}`, got);
}

function isWithin(value: unknown, min: number, max: number): value is number {
  return typeof value === "number" && value >= min && value <= max;
}

function refuse(field: string, expected: string, got: unknown): never {
  throw new RangeError(`${field}: ${expected} expected, ${typeof got === "number" ? got : JSON.stringify(got)} got`);
}
