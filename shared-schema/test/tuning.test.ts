import assert from "node:assert/strict";
import { schema, t } from "@colyseus/schema";
import { z } from "zod";
import { defineRoomType, parseTuning } from "../src/index.ts";

const Duel = defineRoomType({
  name: "duel",
  state: schema({ n: t.number() }, "State"),
  tickHz: 20,
  maxPlayers: 2,
  tuning: z.object({
    speed: z.number().min(0).max(1000).default(220),
    name: z.string().default("duel"),
    map: z.object({ size: z.number().default(4) }).default({ size: 4 }),
  }),
});

const DEFAULTS = { speed: 220, name: "duel", map: { size: 4 } };
const values = (text: string) => {
  const result = parseTuning(Duel, text, "duel.tuning.yaml");
  assert.ok(result.ok, JSON.stringify(result));
  return result.values;
};
const messages = (text: string) => {
  const result = parseTuning(Duel, text, "duel.tuning.yaml");
  assert.ok(!result.ok);
  for (const { file, line, message } of result.issues) assert.ok(message.startsWith(`${file}:${line}: `));
  return result.issues.map(({ message }) => message);
};

describe("tuning files", () => {
  it("[TUN1] an empty file, one of comments and one of nothing but null mean every default", () => {
    for (const text of ["", "\n\n", "# speed: 3\n", "---\n", "null\n", "{}"]) assert.deepEqual(values(text), DEFAULTS);
  });

  it("[TUN1] what is given counts, the rest is default", () => {
    assert.deepEqual(values("speed: 300 # faster\n"), { ...DEFAULTS, speed: 300 });
    assert.deepEqual(values("map:\n  size: 9\n"), { ...DEFAULTS, map: { size: 9 } });
  });

  it("[TUN2] a wrong value is refused with file, line, field, expected and got", () => {
    assert.deepEqual(messages("# a comment\n\nspeed: fast\n"), [
      'duel.tuning.yaml:3: speed: Invalid input: expected number, received string, got "fast"',
    ]);
    assert.deepEqual(messages("name: x\nspeed: 2000\n"), [
      "duel.tuning.yaml:2: speed: Too big: expected number to be <=1000, got 2000",
    ]);
    assert.deepEqual(messages("name: x\nmap:\n  size: big\n"), [
      'duel.tuning.yaml:3: map.size: Invalid input: expected number, received string, got "big"',
    ]);
  });

  it("[TUN2] every wrong field is named, each with its own line", () => {
    assert.deepEqual(messages("speed: -1\nname: 7\n"), [
      "duel.tuning.yaml:1: speed: Too small: expected number to be >=0, got -1",
      "duel.tuning.yaml:2: name: Invalid input: expected string, received number, got 7",
    ]);
  });

  it("[TUN2] an unknown field is refused, inside another one too", () => {
    assert.deepEqual(messages("speed: 1\nspede: 300\n"), [
      "duel.tuning.yaml:2: spede: not a field of this room type, got 300",
    ]);
    assert.deepEqual(messages("map:\n  size: 4\n  with: 5\n"), [
      "duel.tuning.yaml:3: map.with: not a field of this room type, got 5",
    ]);
  });

  it("[TUN2] a file that is not YAML, or not fields, is refused with the line", () => {
    assert.match(messages("speed: 1\nname: [x\n")[0]!, /^duel\.tuning\.yaml:[23]: Flow sequence/);
    assert.match(messages("speed: 1\nspeed: 2\n")[0]!, /^duel\.tuning\.yaml:2: Map keys must be unique/);
    assert.match(
      messages("- 1\n- 2\n")[0]!,
      /^duel\.tuning\.yaml:1: \(file\): Invalid input: expected object, received array/,
    );
    assert.match(
      messages("42\n")[0]!,
      /^duel\.tuning\.yaml:1: \(file\): Invalid input: expected object, received number/,
    );
  });
});
