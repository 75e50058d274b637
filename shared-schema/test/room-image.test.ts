import assert from "node:assert/strict";
import { Encoder, schema, t } from "@colyseus/schema";
import { type LogRecord, RecordKind, RoomImage, SectionTag } from "../src/index.ts";

const State = schema({ n: t.uint8() }, "State");
const Memory = schema({ m: t.uint8() }, "Memory");

function whole(n: number, m: number): LogRecord["sections"] {
  return new Map([
    [SectionTag.SHARED, new Encoder(new State({ n })).encodeAll().slice()],
    [SectionTag.MEMORY, new Encoder(new Memory({ m })).encodeAll().slice()],
  ]);
}

const at = (kind: RecordKind, tick: number, epoch = 1, sections: LogRecord["sections"] = new Map()): LogRecord => ({
  kind,
  epoch,
  tick,
  elapsedMs: tick * 50,
  sections,
});
const snapshot = (tick: number, epoch = 1, n = tick) => at(RecordKind.SNAPSHOT, tick, epoch, whole(n, n + 1));
const read = (...records: LogRecord[]) => {
  const image = new RoomImage(State, Memory);
  for (const record of records) image.apply(record);
  return image;
};

describe("RoomImage", () => {
  it("[LOG1] has state, memory and moment of the last record", () => {
    const image = read(
      at(RecordKind.HEADER, 0),
      snapshot(3),
      at(RecordKind.ENTRY, 4, 1, whole(9, 10)),
      at(RecordKind.ENTRY, 6),
    );
    assert.deepEqual([image.state.n, image.memory.m], [9, 10]);
    assert.deepEqual([image.tick, image.epoch, image.elapsedMs, image.ended], [6, 1, 300, false]);
  });

  it("[LOG1] a later snapshot stands alone: nothing older shows through", () => {
    const image = read(snapshot(1), at(RecordKind.SNAPSHOT, 5));
    assert.deepEqual([image.state.n, image.memory.m], [undefined, undefined]);
  });

  it("[LOG1] an entry before any snapshot is refused, and so is looking", () => {
    const error = { message: "log order: an entry came before any snapshot" };
    assert.throws(() => read(at(RecordKind.ENTRY, 1)), error);
    assert.throws(() => read(at(RecordKind.HEADER, 0), at(RecordKind.END, 1)), error);
    assert.throws(() => read().state, error);
    assert.throws(() => read(at(RecordKind.HEADER, 0)).memory, error);
    assert.equal(read().tick, -1);
  });

  it("[LOG1] a tick that falls within an epoch, and an older epoch, are refused with both", () => {
    assert.throws(() => read(snapshot(5), at(RecordKind.ENTRY, 4)), {
      message: "log order: epoch 1 tick 4 after epoch 1 tick 5",
    });
    assert.throws(() => read(snapshot(5, 7), snapshot(6, 6)), {
      message: "log order: epoch 6 tick 6 after epoch 7 tick 5",
    });
  });

  it("[LOG9] a newer epoch may begin at an earlier tick", () => {
    const image = read(snapshot(50, 1), snapshot(40, 2));
    assert.deepEqual([image.tick, image.epoch, image.state.n], [40, 2, 40]);
  });

  it("[LOG1] a room that ended by itself says so, until a newer owner begins", () => {
    const ended = read(snapshot(1), at(RecordKind.END, 2));
    assert.equal(ended.ended, true);
    ended.apply(snapshot(0, 2));
    assert.equal(ended.ended, false);
  });

  it("[LOG1] what moves from a shown field to a hidden one in one tick keeps its fields", () => {
    const Card = schema({ rank: t.uint8() }, "Card");
    const Table = schema({ shown: t.ref(Card).optional(), deck: t.map(Card) }, "Table");
    const live = new Table();
    live.shown = new Card({ rank: 12 });
    const encoder = new Encoder(live);
    const image = new RoomImage(Table, Memory);
    image.apply({ ...snapshot(0), sections: new Map([[SectionTag.SHARED, encoder.encodeAll().slice()]]) });
    encoder.encode();
    encoder.discardChanges();
    const card = live.shown;
    live.deck.set("top", card);
    const added = encoder.encode().slice();
    encoder.discardChanges();
    live.shown = undefined;
    const removed = encoder.encode().slice();
    // The log's order within one tick: what left the shown field first, what came to the hidden one after it.
    image.apply(
      at(
        RecordKind.ENTRY,
        1,
        1,
        new Map([
          [SectionTag.SHARED, removed],
          [SectionTag.HIDDEN, added],
        ]),
      ),
    );
    assert.deepEqual(image.state.toJSON(), { deck: { top: { rank: 12 } } });
  });
});
