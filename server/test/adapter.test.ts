/**
 * The contract with Colyseus's encoder: one test per piece of `server/src/adapter.ts`, under the same name, so that
 * an upgrade that breaks one says which. What is asked of the matchmaker and of its clocks is in `adapter-matchmaker.test.ts` and `adapter-time.test.ts`.
 */
import assert from "node:assert/strict";
import { Protocol, Room, SchemaSerializer } from "@colyseus/core";
import { Decoder, Encoder, schema, StateView, t } from "@colyseus/schema";
import { TapSerializer, TreeTap } from "../src/adapter.ts";
import { RawClient } from "../../test/support/raw-client.ts";
import { startStock, type StockHost } from "../../test/support/stock-host.ts";
import { until } from "../../test/support/until.ts";

const Card = schema({ suit: t.string().default(""), face: t.string().default("").view() }, "Card");
const Table = schema(
  { turn: t.uint32().default(0), cards: t.array(Card), note: t.string().default("").view() },
  "Table",
);
type Table = InstanceType<typeof Table>;

function table(): Table {
  const state = new Table();
  state.cards.push(new Card().assign({ suit: "hearts", face: "ACE" }));
  state.note = "HIDDEN";
  return state;
}

/** Enough of a Colyseus client for a serializer: it keeps the frames it is sent. */
function sink() {
  const frames: Uint8Array[] = [];
  return { frames, clients: [{ state: 1, raw: (frame: Uint8Array) => frames.push(frame) }] as never };
}

const holds = (bytes: Uint8Array, text: string) => Buffer.from(bytes).includes(text);

