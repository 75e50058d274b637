/**
 * A designer's tuning file (`<name>.tuning.yaml`) -> checked values. Every error names file, line, field, what was
 * expected and what was got; nothing is thrown away silently: an unknown field is an error too.
 */
import { isMap, LineCounter, parseDocument } from "yaml";
import { z } from "zod";
import type { RoomType, TuningOf } from "../room-type.ts";

export interface TuningIssue {
  readonly file: string;
  /** Line in the file, from 1. */
  readonly line: number;
  /** The whole sentence: file, line, field, expected, got. */
  readonly message: string;
}

export type TuningResult<T extends RoomType> =
  | { readonly ok: true; readonly values: TuningOf<T> }
  | { readonly ok: false; readonly issues: readonly TuningIssue[] };

/** `text` is the file's content, `file` its name for messages. An empty file means every default. */
export function parseTuning<T extends RoomType>(type: T, text: string, file: string): TuningResult<T> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const issue = (offset: number, message: string): TuningIssue => {
    const { line } = lines.linePos(offset);
    return { file, line, message: `${file}:${line}: ${message}` };
  };
  if (document.errors.length > 0) {
    return { ok: false, issues: document.errors.map((error) => issue(error.pos[0], error.message.split("\n")[0]!)) };
  }
  const strict = type.tuning instanceof z.ZodObject ? z.strictObject(type.tuning.shape) : type.tuning;
  const raw: unknown = document.toJS() ?? {};
  const parsed = strict.safeParse(raw);
  if (parsed.success) {
    const unknown = unknownFields(raw, parsed.data).map((path) => problem(path, "not a field of this room type"));
    return unknown.length > 0 ? { ok: false, issues: unknown } : { ok: true, values: parsed.data as TuningOf<T> };
  }
  return {
    ok: false,
    issues: parsed.error.issues.flatMap((found) => {
      if (found.code !== "unrecognized_keys") return [problem(found.path, found.message)];
      return found.keys.map((key) => problem([...found.path, key], "not a field of this room type"));
    }),
  };

  function problem(path: readonly PropertyKey[], what: string): TuningIssue {
    const name = path.join(".") || "(file)";
    return issue(offsetOf(document, path), `${name}: ${what}, got ${JSON.stringify(document.getIn(path))}`);
  }
}

/** Paths of fields that were given and are not in the checked values: the schema of an inner object drops what it does not know. */
function unknownFields(given: unknown, checked: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (!isFields(given) || !isFields(checked)) return [];
  return Object.keys(given).flatMap((key) => {
    const at = [...path, key];
    return key in checked ? unknownFields(given[key], checked[key], at) : [at];
  });
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Where the pair of the last key stands; the start of the file when it is missing. */
function offsetOf(document: ReturnType<typeof parseDocument>, path: readonly PropertyKey[]): number {
  const parent = path.length > 1 ? document.getIn(path.slice(0, -1), true) : document.contents;
  if (!isMap(parent)) return 0;
  const pair = parent.items.find((item) => String(item.key) === String(path.at(-1)));
  return (pair?.key as { range?: [number, number, number] } | undefined)?.range?.[0] ?? 0;
}
