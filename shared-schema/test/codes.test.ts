import assert from "node:assert/strict";
import { CODES, codeName, type CodeName, type CodeRow, fieldIssues, issueText, NetError } from "../src/index.ts";

const rows = Object.entries(CODES) as [CodeName, CodeRow][];
/** Close codes that are Colyseus's own, kept with their numbers. */
const COLYSEUS = [4000, 4001, 4002, 4003, 4010];

describe("the table of codes", () => {
  it("[CL2] has every number once, and finds the row of a number", () => {
    assert.equal(new Set(rows.map(([, { code }]) => code)).size, rows.length);
    for (const [name, { code }] of rows) assert.equal(codeName(code), name);
    assert.equal(codeName(1006), undefined);
  });

  it("[CL2] ours start at 4100 and keep clear of Colyseus's close codes and error codes", () => {
    for (const [name, { code }] of rows) {
      if (COLYSEUS.includes(code)) continue;
      assert.ok(Number.isInteger(code) && code >= 4100 && code <= 4999, name);
      assert.ok(code < 4211 || code > 4217, `${name}: 4211 to 4217 are Colyseus's`);
    }
  });

  it("[CL2] says in one sentence what to do, for every row", () => {
    for (const [name, { action, sender, recoverable }] of rows) {
      assert.match(action, /^[A-Z].{15,}\.$/, name);
      assert.ok(["server", "client", "host"].includes(sender), name);
      assert.equal(typeof recoverable, "boolean", name);
    }
  });
});

describe("NetError", () => {
  it("[CL2] carries the whole row, the sentence, the details and the cause", () => {
    for (const [name, row] of rows) {
      const cause = new Error("below");
      const error = new NetError(name, "what happened", { seats: 2 }, cause);
      assert.ok(error instanceof Error);
      assert.deepEqual([error.name, error.code, error.recoverable], [name, row.code, row.recoverable]);
      assert.deepEqual([error.message, error.details, error.cause], ["what happened", { seats: 2 }, cause]);
    }
    assert.equal("cause" in new NetError("INTERNAL", "alone"), false);
  });

  it("[CMD1] names wrong fields by their path", () => {
    const issues = fieldIssues([
      { path: [], message: "an object expected" },
      { path: ["players", 0, "name"], message: "too long" },
      { path: [1, 2], message: "no" },
    ]);
    assert.deepEqual(
      issues.map(({ field }) => field),
      ["(value)", "players[0].name", "[1][2]"],
    );
    assert.equal(issueText(issues.slice(0, 2)), "(value): an object expected; players[0].name: too long");
  });
});