describe("adapter: what Colyseus does not promise", () => {
  describe("TapSerializer", () => {
    let host: StockHost;
    const made: TapSerializer[] = [];
    class Probe extends Room<{ state: Table }> {
      override state = table();
      override patchRate = 1e9;
      override setSerializer(): void {
        made.push(new TapSerializer());
        super.setSerializer(made.at(-1) as never);
      }
    }
    before(async () => {
      host = await startStock({ probe: Probe });
    });
    after(() => host.stop());

    it("Room.state = … calls setSerializer, at first and at every new state", async () => {
      const client = await RawClient.join(host.url, "create/probe");
      const room = host.room(client.roomId) as Probe;
      assert.equal(made.length, 1);
      room.state = table();
      assert.equal(made.length, 2);
      client.close();
    });

    it("the encoder may be another class on the same root: clients of a real room follow", async () => {
      const client = await RawClient.join(host.url, "create/probe");
      const room = host.room(client.roomId) as Probe;
      const tap = made.at(-1)!;
      for (let turn = 1; turn <= 3; turn++) {
        room.state.turn = turn;
        room.state.cards.push(new Card().assign({ suit: `suit ${turn}` }));
        room.broadcastPatch();
      }
      await until("the patches", () => client.stateFrames().length === 4);
      const seen = client.decode(new Table());
      assert.deepEqual([seen.turn, seen.cards.map(({ suit }) => suit)], [3, ["hearts", "suit 1", "suit 2", "suit 3"]]);
      assert.deepEqual(tap.takePatch()?.shared, new Uint8Array(client.stateFrames().at(-1)!));
      client.close();
    });
  });

  it("[SEAL3] TapSerializer: a frame is a copy, the same bytes after the next ticks", () => {
    const state = table();
    const tap = new TapSerializer();
    tap.reset(state);
    const { frames, clients } = sink();
    const full = tap.getFullState();
    const fullThen = Buffer.from(full);
    state.turn = 1;
    tap.applyPatches(clients, state);
    const [frame] = frames;
    const then = Buffer.from(frame!);
    assert.equal(frame![0], Protocol.ROOM_STATE_PATCH);
    for (let turn = 2; turn < 10; turn++) {
      state.turn = turn * 1_000;
      state.cards.push(new Card().assign({ suit: "spades" }));
      tap.getFullState();
      tap.applyPatches(clients, state);
    }
    assert.deepEqual(Buffer.from(frame!), then);
    assert.deepEqual(Buffer.from(full), fullThen);
  });

  it("[OUT2] TapSerializer: a whole state larger than Colyseus's buffer is whole for a view, too; Colyseus's own is cut", () => {
    const Wide = schema({ cells: t.array("uint32"), note: t.string().default("").view() }, "Wide");
    const seenWith = (serializer: SchemaSerializer<never>, turns: number) => {
      const state = new Wide();
      for (let cell = 0; cell < 30_000; cell++) state.cells.push(1_000_000 + cell);
      state.note = "HIDDEN";
      serializer.reset(state as never);
      const view = new StateView();
      view.add(state);
      return Array.from({ length: turns }, (_, turn) => {
        const decoder = new Decoder(new Wide());
        const frame = serializer.getFullState({ view } as never);
        try {
          decoder.decode(frame.subarray(1));
        } catch {
          // It is cut anywhere.
        }
        state.cells[0] = turn;
        if (turn % 2 === 1) serializer.applyPatches([]);
        return `${decoder.state.cells.length} ${decoder.state.note}`;
      });
    };
    const whole = "30000 HIDDEN";
    assert.deepEqual(seenWith(new TapSerializer() as never, 4), [whole, whole, whole, whole]);
    assert.notEqual(seenWith(new SchemaSerializer(), 1)[0], whole, "TapSerializer.getFullState may go back to a copy");
  });

  it("[LOG11] TapSerializer: the log has the very bytes the clients got, once, also when nobody is there to get them", () => {
    const state = table();
    const tap = new TapSerializer();
    tap.reset(state);
    tap.applyPatches([] as never, state);
    tap.takePatch();
    const { frames, clients } = sink();
    state.turn = 9;
    tap.applyPatches(clients, state);
    const patch = tap.takePatch()!;
    assert.deepEqual(patch.shared, frames[0]!.subarray(1));
    assert.equal(patch.shared.buffer, frames[0]!.buffer);
    assert.equal(tap.takePatch(), undefined);
    state.turn = 10;
    tap.applyPatches([] as never, state);
    assert.ok(tap.takePatch()!.shared.length > 0);
  });

  it("AllSeeingView: an encoder asks a view what is visible through four methods and no other", () => {
    const asked = new Set<string>();
    const view = new Proxy(new StateView(), {
      get(target, name) {
        if (typeof name === "string" && typeof target[name as keyof StateView] === "function") asked.add(name);
        return Reflect.get(target, name) as unknown;
      },
    });
    const state = table();
    const encoder = new Encoder(state);
    view.add(state);
    asked.clear();
    encoder.encode({ offset: 0 });
    encoder.encodeView(view, 0, { offset: 0 });
    encoder.encodeAll({ offset: 0 });
    encoder.encodeAllView(view, 0, { offset: 0 });
    assert.deepEqual(
      [...asked].filter((name) => !["hasTag", "hasTagOnTree", "isChangeTreeVisible", "isVisible"].includes(name)),
      [],
    );
    assert.ok(asked.has("isChangeTreeVisible"), [...asked].join());
  });

  it("AllSeeingView: the hidden pass holds exactly the .view() fields, the shared one none of them", () => {
    const state = table();
    const tap = new TapSerializer();
    tap.reset(state);
    const whole = tap.whole();
    for (const text of ["ACE", "HIDDEN"])
      assert.deepEqual([holds(whole.shared, text), holds(whole.hidden, text)], [false, true]);
    assert.deepEqual([holds(whole.shared, "hearts"), holds(whole.hidden, "hearts")], [true, false]);
    const image = new Decoder(new Table());
    image.decode(whole.shared);
    assert.deepEqual([image.state.note || undefined, image.state.cards[0]!.face || undefined], [undefined, undefined]);
    image.decode(whole.hidden);
    assert.deepEqual(image.state.toJSON(), state.toJSON());
    tap.applyPatches([] as never, state);
    tap.takePatch();

    state.turn = 7;
    tap.applyPatches([] as never, state);
    const open = tap.takePatch()!;
    assert.equal(open.hidden.length, 0);
    state.cards[0]!.face = "KING";
    tap.applyPatches([] as never, state);
    const secret = tap.takePatch()!;
    assert.deepEqual([holds(secret.shared, "KING"), holds(secret.hidden, "KING")], [false, true]);
    for (const { shared, hidden } of [open, secret]) {
      image.decode(shared);
      image.decode(hidden);
    }
    assert.deepEqual(image.state.toJSON(), state.toJSON());
  });

  it("TreeTap: whole and changes of a tree nobody sees decode to the tree", () => {
    const tree = table();
    const tap = new TreeTap(tree);
    const image = new Decoder(new Table());
    tap.take();
    image.decode(tap.whole());
    tree.turn = 3;
    tree.cards.push(new Card().assign({ suit: "clubs", face: "TEN" }));
    image.decode(tap.take()!);
    assert.deepEqual(image.state.toJSON(), tree.toJSON());
    assert.equal(tap.take(), undefined);
  });
});
