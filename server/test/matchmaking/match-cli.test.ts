/** `npm run match` as a designer runs it. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { defineRoomType } from "@ninelives/shared-schema";
import { schema } from "@colyseus/schema";

const ROOT = resolve(import.meta.dirname, "../../..");
const CLI = join(ROOT, "server/src/matchmaking/match-cli.ts");

describe("npm run match", () => {
  let dir: string;
  before(() => (dir = mkdtempSync(join(tmpdir(), "ninelives-match-"))));
  after(() => rmSync(dir, { recursive: true }));

  const run = (...args: string[]) => spawnSync(process.execPath, [CLI, ...args], { cwd: ROOT, encoding: "utf8" });
  const fileOf = (...lines: string[]) => {
    const file = join(dir, "tickets.jsonl");
    writeFileSync(file, lines.join("\n"));
    return file;
  };
  const crowd = Array.from({ length: 6 }, (_, at) => `{"id":"t${at}","sinceMs":${at * 1000},"skill":1500}`);

  it("[MQ9] says what the rules make of a file of tickets", () => {
    const { status, stdout } = run("--rules", "games/arena", "--tickets", fileOf(...crowd), "--json");
    const { matches, tickets, leftTickets, waitMs } = JSON.parse(stdout);
    assert.deepEqual([status, tickets, leftTickets, matches.length], [0, 6, 0, 3]);
    assert.deepEqual(matches[0].teams.flat().toSorted(), ["t0", "t1"]);
    assert.deepEqual(waitMs, { p50: 0, p95: 1_000, most: 1_000 });
  });

  it("[MQ9] shows a page for people, and tries a crowd by chance", () => {
    const { status, stdout } = run("--rules", "games/arena", "--random", "200", "--seed", "3");
    assert.equal(status, 0);
    assert.match(stdout, /^\d+ matches of \d+ of 200 tickets; \d+ wait; \d+ ms\n\n +p50 +p95 +most\nwait +\d/);
    assert.equal(run("--rules", "games/arena", "--random", "200", "--seed", "3", "--json").stdout.length > 0, true);
  });

  for (const [what, args, says] of [
    ["a line that is no JSON", [crowd[0]!, "{"], /tickets\.jsonl, line 2: a JSON object expected/],
    ["a wrong field", ['{"id":"a","sinceMs":0,"players":9}'], /tickets\.jsonl, line 1: players: /],
    [
      "a ticket that is there twice",
      [crowd[0]!, crowd[0]!],
      /line 2: id: one that no other ticket has expected, "t0" got/,
    ],
  ] as const) {
    it(`[MQ9] ${what} is named with its line`, () => {
      const { status, stderr } = run("--rules", "games/arena", "--tickets", fileOf(...args));
      assert.deepEqual([status, says.test(stderr)], [2, true], stderr);
    });
  }

  it("[MQ9] games without rules, and no crowd, are said in one line", () => {
    for (const [args, says] of [
      [["--rules", "games/nowhere", "--random", "5"], /--rules: a folder of a game expected/],
      [["--rules", "games/cards", "--random", "5"], /--rules: a room type with `matching` expected/],
      [["--rules", "games/arena"], /--random: a whole number from 1 expected, nothing got/],
      [["--rules", "games/arena", "--tickets", join(dir, "none")], /--tickets: a file that can be read expected/],
    ] as const) {
      const { status, stderr } = run(...args);
      assert.deepEqual([status, says.test(stderr), stderr.trim().split("\n").length], [2, true, 1], stderr);
    }
  });

  it("[MQ1] rules that do not fit the room type are refused when it is defined", () => {
    const type = (matching: object) =>
      defineRoomType({
        name: "duel",
        tickHz: 1,
        maxPlayers: 4,
        state: schema({}, "Duel"),
        matching: matching as never,
      });
    assert.throws(() => type({ size: 0 }), /room type "duel": matching: size: /);
    assert.throws(() => type({ size: 3 }), /matching: at most 4 players expected \(maxPlayers\), 6 got/);
    assert.deepEqual(type({ size: 2 }).matching, { teams: 2, size: 2, acceptMs: 0, backfill: false });
  });
});
