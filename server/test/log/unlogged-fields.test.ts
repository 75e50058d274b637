/** Which field kinds the log does not carry, and that it really does not: decoded by the log's own reader. */
import assert from "node:assert/strict";
import { type Schema, schema, t } from "@colyseus/schema";
import { readRecords, RoomImage } from "@ninelives/shared-schema";
import { unloggedFields } from "../../src/log/unlogged-fields.ts";
import { SealedRoom } from "./sealed-room.ts";

const Inner = schema({ scratch: t.number().noSync().default(1), shown: t.uint8() }, "Inner");
const State = schema(
  {
    plain: t.uint8().default(1),
    hidden: t.uint8().view(),
    quick: t.uint8().unreliable(),
    patched: t.uint8().patchOnly(),
    joined: t.uint8().fullStateOnly(),
    old: t.uint8().deprecated(false),
    inners: t.map(Inner),
  },
  "State",
);
const Base = schema({ a: t.uint8() }, "Base");
const Derived = Base.extend({ late: t.uint8().patchOnly() }, "Derived");
const Streamed = schema({ crowd: t.stream(Base), bag: t.map(Inner).stream() }, "Streamed");

const short = (root: new () => Schema) =>
  unloggedFields(root).map(({ owner, field, kind }) => `${owner.name}.${field} ${kind}`);

describe("unloggedFields", () => {
  it("[LOG1] lists every field kind the log does not carry, with its class and a sentence", () => {
    assert.deepEqual(short(State), [
      "State.quick unreliable",
      "State.patched patchOnly",
      "State.joined fullStateOnly",
      "State.old deprecated",
      "Inner.scratch noSync",
    ]);
    const { why } = unloggedFields(State).find(({ field }) => field === "patched")!;
    assert.equal(
      why,
      "State.patched: patchOnly() is left out of the whole state, so a restore from a snapshot does not have it.",
    );
  });

  it("[LOG1] sees streams, and subclasses of the classes it meets", () => {
    assert.deepEqual(short(Streamed), [
      "Streamed.crowd stream",
      "Streamed.bag stream",
      "Derived.late patchOnly",
      "Inner.scratch noSync",
    ]);
    assert.deepEqual(short(Derived), ["Derived.late patchOnly"]);
  });

  it("[LOG1] lists nothing for a tree of plain, hidden, optional and quantized fields", () => {
    const Fine = schema(
      { a: t.string().view(2), b: t.ref(Base).optional(), c: t.quantized({ min: 0, max: 1 }), d: t.set("string") },
      "Fine",
    );
    const Alone = schema({ fine: t.ref(Fine) }, "Alone");
    assert.deepEqual(
      short(Alone).filter((line) => !line.startsWith("Derived")),
      [],
    );
  });

  it("[LOG1] is right about each kind: this is what a reader misses", () => {
    const live = new State();
    const Empty = schema({ nothing: t.boolean() }, "Empty");
    const room = new SealedRoom(live, new Empty(), { plain: 1, viewing: 0 });
    const read = () => {
      const image = new RoomImage(State, Empty);
      for (const bytes of log) image.apply(readRecords(bytes).records[0]!);
      const { plain, hidden, quick, patched, joined } = image.state;
      return { plain, hidden, quick, patched, joined };
    };
    const values = (n: number) => ({ plain: n, hidden: n, quick: n, patched: n, joined: n });
    live.assign(values(2));
    room.tick();
    const log = [room.snapshot()];
    assert.deepEqual(read(), { ...values(2), patched: undefined });
    live.assign(values(3));
    log.push(room.tick().record);
    assert.deepEqual(read(), { ...values(3), quick: 2, joined: 2 });
  });
});
