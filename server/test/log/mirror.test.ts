/** The mirror and what is done when it does not agree, on the serializer of a real sealed room. */
import assert from "node:assert/strict";
import type { Client } from "@colyseus/core";
import { Decoder, type Schema, schema, t } from "@colyseus/schema";
import { type LogRecord, readRecords, RecordKind, RoomImage, SectionTag } from "@ninelives/shared-schema";
import { TapSerializer } from "../../src/adapter.ts";
import { SealedRoom } from "./sealed-room.ts";

const Item = schema({ id: t.string() }, "Item");
const State = schema(
  {
    list: t.array("string"),
    bigs: t.array("bigint64"),
    byName: t.map(Item),
    deck: t.array(Item).view(),
    long: t.string().view(),
    text: t.string(),
  },
  "State",
);
const Memory = schema({ queue: t.array("string"), long: t.string() }, "Memory");

describe("the log's mirror", () => {
  const started = () => {
    const state = new State();
    const memory = new Memory();
    const room = new SealedRoom(state, memory, { plain: 1, viewing: 0 });
    const image = new RoomImage(State, Memory);
    const read = (bytes: Uint8Array) => {
      const { records } = readRecords(bytes);
      image.apply(records[0]!);
      return records[0] as LogRecord;
    };
    read(room.snapshot());
    return { state, memory, room, image, tick: () => read(room.tick().record).kind };
  };

  it("[LOG1] plain changes go to the log as the patch they are", () => {
    const { state, memory, image, tick } = started();
    state.list.push("a", "b");
    state.byName.set("x", new Item({ id: "1" }));
    state.deck.push(new Item({ id: "2" }));
    memory.queue.push("job");
    assert.equal(tick(), RecordKind.ENTRY);
    state.list.pop();
    state.byName.get("x")!.id = "3";
    memory.queue.shift();
    assert.equal(tick(), RecordKind.ENTRY);
    assert.deepEqual([image.state.toJSON(), image.memory.toJSON()], [state.toJSON(), memory.toJSON()]);
  });

  it("[LOG1] a patch that does not decode to the live state is not logged: a snapshot stands for it, then patches go on", () => {
    const { state, image, tick } = started();
    state.list.push("x");
    assert.equal(tick(), RecordKind.ENTRY);
    state.list.unshift("x");
    assert.equal(tick(), RecordKind.SNAPSHOT);
    assert.deepEqual([...image.state.list], ["x", "x"]);
    state.list.push("y");
    assert.equal(tick(), RecordKind.ENTRY);
    assert.deepEqual([...image.state.list], ["x", "x", "y"]);
  });

  it("[LOG1] so it is for hidden fields and for memory", () => {
    const { state, memory, image, tick } = started();
    state.deck.push(new Item({ id: "1" }));
    memory.queue.push("x");
    assert.equal(tick(), RecordKind.ENTRY);
    state.deck.unshift(new Item({ id: "0" }));
    assert.equal(tick(), RecordKind.SNAPSHOT);
    assert.deepEqual(
      [...image.state.deck].map(({ id }) => id),
      ["0", "1"],
    );
    memory.queue.unshift("x");
    assert.equal(tick(), RecordKind.SNAPSHOT);
    assert.deepEqual([...image.memory.queue], ["x", "x"]);
  });

  it("[LOG1] an instance that readers let go of too early is noticed, before anything is written to it", () => {
    const Pair = schema({ held: t.ref(Item), list: t.array(Item) }, "Pair");
    const state = new Pair();
    const room = new SealedRoom(state, new Memory(), { plain: 1, viewing: 0 });
    room.snapshot();
    const { held } = state;
    state.list.push(new Item({ id: "1" }), new Item({ id: "2" }), held);
    state.list.move((list) => ([list[1], list[2]] = [list[2]!, list[1]!]));
    room.tick();
    state.held = state.list[0]!;
    const { record, kind } = room.tick();
    assert.equal(kind, RecordKind.SNAPSHOT);
    held.id = "3";
    const image = new RoomImage(Pair, Memory);
    for (const bytes of [record, room.tick().record]) image.apply(readRecords(bytes).records[0]!);
    assert.deepEqual(image.state.toJSON(), state.toJSON());
  });

  it("[LOG1] what a cleared set held is let go of: later changes of it are in no patch, and it may come back", () => {
    const Bag = schema({ bag: t.set(Item), deck: t.array(Item).view() }, "Bag");
    const state = new Bag();
    const room = new SealedRoom(state, new Memory(), { plain: 1, viewing: 0 });
    const image = new RoomImage(Bag, Memory);
    const apply = (bytes: Uint8Array) => image.apply(readRecords(bytes).records[0]!);
    apply(room.snapshot());
    const item = new Item({ id: "1" });
    state.bag.add(item);
    apply(room.tick().record);
    state.bag.clear();
    apply(room.tick().record);
    item.id = "2";
    assert.equal(room.tick().shared, undefined);
    state.deck.push(item);
    assert.equal(room.tick().shared!.length, 0);
    apply(room.snapshot());
    assert.deepEqual(image.state.toJSON(), { bag: [], deck: [{ id: "2" }] });
  });

  it("[LOG1] trees larger than the encoder's buffers, shown, hidden and memory, are carried whole", () => {
    const { state, memory, room, image, tick } = started();
    const { warn } = console;
    Object.assign(console, { warn() {} });
    try {
      state.text = "s".repeat(100_000);
      state.long = "h".repeat(150_000);
      memory.long = "m".repeat(70_000);
      tick();
      const after = [image.state.toJSON(), image.memory.toJSON()];
      image.apply(readRecords(room.snapshot()).records[0]!);
      assert.deepEqual(after, [state.toJSON(), memory.toJSON()]);
    } finally {
      Object.assign(console, { warn });
    }
    assert.deepEqual([image.state.toJSON(), image.memory.toJSON()], [state.toJSON(), memory.toJSON()]);
  });
});

