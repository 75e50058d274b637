/** Which classes can read what others wrote, and that what is said to fit is read rightly. */
import assert from "node:assert/strict";
import { Encoder, type FieldBuilder, MapSchema, Schema, schema, t } from "@colyseus/schema";
import { layoutOf, misfit, type SchemaClass } from "../src/index.ts";
import { readerOf } from "../src/log/layout.ts";

type Fields = Record<string, FieldBuilder<never, boolean, boolean> | object>;

const made = (fields: Fields, name = "Tree") => schema(fields as never, name) as unknown as SchemaClass;
const between = (log: SchemaClass, here: SchemaClass) => misfit(layoutOf(log), here, "state");

const Piece = made({ x: t.float32(), y: t.float32() }, "Piece");
const was = { count: t.uint32(), pieces: t.map(Piece), hand: t.array("string").view() };

describe("layouts", () => {
  it("[RS15] the same fields, and new ones behind them, fit; in inner classes too", () => {
    assert.equal(between(made(was), made(was)), undefined);
    assert.equal(
      between(made(was), made({ ...was, late: t.string(), more: t.map(made({ a: t.uint8() }, "New")) })),
      undefined,
    );
    const Wider = made({ x: t.float32(), y: t.float32(), z: t.float32() }, "Wider");
    assert.equal(between(made(was), made({ ...was, pieces: t.map(Wider) })), undefined);
    assert.equal(
      between(made(was), made({ ...was, hand: t.array("string") })),
      undefined,
      "who sees it is not in the bytes",
    );
  });

  it("[RS15] anything else does not, and it is said what and where", () => {
    const { count, pieces, hand } = was;
    const cases: [Fields, string][] = [
      [{ count, pieces }, "state.hand is in the log and not here"],
      [{ pieces, count, hand }, "state.count is in the log where state.pieces is here"],
      [{ total: count, pieces, hand }, "state.count is in the log where state.total is here"],
      [{ count: t.uint16(), pieces, hand }, "state.count is uint32 in the log and uint16 here"],
      [{ count, pieces, hand: t.array("uint8") }, "state.hand is array of string in the log and array of uint8 here"],
      [{ count, pieces, hand: t.set("string") }, "state.hand is array of string in the log and set of string here"],
      [
        { count, pieces: t.array(Piece), hand },
        "state.pieces is map of instances in the log and array of instances here",
      ],
      [{ count, pieces: t.map("string"), hand }, "state.pieces is map of instances in the log and map of string here"],
      [{ count, pieces: t.ref(Piece), hand }, "state.pieces is map of instances in the log and an instance here"],
      [
        { count, pieces: t.map(made({ x: t.float32(), y: t.float64() }, "Other")), hand },
        "state.pieces[].y is float32 in the log and float64 here",
      ],
    ];
    for (const [fields, why] of cases) assert.equal(between(made(was), made(fields)), why);
    const quantized = (max: number) => made({ at: t.quantized({ min: 0, max }) });
    assert.equal(between(quantized(1), quantized(1)), undefined);
    assert.match(
      between(quantized(1), quantized(2))!,
      /^state\.at is quantized\(0 to 1, \d+ bits\) in the log and quantized/,
    );
  });

  it("[RS15] a class that stood for two fields cannot become two classes; subclasses have to fit, too", () => {
    const Twin = made({ x: t.float32(), y: t.float32(), z: t.uint8() }, "Twin");
    const both = (a: SchemaClass, b: SchemaClass) => made({ a: t.ref(a), b: t.ref(b) });
    assert.equal(between(both(Piece, Piece), both(Piece, Twin)), "state.b is of another class here");
    const family = (fields: Fields) => {
      const Base = schema({ a: t.uint8() }, "Base");
      Base.extend(fields as never, "Derived");
      return made({ base: t.ref(Base) });
    };
    assert.equal(between(family({ b: t.uint8() }), family({ b: t.uint8(), c: t.uint8() })), undefined);
    assert.equal(
      between(family({ b: t.uint8() }), family({ b: t.string() })),
      "a subclass in state.b is uint8 in the log and string here",
    );
    const childless = made({ base: t.ref(schema({ a: t.uint8() }, "Base")) });
    assert.equal(between(family({ b: t.uint8() }), childless), "a subclass in state is not here");
  });

  it("[RS15] a part of a tree may fit where the rest does not", () => {
    const memory = (game: Fields, host: Fields) =>
      made({ host: t.ref(made(host, "Host")), game: t.ref(made(game, "Game")) });
    const log = layoutOf(memory({ a: t.uint8() }, { seats: t.map("string") }));
    const later = memory({ b: t.string() }, { seats: t.map("string"), more: t.uint8() });
    assert.match(misfit(log, later, "memory")!, /^memory\.game\.a is in the log where memory\.game\.b is here$/);
    assert.equal(misfit(log, later, "memory", "host"), undefined);
    const other = memory({}, { seats: t.map("uint8") });
    assert.match(misfit(log, other, "memory", "host")!, /^memory\.host\.seats is map of string/);
  });

  it("[RS12] what a layout reads is what was written: subclasses and quantized values too", () => {
    const Animal = schema({ name: t.string() }, "Animal");
    const Dog = Animal.extend({ tricks: t.array("string") }, "Dog");
    const Zoo = schema({ animals: t.map(Animal), share: t.quantized({ min: 0, max: 1 }), big: t.bigint64() }, "Zoo");
    const zoo = new Zoo().assign({ share: 0.5, big: -5n });
    zoo.animals = new MapSchema({
      rex: new Dog().assign({ name: "Rex" }),
      tom: new Animal().assign({ name: "Tom" }),
    }) as never;
    (zoo.animals.get("rex") as InstanceType<typeof Dog>).tricks.push("sit");
    const decoder = readerOf(layoutOf(Zoo));
    decoder.decode(new Encoder(zoo).encodeAll());
    const json = decoder.state.toJSON() as Record<string, unknown>;
    assert.deepEqual(json.animals, { rex: { name: "Rex", tricks: ["sit"] }, tom: { name: "Tom" } });
    assert.equal(json.big, -5n);
    assert.ok(Math.abs((json.share as number) - 0.5) < 0.001);
  });

  it("[SEAL2] Colyseus's own Schema gets no fields by it: every other class would have them", () => {
    assert.equal(layoutOf(Schema as SchemaClass).length, 0);
    assert.equal(Reflect.get(Schema, Symbol.metadata), undefined);
  });
});
