/** The addresses a seat may be reached at: which of them is tried when, and which are never lost. */
import assert from "node:assert/strict";
import { LIMITS, Random, seedWords } from "@ninelives/shared-schema";
import fc from "fast-check";
import { doorOf, Doors } from "../../src/connection/doors.ts";

const HOME = "play.example:2567";

function doors(given: readonly unknown[], { first = HOME, home = HOME, seed = 1 } = {}): Doors {
  const chance = new Random(seedWords(seed));
  return new Doors({ home, first, given, random: () => chance.range(0, 1) });
}

/** Every door of a round, from the current one on. */
function round(all: Doors): string[] {
  const seen = [all.current];
  while (all.next()) seen.push(all.current);
  return seen;
}

describe("doors", () => {
  it("[MOV1] a round is each of them once, from where the seat is; then it begins again", () => {
    const all = doors(["b:1", "c:1"], { first: "a:1" });
    const seen = round(all);
    assert.equal(seen[0], "a:1");
    assert.deepEqual(seen.toSorted(), ["a:1", "b:1", "c:1", HOME]);
    assert.deepEqual(round(all), seen);
  });

  it("[MOV1] the one that worked comes first from then on, the others keep their order", () => {
    const all = doors(["b:1", "c:1", "d:1"]);
    const [first, second, third, fourth] = round(all);
    all.next();
    all.next();
    all.worked();
    assert.deepEqual(round(all), [third, first, second, fourth]);
  });

  it("[MOV2] the one that nobody answers behind any more comes last", () => {
    const all = doors(["b:1", "c:1"]);
    const [first, ...others] = round(all);
    all.avoid();
    assert.deepEqual(round(all), [...others, first]);
    const only = doors([]);
    only.avoid();
    assert.deepEqual(round(only), [HOME]);
  });

  it("[MOV3] the one the server names comes first, known or new", () => {
    const all = doors(["b:1", "c:1"]);
    all.go("c:1");
    assert.deepEqual([all.current, all.count], ["c:1", 3]);
    all.go("d:1");
    assert.deepEqual([all.current, all.count], ["d:1", 4]);
    assert.deepEqual(round(all).slice(0, 2), ["d:1", "c:1"]);
  });

  it("[MOV5] :port is on the host of the server the client was made with, whatever its path and port", () => {
    for (const [home, host] of [
      ["play.example:443/games", "play.example"],
      ["[::1]:2567", "[::1]"],
      ["10.0.0.1:80", "10.0.0.1"],
    ]) {
      const all = doors([":2568"], { home: home!, first: home! });
      assert.deepEqual(round(all), [home, `${host}:2568`]);
      all.go(":2569");
      assert.equal(all.current, `${host}:2569`);
      assert.deepEqual(all.away.toSorted(), [`${host}:2568`, `${host}:2569`]);
    }
  });

  it("[MOV5] what is no address is left out, and one that is given twice is there once", () => {
    const wrong = [
      "",
      "b",
      "b:0",
      "b:65536",
      "ws://b:1",
      "b:1/path",
      "u@b:1",
      ":",
      7,
      null,
      {},
      `${"x".repeat(300)}:1`,
    ];
    assert.deepEqual(round(doors([...wrong, "b:1", "b:1", HOME, ":2567"])), [HOME, "b:1"]);
  });

  it("[MOV5] at most 8, and the server the client was made with is always among them", () => {
    const address = fc.constantFrom(...Array.from({ length: 20 }, (_, index) => `host${index}:1`));
    const many = fc.array(address, { maxLength: 30 });
    fc.assert(
      fc.property(many, many, address, fc.nat(), (given, sent, first, seed) => {
        const all = doors(given, { first, seed });
        assert.equal(all.current, first);
        for (const to of sent) {
          all.go(to);
          assert.equal(all.current, to);
          const seen = round(all);
          assert.ok(seen.includes(HOME) && seen.length <= LIMITS.doors);
          assert.equal(new Set(seen).size, seen.length);
          assert.ok(!all.away.includes(HOME) && all.away.length === seen.length - 1);
        }
      }),
    );
  });

  it("[MOV4] clients of one process that died do not all go to the same next one", () => {
    const given = ["b:1", "c:1", "d:1"];
    const seconds = Array.from({ length: 400 }, (_, seed) => round(doors(given, { first: "a:1", seed: seed + 1 }))[1]!);
    for (const door of [...given, HOME]) {
      const share = seconds.filter((second) => second === door).length;
      assert.ok(share > 60 && share < 140, `${door}: ${share}`);
    }
  });

  it("[MOV5] a door says its port also where an address leaves it out", () => {
    const of = (url: string, path = "") => doorOf(new URL(url), path);
    assert.equal(of("ws://a/p/r"), "a:80");
    assert.equal(of("wss://a/p/r"), "a:443");
    assert.equal(of("https://[::1]/", "/games"), "[::1]:443/games");
    assert.equal(of("ws://a:2567/p/r"), "a:2567");
  });
});
