/** What a handler gets and returns, and what a room may emit, checked by the compiler: see shared-schema/test/types.test.ts. */
import assert from "node:assert/strict";
import type { Client } from "@colyseus/core";
import { type CommandHandlers, GameRoom } from "@ninelives/server";
import { defineRoomType } from "@ninelives/shared-schema";
import { z } from "zod";
import { Bare, Duel, DuelState } from "../../../test/support/duel.type.ts";

type Handlers = CommandHandlers<typeof Duel>;
/** Compiles when A and B are the same type. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const yes = <T extends true>(holds: T): T => holds;

const given: Handlers["rename"] = (client, payload, command) => {
  yes<Same<typeof payload, { to: string; loud: boolean }>>(true);
  yes<Same<typeof command.type, "rename">>(true);
  yes<Same<typeof command.payload, { to: string; loud: boolean }>>(true);
  // @ts-expect-error -- the number of a command is a number
  const id: string = command.id;
  return { was: `${client.sessionId} ${id}` };
};
// @ts-expect-error -- `to` is a string
const wrongPayload: Handlers["rename"] = (_, payload: { to: number }) => ({ was: String(payload.to) });
// @ts-expect-error -- not a field of the payload
const otherField: Handlers["rename"] = (_, { from }) => ({ was: String(from) });
// @ts-expect-error -- the result is missing
const nothing: Handlers["rename"] = () => {};
// @ts-expect-error -- `was` is missing
const empty: Handlers["rename"] = () => ({});
// @ts-expect-error -- `round` is a number
const wrongResult: Handlers["yield"] = () => ({ round: "one" });
// @ts-expect-error -- the result may not be missing now and then
const sometimes: Handlers["yield"] = (client) => (client.sessionId === "" ? undefined : { round: 1 });
const refusing: Handlers["yield"] = () => {
  throw new Error("always");
};

class DuelRoom extends GameRoom<typeof Duel> {
  commands: Handlers = { rename: given, yield: () => this.refuse("never") };

  /** Compiled, never run. */
  uses(client: Client): void {
    this.emit("won", { by: "Ada" }, (other) => other.sessionId !== client.sessionId);
    // @ts-expect-error -- not a field of the payload
    this.emit("won", { by: "Ada", of: "Bob" });
    // @ts-expect-error -- the payload of another event
    this.emit("tied", { by: "Ada" });
    // @ts-expect-error -- the payload is missing
    this.emit("won");
    // @ts-expect-error -- a command is no event
    this.emit("rename", { to: "Ada" });
    // @ts-expect-error -- a filter says yes or no
    this.emit("tied", {}, (other) => other.sessionId);
  }
}

class BareRoom extends GameRoom<typeof Bare> {
  commands = {};

  /** Compiled, never run. */
  uses(): void {
    // @ts-expect-error -- the type has no events
    this.emit("won", {});
  }
}

/** Compiled, never run. */
const types = [
  () => {
    const command = { payload: z.object({}), result: z.object({}) };
    const common = { name: "t", tickHz: 1, maxPlayers: 1, state: DuelState } as const;
    defineRoomType({ ...common, commands: { go: { ...command, policy: "latest", ttlMs: 5 } } });
    // @ts-expect-error -- no such policy
    defineRoomType({ ...common, commands: { go: { ...command, policy: "sometimes" } } });
    // @ts-expect-error -- a time-to-live is a number of ms
    defineRoomType({ ...common, commands: { go: { ...command, ttlMs: "5s" } } });
    // @ts-expect-error -- every command has a result
    defineRoomType({ ...common, commands: { go: { payload: z.object({}) } } });
    // @ts-expect-error -- an event's payload is a zod type
    defineRoomType({ ...common, events: { went: "string" } });
  },
];

describe("the types of a handler", () => {
  it("[RT4] payload, envelope and result follow from the command, an emitted payload from the event; anything else does not compile", () => {
    const handlers = [given, wrongPayload, otherField, nothing, empty, wrongResult, sometimes, refusing];
    for (const handler of handlers) assert.equal(typeof handler, "function");
    for (const room of [new DuelRoom(), new BareRoom()]) assert.ok(room instanceof GameRoom);
    assert.equal(types.length, 1);
  });
});
