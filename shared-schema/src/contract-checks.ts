/** What defineRoomType() refuses. Each throws a RangeError that names the field, what was expected and what was got. */
import { matchRules, type MatchRules, type MatchRulesInput } from "./matching/rules.ts";
import { LIMITS } from "./protocol/limits.ts";
import { fieldIssues, issueText } from "./protocol/net-error.ts";
import type { Rate } from "./protocol/token-bucket.ts";

const MESSAGE_NAME = /^[a-zA-Z][a-zA-Z0-9_.-]{0,39}$/;
/** Words of a room's row in the directory: a join option of that name would never be asked for. */
const ROW_WORDS: ReadonlySet<string> = new Set([
  "clients",
  "locked",
  "private",
  "unlisted",
  "metadata",
  "name",
  "processId",
  "publicAddress",
  "createdAt",
  "roomId",
  "epoch",
  "match",
]);

export function checkMatching(at: string, input: MatchRulesInput, maxPlayers: number): MatchRules {
  const { data, error } = matchRules.safeParse(input);
  if (error !== undefined) throw new RangeError(`${at}: matching: ${issueText(fieldIssues(error.issues))}`);
  const players = data.teams * data.size;
  if (players <= maxPlayers) return data;
  throw new RangeError(`${at}: matching: at most ${maxPlayers} players expected (maxPlayers), ${players} got`);
}

/** Names the framework uses itself: what a client is told of its own connection. */
const RESERVED_NAMES: ReadonlySet<string> = new Set(["gap", "fresh"]);

export function checkNames(at: string, field: string, names: readonly string[], max: number): void {
  if (names.length > max) throw new RangeError(`${at}: ${field}: at most ${max} names expected, ${names.length} got`);
  for (const name of names) {
    if (!MESSAGE_NAME.test(name)) throw new RangeError(`${at}: ${field}: "${name}": ${MESSAGE_NAME} expected`);
    if (RESERVED_NAMES.has(name)) throw new RangeError(`${at}: ${field}: "${name}" is told by the framework itself`);
  }
}

export function wholeInRange(at: string, field: string, value: number, min: number, max: number): void {
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new RangeError(`${at}: ${field}: a whole number from ${min} to ${max} expected, ${value} got`);
  }
}

export function checkRate(at: string, field: string, { perSecond, burst }: Rate): void {
  if (!(perSecond > 0 && perSecond <= LIMITS.commandPerSecondMax)) {
    const expected = `a number above 0, at most ${LIMITS.commandPerSecondMax},`;
    throw new RangeError(`${at}: ${field}.perSecond: ${expected} expected, ${perSecond} got`);
  }
  wholeInRange(at, `${field}.burst`, burst, 1, LIMITS.commandBurstMax);
}

export function checkFilters(at: string, fields: readonly string[]): void {
  if (fields.length > LIMITS.filters)
    throw new RangeError(`${at}: filterBy: at most ${LIMITS.filters} join options expected, ${fields.length} got`);
  for (const field of fields) {
    if (ROW_WORDS.has(field))
      throw new RangeError(`${at}: filterBy: "${field}" means something else in a room's listing`);
  }
}
