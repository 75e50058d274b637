/** What a room and a host may be, checked by the compiler: see shared-schema/test/types.test.ts. */
import assert from "node:assert/strict";
import { type Client, Room } from "@colyseus/core";
import { type CommandHandlers, defineHost, GameRoom, type Migrations } from "../src/index.ts";
import { Bare, Duel } from "../../test/support/duel.type.ts";

type Handlers = CommandHandlers<typeof Duel>;

class DuelRoom extends GameRoom<typeof Duel> {
  commands: Handlers = {
    rename: (client, { to, loud }) => {
      const was = this.state.names.get(client.sessionId) ?? "";
      this.state.names.set(client.sessionId, loud ? to.toUpperCase() : to);
      return { was };
    },
    yield: () => ({ round: this.state.round }),
  };

  override onJoin(client: Client, { name }: { name: string }): void {
    this.state.names.set(client.sessionId, name);
  }

  /** Compiled, never run. */
  uses(client: Client): void {
    this.emit("won", { by: "Ada" });
    this.emit("tied", {}, client);
    // @ts-expect-error -- not an event
    this.emit("lost", {});
    // @ts-expect-error -- `by` is missing
    this.emit("won", {});
    // @ts-expect-error -- `by` is a string
    this.emit("won", { by: 1 });
    // @ts-expect-error -- recipients are a client or a filter
    this.emit("won", { by: "Ada" }, "everyone");
    const numbers: number[] = [this.state.round, this.memory.secret, this.tuning.speed];
    // @ts-expect-error -- not a field of the state
    void this.state.rounds;
    // @ts-expect-error -- the round is a number
    this.state.round = "two";
    // @ts-expect-error -- not a field of the memory
    void this.memory.secrets;
    // @ts-expect-error -- not a field of the tuning
    void this.tuning.sped;
    for (const input of this.inputs.get(client.sessionId)) {
      numbers.push(input.dx);
      // @ts-expect-error -- not a field of the input
      void input.dy;
    }
  }
}

class BareRoom extends GameRoom<typeof Bare> {
  commands = {};
}

class PlainRoom extends Room {}

// @ts-expect-error -- the handler of `yield` is missing
const missing: Handlers = { rename: () => ({ was: "" }) };
// @ts-expect-error -- not a command of the type
const unknown: Handlers = { rename: () => ({ was: "" }), yield: () => ({ round: 1 }), surrender: () => ({}) };
// @ts-expect-error -- `was` is a string
const result: Handlers = { rename: () => ({ was: 1 }), yield: () => ({ round: 1 }) };
// @ts-expect-error -- a handler must not be async: it runs at a tick edge
const later: Handlers = { rename: async () => ({ was: "" }), yield: () => ({ round: 1 }) };
// @ts-expect-error -- not a field of the payload
const payload: Handlers = { rename: (_, { from }) => ({ was: from }), yield: () => ({ round: 1 }) };

// @ts-expect-error -- a room without its commands
class NoCommands extends GameRoom<typeof Duel> {}

class WrongHook extends GameRoom<typeof Bare> {
  commands = {};
  // @ts-expect-error -- join options of another type
  override onJoin(client: Client, { name }: { name: number }): void {
    client.send(String(name));
  }
}

type Ways = Migrations<typeof Duel>;
const state = () => new Duel.state();
const memory = () => new Duel.memory();
const ways: Ways[] = [
  { 1: (old) => ({ state: state().assign({ round: Number(old.version) }), memory: memory() }) },
  // @ts-expect-error -- the memory is missing
  { 1: () => ({ state: state() }) },
  // @ts-expect-error -- the state of another type
  { 1: () => ({ state: memory(), memory: memory() }) },
  // @ts-expect-error -- it must not be async
  { 1: async () => ({ state: state(), memory: memory() }) },
  // @ts-expect-error -- versions are numbers
  { first: () => ({ state: state(), memory: memory() }) },
  // @ts-expect-error -- what an old tree holds has to be checked before it is used
  { 1: (old) => ({ state: state().assign({ round: old.state.round }), memory: memory() }) },
];
/** A type without memory needs none. */
const bareWays: Migrations<typeof Bare> = { 1: () => ({ state: new Bare.state() }) };

/** Compiled, never run. */
const hosts = [
  // @ts-expect-error -- the class is one of another type
  () => defineHost({ rooms: { duel: { type: Duel, room: BareRoom } }, store: { kind: "memory" } }),
  // @ts-expect-error -- a typed entry needs a GameRoom
  () => defineHost({ rooms: { duel: { type: Duel, room: PlainRoom } }, store: { kind: "memory" } }),
  // @ts-expect-error -- the class is missing
  () => defineHost({ rooms: { duel: { type: Duel } }, store: { kind: "memory" } }),
  // @ts-expect-error -- neither a class nor an entry
  () => defineHost({ rooms: { duel: "DuelRoom" }, store: { kind: "memory" } }),
  // @ts-expect-error -- ways to another type
  () => defineHost({ rooms: { duel: { type: Duel, room: DuelRoom, migrate: bareWays } }, store: { kind: "memory" } }),
  // @ts-expect-error -- no such store
  () => defineHost({ rooms: { duel: { type: Duel, room: DuelRoom } }, store: { kind: "cloud" } }),
];

describe("the types of a room and a host", () => {
  it("[RT4] a wrong event, payload, handler, field or room class does not compile; the right ones make a host", () => {
    const host = defineHost({
      rooms: { duel: { type: Duel, room: DuelRoom }, bare: { type: Bare, room: BareRoom }, plain: PlainRoom },
      store: { kind: "memory" },
    });
    assert.deepEqual(
      [...host.rooms].map(([name, { kind }]) => [name, kind]),
      [
        ["duel", "typed"],
        ["bare", "typed"],
        ["plain", "plain"],
      ],
    );
    assert.deepEqual(
      [missing, unknown, result, later, payload].map((handlers) => typeof handlers.rename),
      Array(5).fill("function"),
    );
    assert.ok(new NoCommands() instanceof GameRoom && new WrongHook() instanceof GameRoom);
    assert.deepEqual([hosts.length, ways.length], [6, 6]);
  });
});
