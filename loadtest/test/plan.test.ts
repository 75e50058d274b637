import { deepEqual, equal, ok } from "node:assert/strict";
import { durationMs, issueLine, makePlan } from "../src/plan.ts";

const DEFAULTS = { room: undefined, seed: 7 };

describe("load plan", () => {
  it("[BOT2] fills in the defaults", () => {
    const result = makePlan({ _: [], room: "arena" }, DEFAULTS);
    ok(result.ok);
    deepEqual(result.plan, {
      room: "arena",
      bots: 10,
      forMs: 10_000,
      rampMs: 1_000,
      url: undefined,
      seed: 7,
      queue: false,
      json: false,
    });
  });

  it("[BOT2] takes the only room that has a bot when none is named", () => {
    const result = makePlan({ _: [] }, { room: "arena", seed: 7 });
    ok(result.ok);
    equal(result.plan.room, "arena");
  });

  it("[BOT2] reads every flag", () => {
    const flags = {
      _: [],
      room: "arena",
      bots: "50",
      for: "2m",
      ramp: "500ms",
      url: "http://localhost:2567/",
      seed: "3",
      json: true,
    };
    const result = makePlan(flags, DEFAULTS);
    ok(result.ok);
    const url = "http://localhost:2567";
    deepEqual(result.plan, {
      room: "arena",
      bots: 50,
      forMs: 120_000,
      rampMs: 500,
      url,
      seed: 3,
      queue: false,
      json: true,
    });
  });

  it("[BOT2] names every wrong option at once, with flag, expected and got", () => {
    const result = makePlan(
      { _: ["stray"], bots: "0", for: "5", ramp: "", url: "ftp://x", seed: "-1", bogus: true },
      DEFAULTS,
    );
    ok(!result.ok);
    deepEqual(
      result.issues.map(({ flag }) => flag),
      ["--room", "--bots", "--for", "--ramp", "--seed", "--url", "--bogus", "stray"],
    );
    const lines = result.issues.map(issueLine);
    equal(lines[0], "--room: a room type's name, like arena expected, nothing got");
    equal(lines[1], '--bots: a whole number from 1 to 500 expected, "0" got');
    equal(lines[2], '--for: a duration from 500ms to 60m expected, "5" got');
  });

  it("[BOT2] reads durations in ms, s and m, and nothing else", () => {
    deepEqual(
      ["500ms", "1.5s", "2m"].map((text) => durationMs(text, 0, 1e9)),
      [500, 1_500, 120_000],
    );
    for (const text of ["5", "5h", "-1s", "s", "1e3ms", " 1s"]) equal(durationMs(text, 0, 1e9), undefined, text);
    equal(durationMs("1s", 2_000, 3_000), undefined);
  });
});
