/** Names of topics and patterns: what they may be, which fits which, and what a type may declare. */
import assert from "node:assert/strict";
import { schema, t } from "@colyseus/schema";
import fc from "fast-check";
import { z } from "zod";
import {
  declaredFor,
  declaredTopic,
  defineRoomType,
  fits,
  isPattern,
  isTopic,
  LIMITS,
  type TopicMap,
} from "../../src/index.ts";

const State = schema({ n: t.uint8() }, "TopicNamesState");
const text = { payload: z.object({ text: z.string() }) };
const declare = (topics: TopicMap) => defineRoomType({ name: "talk", tickHz: 1, maxPlayers: 1, state: State, topics });
const Talk = declare({ "team/*/chat": text, "team/*/log": text, news: text, "party/*": { ...text, scope: "host" } });

const level = fc.constantFrom("a", "b", "team");
const topic = fc.array(level, { minLength: 1, maxLength: 4 }).map((levels) => levels.join("/"));
const pattern = fc
  .tuple(fc.array(fc.oneof(level, fc.constant("*")), { maxLength: 3 }), fc.constantFrom("", "#", "a"))
  .map(([levels, end]) => [...levels, ...(end === "" ? [] : [end])].join("/"))
  .filter((name) => name !== "");

describe("names of topics", () => {
  it("[TP2] a topic has levels of letters, digits, _ and -, and no wildcard", () => {
    for (const good of ["news", "team/red/chat", "a-b/C_9"]) assert.ok(isTopic(good), good);
    const long = "x".repeat(LIMITS.topicChars + 1);
    const deep = Array.from({ length: LIMITS.topicLevels + 1 }, () => "a").join("/");
    for (const bad of ["", "/", "a//b", "a/", "a/*", "#", "a b", "ä", "{a}", "a:b", long, deep]) {
      assert.ok(!isTopic(bad), bad);
    }
  });

  it("[TP2] in a pattern * stands for a level, and # for the rest where it is last", () => {
    for (const good of ["*", "#", "team/*/chat", "team/#", "*/#"]) assert.ok(isPattern(good), good);
    for (const bad of ["", "#/a", "a#", "te*m", "**", "a/#/#"]) assert.ok(!isPattern(bad), bad);
    const cases: [string, string, boolean][] = [
      ["team/red/chat", "team/red/chat", true],
      ["team/*/chat", "team/red/chat", true],
      ["team/*/chat", "team/red/log", false],
      ["team/*", "team/red/chat", false],
      ["team/#", "team/red/chat", true],
      ["team/#", "team", false],
      ["#", "news", true],
      ["*", "news", true],
      ["*", "team/red", false],
      ["team/red/chat/more", "team/red/chat", false],
    ];
    for (const [one, other, expected] of cases) assert.equal(fits(one, other), expected, `${one} ~ ${other}`);
  });

  it("[TP2] fitting is what a regular expression of the same meaning says", () => {
    fc.assert(
      fc.property(pattern, topic, (asked, name) => {
        const expression = asked.replaceAll("*", "[^/]+").replace(/#$/, ".+");
        assert.equal(fits(asked, name), new RegExp(`^${expression}$`).test(name));
      }),
      { numRuns: 2_000 },
    );
  });

  it("[TP2] a topic has the one declaration that fits it, with its defaults", () => {
    const found = declaredTopic(Talk, "team/red/chat");
    assert.deepEqual([found?.name, found?.history, found?.scope], ["team/*/chat", LIMITS.topicHistory, "room"]);
    assert.equal(declaredTopic(Talk, "party/7")?.scope, "host");
    for (const unknown of ["team/red", "team/red/chat/x", "team/*/chat", "olds"]) {
      assert.equal(declaredTopic(Talk, unknown), undefined, unknown);
    }
    const names = (asked: string) => declaredFor(Talk, asked).map(({ name }) => name);
    assert.deepEqual(names("team/red/*"), ["team/*/chat", "team/*/log"]);
    assert.deepEqual(names("#"), ["team/*/chat", "team/*/log", "news", "party/*"]);
    assert.deepEqual(names("nowhere/#"), []);
    assert.deepEqual(names("te*m"), []);
  });

  it("[RT1] what cannot be declared is refused with the name and what was expected", () => {
    const refused = (topics: TopicMap, message: RegExp) => assert.throws(() => declare(topics), message);
    refused({ "team/#": text }, /"team\/#".*levels.*expected/);
    refused({ "a b": text }, /"a b"/);
    refused({ news: { ...text, history: 501 } }, /history: a whole number from 0 to 500 expected, 501 got/);
    refused({ news: { ...text, history: 0.5 } }, /0\.5 got/);
    refused({ news: { ...text, scope: "world" as "host" } }, /scope: room or host expected, world got/);
    refused({ "team/*": text, "*/red": text }, /"team\/\*" and "\*\/red" would fit one and the same topic/);
    const many = Object.fromEntries(Array.from({ length: 65 }, (_, n) => [`t${n}`, text]));
    refused(many, /at most 64 names expected, 65 got/);
  });
});