describe("a patch that cannot be made", () => {
  const JOINED = 1;

  function sealed(state: Schema) {
    const serializer = new TapSerializer();
    serializer.reset(state);
    const frames: Uint8Array[] = [];
    const client = {
      state: JOINED,
      view: undefined,
      raw: (frame: Uint8Array) => frames.push(frame),
    } as unknown as Client;
    serializer.applyPatches([client]);
    frames.length = 0;
    const whole = serializer.whole();
    return { serializer, frames, client, whole };
  }

  it("[TK7] is told once, everyone gets the whole state in its place, the log a snapshot, and the room goes on", () => {
    const state = new State();
    const { serializer, frames, client, whole } = sealed(state);
    const stock = new Decoder(new State());
    stock.decode(Buffer.concat([whole.shared, whole.hidden]));
    state.text = "before";
    state.bigs.push(0n);
    state.bigs.pop();
    state.bigs.push(0n);
    assert.throws(() => serializer.applyPatches([client]), /Cannot convert undefined to a BigInt/);
    assert.equal(serializer.diverged, true);
    assert.equal(frames.length, 1);
    stock.decodeResync(frames[0]!.subarray(1));
    assert.deepEqual([stock.state.text, [...stock.state.bigs]], ["before", [0n]]);
    serializer.whole();
    state.text = "after";
    assert.equal(serializer.applyPatches([client]), true);
    assert.equal(serializer.diverged, false);
    stock.decode(frames[1]!.subarray(1));
    assert.equal(stock.state.text, "after");
  });

  it("[LOG1] too much that waits for a look is forgotten: the next patch in need of one counts as wrong, once", () => {
    const state = new State();
    const { serializer, client } = sealed(state);
    const patch = (change: () => void) => {
      change();
      serializer.applyPatches([client]);
      return serializer.diverged;
    };
    for (const letter of ["a", "b", "c"])
      assert.equal(
        patch(() => void (state.text = letter.repeat(60_000))),
        false,
      );
    assert.equal(
      patch(() => void state.list.push("x")),
      true,
    );
    serializer.whole();
    assert.equal(
      patch(() => void state.list.push("y")),
      false,
    );
  });

  it("[LOG1] half a surrogate pair in a name hurts neither players nor log: it goes out as U+FFFD", () => {
    const state = new State();
    const { serializer, frames, client, whole } = sealed(state);
    const stock = new Decoder(new State());
    stock.decode(whole.shared);
    state.text = "x\ud800y";
    state.list.push("\udfff");
    state.byName.set("\ud800", new Item({ id: "after" }));
    serializer.applyPatches([client]);
    stock.decode(frames[0]!.subarray(1));
    const { text, list, byName } = stock.state;
    assert.deepEqual(
      [text, [...list], [...byName.keys()], byName.get("\ufffd")?.id],
      ["x\ufffdy", ["\ufffd"], ["\ufffd"], "after"],
    );
    const image = new RoomImage(State, Memory);
    const { shared } = serializer.whole();
    image.apply({
      kind: RecordKind.SNAPSHOT,
      epoch: 1,
      tick: 1,
      elapsedMs: 0,
      sections: new Map([[SectionTag.SHARED, shared]]),
    });
    assert.deepEqual([image.state.text, [...image.state.byName.keys()]], ["x\ufffdy", ["\ufffd"]]);
  });
});
