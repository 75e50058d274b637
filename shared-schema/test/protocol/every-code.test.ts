/** The table of codes as a whole: its ranges, and that no row stands in it without somebody who says it and a test that hears it. */
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type CodeName, type CodeRow, CODES } from "../../src/index.ts";

const ROOT = resolve(import.meta.dirname, "../../..");
const TESTS = ["test/**/*.test.ts", "*/test/**/*.test.ts", "games/**/*.test.ts"];
const PRODUCT = ["shared-schema/src/**/*.ts", "server/src/**/*.ts", "client/src/**/*.ts"];
/** The table itself, and this file: what stands there proves nothing. */
const NOT_COUNTED = ["shared-schema/src/protocol/codes.ts", "shared-schema/test/protocol/every-code.test.ts"];
/** Below this, Colyseus says them. */
const OURS_FROM = 4100;

const rows = Object.entries(CODES) as [CodeName, CodeRow][];

/** The texts of the files that match. */
function texts(patterns: readonly string[]): string[] {
  const files = globSync([...patterns], { cwd: ROOT }).filter((file) => !NOT_COUNTED.includes(file));
  assert.ok(files.length > 10, `${patterns.join(", ")}: ${files.length} files`);
  return files.map((file) => readFileSync(join(ROOT, file), "utf8"));
}

/** Rows whose name stands nowhere in these files, as a value: in quotes, or behind `CODES.`. */
function unnamed(patterns: readonly string[], among: readonly CodeName[]): CodeName[] {
  const all = texts(patterns);
  return among.filter((name) => {
    const value = new RegExp(`(["'\`])${name}\\1|\\bCODES\\.${name}\\b|^\\s*${name}: \\d|[{,] ${name} [,}]`, "m");
    return !all.some((text) => value.test(text));
  });
}

describe("every code", () => {
  it("[CL2] is an upper-case name, and its number lies where its kind does", () => {
    for (const [name, { code, sender }] of rows) {
      assert.match(name, /^[A-Z]+(_[A-Z]+)*$/);
      assert.equal(sender === "host", code >= 4300, `${name}: an operator's codes start at 4300`);
      assert.ok(code >= 4000 && code < 4400, name);
    }
  });

  it("[CL2] stands in the order of its number, so that a free one is seen at once", () => {
    const numbers = rows.map(([, { code }]) => code);
    assert.deepEqual(
      numbers,
      numbers.toSorted((a, b) => a - b),
    );
  });

  it("[CL2] says something of its own: no two rows tell their reader the same", () => {
    assert.equal(new Set(rows.map(([, { action }]) => action)).size, rows.length);
  });

  it("[CL2] is said by somebody: no row without a place in the product's code", () => {
    const ours = rows.filter(([, { code }]) => code >= OURS_FROM).map(([name]) => name);
    assert.deepEqual(unnamed(PRODUCT, ours), []);
  });

  it("[CL2] is heard by a test: no row without one that names it", () => {
    assert.deepEqual(
      unnamed(
        TESTS,
        rows.map(([name]) => name),
      ),
      [],
    );
  });

  it("[CL2] the search above finds what is there, and nothing that is not", () => {
    const absent = ["NO", "SUCH", "CODE"].join("_") as CodeName;
    assert.deepEqual(unnamed(TESTS, ["REPLACED", absent]), [absent]);
  });
});
