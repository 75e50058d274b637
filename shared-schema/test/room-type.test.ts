import assert from "node:assert/strict";
import { schema, t } from "@colyseus/schema";
import { z } from "zod";
import { defineRoomType, LIMITS, NoMemory, roomMemoryClass } from "../src/index.ts";

const State = schema({ n: t.number() }, "State");
const good = { name: "duel", state: State, tickHz: 20, maxPlayers: 2 };
const define = (changed: object) => defineRoomType({ ...good, ...changed });

describe("defineRoomType", () => {
  const numbers = [
    ["version", 1, Number.MAX_SAFE_INTEGER],
    ["tickHz", LIMITS.tickHzMin, LIMITS.tickHzMax],
    ["maxPlayers", 1, LIMITS.maxPlayersMax],
    ["snapshotEveryTicks", 1, LIMITS.snapshotEveryTicksMax],
  ] as const;

  for (const [field, min, max] of numbers) {
    it(`[RT1] takes a whole ${field} from ${min} to ${max}, and names field, range and value of any other`, () => {
      for (const value of [min, max]) assert.equal(define({ [field]: value })[field], value);
      for (const value of [min - 1, max + 1, min + 0.5, Number.NaN, Infinity, -1, "20"]) {
        assert.throws(() => define({ [field]: value }), {
          name: "RangeError",
          message: `room type "duel": ${field}: a whole number from ${min} to ${max} expected, ${value} got`,
        });
      }
    });
  }

  it("[RT1] takes names of a to z, 0 to 9, - and _, at most 40, and refuses others by rule and value", () => {
    for (const name of ["a", "duel-2_x", `a${"0".repeat(39)}`]) assert.equal(define({ name }).name, name);
    for (const name of ["", "Duel", "2duel", "-a", "a b", "ä", `a${"0".repeat(40)}`, "a\n"]) {
      assert.throws(() => define({ name }), {
        name: "RangeError",
        message: `room type "${name}": name: /^[a-z][a-z0-9_-]{0,39}$/ expected`,
      });
    }
  });

  it("[RT2] refuses tuning fields without a default, all of them by name", () => {
    const tuning = z.object({
      speed: z.number(),
      lives: z.number().default(3),
      map: z.object({ size: z.number() }).default({ size: 4 }),
      colour: z.string(),
    });
    assert.throws(() => define({ tuning }), {
      name: "TypeError",
      message: 'room type "duel": tuning: every field needs a default, these have none: speed, colour',
    });
    const fine = defineRoomType({ ...good, tuning: tuning.partial() });
    assert.deepEqual(fine.tuning.parse({}), { lives: 3, map: { size: 4 } });
  });

  it("[RT3] refuses a name that is both a command and an event", () => {
    const shared = { commands: { go: { payload: z.object({}), result: z.object({}) } }, events: { go: z.object({}) } };
    assert.throws(() => define(shared), {
      name: "RangeError",
      message: 'room type "duel": "go" is both a command and an event',
    });
    assert.equal(Object.keys(define({ ...shared, events: { gone: z.object({}) } }).commands).join(), "go");
  });

  it("[MM8] takes some join options to tell rooms apart by, and refuses words of a listing", () => {
    const options = z.object({ mode: z.string(), level: z.number().default(1) });
    const type = defineRoomType({ ...good, options, filterBy: ["mode", "level"] });
    assert.deepEqual([type.filterBy, defineRoomType(good).filterBy], [["mode", "level"], []]);
    // @ts-expect-error -- not a join option of the type
    const wrong = () => defineRoomType({ ...good, options, filterBy: ["mod"] });
    assert.deepEqual(wrong().filterBy, ["mod"]);
    assert.throws(() => define({ filterBy: ["clients"] }), {
      name: "RangeError",
      message: 'room type "duel": filterBy: "clients" means something else in a room\'s listing',
    });
    assert.throws(() => define({ filterBy: ["a", "b", "c", "d", "e"] }), {
      message: 'room type "duel": filterBy: at most 4 join options expected, 5 got',
    });
  });

  it("[RT1] fills in what is left out, and is frozen", () => {
    const type = defineRoomType(good);
    const { version, durability, snapshotEveryTicks, memory, input, commands, events } = type;
    assert.deepEqual(
      [version, durability, snapshotEveryTicks, memory, input],
      [1, "acked", LIMITS.snapshotEveryTicks, NoMemory, undefined],
    );
    assert.deepEqual([commands, events, type.options.parse({ extra: 1 }), type.tuning.parse({})], [{}, {}, {}, {}]);
    assert.throws(() => Object.assign(type, { tickHz: 30 }), TypeError);
  });

  it("[LOG1] one memory class per type: host and game side by side", () => {
    const type = defineRoomType({ ...good, memory: State });
    const Memory = roomMemoryClass(type);
    assert.equal(roomMemoryClass(type), Memory);
    assert.notEqual(roomMemoryClass(defineRoomType(good)), Memory);
    const memory = new Memory();
    assert.ok(memory.game instanceof State);
    const host = ["secret", "random", "seats", "topicEpoch", "topics", "timers", "nextTimer", "bornWallMs"];
    assert.deepEqual(Object.keys(memory.host.toJSON()), [...host, "createOptions", "listing", "fields", "match"]);
  });
});
