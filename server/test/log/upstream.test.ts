/**
 * What @colyseus/schema 5.0.34 gets wrong, each as the shortest pattern that shows it, with its own Encoder and Decoder alone.
 * When one of these fails the defect is fixed upstream, and what is said here about our shield may go.
 *
 *  shield of the log   server/src/log/mirror.ts: such a patch is not logged, a snapshot stands in its place
 *  no shield           clients of stock Colyseus and ours see the same wrong picture until the field is written again
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { Decoder, Encoder, Schema, schema, StateView, t } from "@colyseus/schema";

const Item = schema({ id: t.string() }, "Item");
type Item = InstanceType<typeof Item>;
const item = (id: string) => new Item({ id });

const Strings = schema({ list: t.array("string") }, "Strings");
const Bigs = schema({ list: t.array("bigint64") }, "Bigs");
const Items = schema({ list: t.array(Item) }, "Items");

interface Outcome {
  readonly live: unknown;
  readonly read: unknown;
  /** What the decoder complained about, or what the encoder threw. */
  readonly heard: readonly string[];
}

/** Plays ticks on a tree and follows them with a decoder that has seen everything from the start. */
function follow<T extends Schema>(root: new () => T, ...ticks: ((state: T) => void)[]): Outcome {
  const state = new root();
  const encoder = new Encoder(state);
  const decoder = new Decoder(new root());
  const heard = hear(() => {
    decoder.decode(encoder.encodeAll().slice());
    encoder.discardChanges();
    for (const tick of ticks) {
      tick(state);
      decoder.decode(encoder.encode().slice());
      encoder.discardChanges();
    }
  });
  return { live: plain(state), read: plain(decoder.state), heard };
}

function hear(run: () => void): string[] {
  const heard: string[] = [];
  const { error, warn } = console;
  Object.assign(console, { error: (text: unknown) => heard.push(String(text)), warn() {} });
  try {
    run();
  } catch (thrown) {
    heard.push((thrown as Error).message);
  } finally {
    Object.assign(console, { error, warn });
  }
  return heard;
}

function plain(state: Schema): unknown {
  return JSON.parse(JSON.stringify(state, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value)));
}

