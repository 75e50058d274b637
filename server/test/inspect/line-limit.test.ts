/** Lines of a log that somebody could have written as often as they like. */
import assert from "node:assert/strict";
import { createLogger } from "@ninelives/server";
import { LIMITS } from "@ninelives/shared-schema";
import { LineLimit } from "../../src/inspect/line-limit.ts";
import { consoleLike } from "../../src/inspect/logger.ts";
import { ManualClock } from "../../../test/support/manual-clock.ts";

describe("a limit of lines", () => {
  it("[OBS2] one line of a kind and second, with the number of those that were not written; other kinds are their own", () => {
    const clock = new ManualClock();
    let swallowed = 0;
    const limit = new LineLimit(clock, () => swallowed++);
    assert.equal(limit.next("Eve"), 0);
    for (let line = 0; line < 3; line++) assert.equal(limit.next("Eve"), undefined);
    assert.equal(limit.next("Mallory"), 0);
    clock.advance(LIMITS.lineMs - 1);
    assert.equal(limit.next("Eve"), undefined);
    clock.advance(1);
    assert.deepEqual([limit.next("Eve"), limit.next("Mallory"), swallowed], [4, 0, 4]);
  });

  it("[OBS2] at the cap of kinds the one that was heard of longest ago goes", () => {
    const limit = new LineLimit(new ManualClock());
    for (let kind = 0; kind <= LIMITS.lineKinds; kind++) assert.equal(limit.next(String(kind)), 0);
    assert.equal(limit.next("1"), undefined);
    assert.equal(limit.next("0"), 0);
  });

  it("[TK23] of all kinds no more than so many a second; each says later how many of it there were not", () => {
    const clock = new ManualClock();
    let swallowed = 0;
    const limit = new LineLimit(clock, () => swallowed++, 2);
    assert.deepEqual(
      ["a", "b", "c", "c", "a"].map((kind) => limit.next(kind)),
      [0, 0, undefined, undefined, undefined],
    );
    clock.advance(LIMITS.lineMs);
    assert.deepEqual([limit.next("c"), limit.next("a"), limit.next("b"), swallowed], [2, 1, undefined, 4]);
  });

  it("[OBS2] Colyseus's errors that begin alike are one kind, whatever a client put into them; its news are all told", () => {
    const clock = new ManualClock();
    const lines: string[] = [];
    const logger = createLogger({
      level: "info",
      pretty: false,
      destination: { write: (line) => void lines.push(line) },
    });
    const { error, info } = consoleLike(logger, new LineLimit(clock));
    for (const what of ["abc", "def"]) {
      error(`Error: Data read, but end of buffer not reached ${what}`);
      info("something happened");
    }
    clock.advance(LIMITS.lineMs);
    error("Error: Data read, but end of buffer not reached ghi");
    assert.equal(lines.length, 4);
    assert.match(lines.at(-1)!, /"swallowed":1.*ghi/);
  });
});
