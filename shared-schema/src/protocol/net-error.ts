import { CODES, type CodeName } from "./codes.ts";

/** What stands beside the sentence: plain data that survives the wire. */
export type ErrorDetails = Readonly<Record<string, unknown>>;

/**
 * Every error of the framework that an app may handle. `name` says the row of the table, `code` its number,
 * `recoverable` whether trying again can help, `details` what was expected and what was got.
 */
export class NetError extends Error {
  override readonly name: CodeName;
  readonly code: number;
  readonly recoverable: boolean;
  readonly details: ErrorDetails;

  constructor(name: CodeName, message: string, details: ErrorDetails = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = name;
    this.code = CODES[name].code;
    this.recoverable = CODES[name].recoverable;
    this.details = details;
  }
}

/** One wrong field of an input: where, what was expected, what came. */
export interface FieldIssue {
  readonly field: string;
  readonly message: string;
}

interface ZodLikeIssue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** A validator's issues as flat field paths (`players[0].name`); the empty path is called `(value)`. */
export function fieldIssues(issues: readonly ZodLikeIssue[]): FieldIssue[] {
  return issues.map(({ path, message }) => ({
    field:
      path.reduce<string>((at, key) => at + (typeof key === "number" ? `[${key}]` : (at && ".") + String(key)), "") ||
      "(value)",
    message,
  }));
}

/** The issues as one sentence, as it stands in an error's message. */
export function issueText(issues: readonly FieldIssue[]): string {
  return issues.map(({ field, message }) => `${field}: ${message}`).join("; ");
}
