/**
 * The one table of error and close codes. 4000-4010 are Colyseus's own close codes, 4211-4217 and 520-525 its
 * error codes; ours start at 4100. A code below 4200 closes a connection or says why its
 * state changed, one from 4200 up answers a request.
 *
 * `recoverable` says whether the same client may try the same thing again and succeed.
 */
import { ANSWER_CODES } from "./answer-codes.ts";
import { CLOSING_CODES } from "./closing-codes.ts";

export type { CodeRow } from "./code-row.ts";

export const CODES = { ...CLOSING_CODES, ...ANSWER_CODES } as const;

/** Name of a row of {@link CODES}. */
export type CodeName = keyof typeof CODES;

const byNumber = new Map<number, CodeName>((Object.keys(CODES) as CodeName[]).map((name) => [CODES[name].code, name]));

/** The row's name for a number seen on the wire; undefined for one that is not ours. */
export function codeName(code: number): CodeName | undefined {
  return byNumber.get(code);
}