/** Of the log's readers all are shielded, see above; where more is to say a test says it. */
describe("known upstream defects of @colyseus/schema", () => {
  it("known upstream defect: unshift() of a primitive that equals the first one is lost", () => {
    const { live, read } = follow(
      Strings,
      (s) => s.list.push("x"),
      (s) => s.list.unshift("x"),
    );
    assert.deepEqual([live, read], [{ list: ["x", "x"] }, { list: ["x"] }]);
  });

  it("known upstream defect: an element assigned by index and popped in the same tick comes back as the old one", () => {
    const { live, read } = follow(
      Items,
      (s) => s.list.push(item("1")),
      (s) => {
        s.list[0] = item("2");
        s.list.pop();
      },
    );
    assert.deepEqual([live, read], [{ list: [] }, { list: [{ id: "1" }] }]);
  });

  it("known upstream defect: unshift() and sort() in one tick lose an element", () => {
    const { live, read, heard } = follow(
      Items,
      (s) => s.list.push(item("2")),
      (s) => {
        s.list.unshift(item("1"));
        s.list.sort((a, b) => Number(b.id) - Number(a.id));
      },
    );
    assert.deepEqual([live, read], [{ list: [{ id: "2" }, { id: "1" }] }, { list: [{ id: "2" }] }]);
    assert.match(heard[0]!, /"refId" not found/);
  });

  it("known upstream defect: push, pop and push of 0n in one tick make encode() throw, at every later tick too", () => {
    // Shielded for players too: TapSerializer sends everyone the whole state in place of such a patch.
    const { heard } = follow(Bigs, (s) => {
      s.list.push(0n);
      s.list.pop();
      s.list.push(0n);
    });
    assert.deepEqual(heard, ["Cannot convert undefined to a BigInt"]);
  });

  it("known upstream defect: a set that is filled and cleared in one tick leaves its elements in the patch", () => {
    // Shielded for players too, by adapter/sets.ts, which is loaded here: the stock set is asked in a process of its own.
    const heard = stockAlone(`
      const Item = schema({ id: t.string() }, "Item");
      const Sets = schema({ bag: t.set(Item) }, "Sets");
      const state = new Sets();
      const encoder = new Encoder(state);
      const decoder = new Decoder(new Sets());
      decoder.decode(encoder.encodeAll());
      encoder.discardChanges();
      state.bag.add(new Item({ id: "1" }));
      state.bag.clear();
      decoder.decode(encoder.encode());
      answer(heard[0]);`);
    assert.match(String(heard), /"refId" not found/);
  });

  it("known upstream defect: an instance set into a hidden field first and a shown one after is empty for everyone", () => {
    // No shield, for the whole state has it too: the generator never shares instances in trees that hide some.
    const Both = schema({ hidden: t.ref(Item).view().optional(), shown: t.map(Item) }, "Both");
    const put = (s: InstanceType<typeof Both>) => {
      s.hidden = item("1");
      s.shown.set("k", s.hidden);
    };
    const { read, heard } = follow(Both, put);
    assert.deepEqual(read, { shown: { k: {} } });
    assert.match(heard[0]!, /"refId" not found/);
    const state = new Both();
    put(state);
    const late = new Decoder(new Both());
    assert.match(hear(() => void late.decode(new Encoder(state).encodeAll()))[0]!, /"refId" not found/);
    assert.deepEqual(plain(late.state), { shown: { k: {} } });
  });

  it("known upstream defect: what a cleared set held stays attached, and is empty for everyone behind a hidden field", () => {
    // Shielded for players too, as above.
    const heard = stockAlone(`
      const Item = schema({ id: t.string() }, "Item");
      const Box = schema({ items: t.array(Item) }, "Box");
      const Room = schema({ bag: t.set(Box), hidden: t.array(Item).view() }, "Room");
      const state = new Room();
      const encoder = new Encoder(state);
      const tick = (run) => { run(); encoder.encode(); encoder.discardChanges(); };
      const box = new Box();
      const held = new Item({ id: "1" });
      tick(() => { box.items.push(held); state.bag.add(box); });
      tick(() => state.bag.clear());
      tick(() => state.hidden.push(held));
      new Decoder(new Room()).decode(encoder.encodeAll());
      answer(heard[0]);`);
    assert.match(String(heard), /"refId" not found/);
  });

  it("known upstream defect: a subclass's view tag leaks into its base, and view.add(…, tag) makes encodeView() throw", () => {
    // Shielded as a throwing encode() is; the generator puts no numbered tag into a subclass, it would throw at each tick.
    const Base = schema({ a: t.string().view(1) }, "Base");
    Base.extend({ b: t.string().view(1) }, "Sub");
    const Holder = schema({ held: t.collection(Base) }, "Holder");
    const state = new Holder();
    const encoder = new Encoder(state);
    state.held.add(new Base());
    encoder.encode();
    encoder.discardChanges();
    const view = new StateView();
    view.add(state, 1);
    assert.throws(
      () => encoder.encodeView(view, 0, { offset: 0 }),
      /Cannot read properties of undefined \(reading 'name'\)/,
    );
  });

  it("known upstream defect: a view does not get the order of a hidden array of instances", () => {
    const Hidden = schema({ list: t.array(Item).view() }, "Hidden");
    const state = new Hidden();
    const encoder = new Encoder(state);
    const view = new StateView();
    const decoder = new Decoder(new Hidden());
    const send = () => {
      const it = { offset: 0 };
      encoder.encode(it);
      decoder.decode(encoder.encodeView(view, it.offset, it));
      encoder.discardChanges();
    };
    const add = (made: Item, at: "push" | "unshift") => {
      state.list[at](made);
      view.add(made);
    };
    view.add(state);
    send();
    add(item("1"), "push");
    send();
    add(item("2"), "unshift");
    send();
    assert.deepEqual(
      [plain(state), plain(decoder.state)],
      [{ list: [{ id: "2" }, { id: "1" }] }, { list: [{ id: "1" }, { id: "2" }] }],
    );
  });

  it("known upstream defect: t.number() rounds most fractions to float32, writes NaN as 0 and infinities as safe integers", () => {
    const Numbers = schema({ n: t.number() }, "Numbers");
    const read = (n: number) => (follow(Numbers, (s) => void (s.n = n)).read as { n: number }).n;
    assert.deepEqual([0.1, Number.NaN, Infinity, -Infinity].map(read), [
      Math.fround(0.1),
      0,
      2 ** 53 - 1,
      -(2 ** 53 - 1),
    ]);
  });

  it("known upstream defect: half a surrogate pair in a string shifts everything that follows it", () => {
    // Shielded for players too, by adapter/strings.ts.
    const read = stockAlone(`
      const Texts = schema({ a: t.string(), b: t.string() }, "Texts");
      const decoder = new Decoder(new Texts());
      decoder.decode(new Encoder(new Texts({ a: "\\ud800", b: "after" })).encodeAll());
      answer(decoder.state);`);
    assert.deepEqual(read, { a: "" });
  });
});

/** Runs a script with Colyseus as it comes, without our adapter in the process, and gives what it answers. */
function stockAlone(script: string): unknown {
  const around = `
    import { Decoder, Encoder, schema, t } from "@colyseus/schema";
    const heard = [];
    console.error = (text) => heard.push(String(text));
    console.warn = () => {};
    const answer = (value) => console.log(JSON.stringify(value));
    ${script}`;
  const out = execFileSync(process.execPath, ["--input-type=module", "-e", around], {
    encoding: "utf8",
    cwd: import.meta.dirname,
  });
  return JSON.parse(out);
}
