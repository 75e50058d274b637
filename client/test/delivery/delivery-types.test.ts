/** What a command answers, an event brings and a connection says, checked by the compiler: see shared-schema/test/types.test.ts. */
import assert from "node:assert/strict";
import { type ConnectionChange, type ConnectionState, type Gap, Room } from "@ninelives/client";
import type { CodeName, CommandEnvelope } from "@ninelives/shared-schema";
import type { Bare, Duel } from "../../../test/support/duel.type.ts";

/** Compiles when A and B are the same type. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const yes = <T extends true>(holds: T): T => holds;

/** Compiled, never run: there is no server here. */
const uses = {
  async results(room: Room<typeof Duel>) {
    const renamed = await room.command("rename", { to: "Eve", loud: true });
    const yielded = await room.command("yield", {});
    yes<Same<typeof renamed, { was: string }>>(true);
    yes<Same<typeof yielded, { round: number }>>(true);
    // @ts-expect-error -- `was` is a string
    const was: number = renamed.was;
    // @ts-expect-error -- the result of another command
    void yielded.was;
    // @ts-expect-error -- a result is awaited
    void room.command("yield", {}).round;
    return was;
  },

  payloads(room: Room<typeof Duel>) {
    // @ts-expect-error -- `loud` is a boolean
    void room.command("rename", { to: "Eve", loud: "yes" });
    // @ts-expect-error -- the payload is missing
    void room.command("rename");
    // @ts-expect-error -- no payload at all is no empty one
    void room.command("yield");
    // @ts-expect-error -- the payload of another command
    void room.command("yield", { to: "Eve" });
    // @ts-expect-error -- a name that is not known to be one of the type
    void room.command("rename" as string, {});
  },

  none(room: Room<typeof Bare>) {
    // @ts-expect-error -- the type has no commands
    void room.command("rename", {});
    // @ts-expect-error -- the type has no events of its own
    room.on("won", () => {});
    room.on("gap", ({ missed }) => missed.toFixed());
  },

  listeners(room: Room<typeof Duel>) {
    room.on("won", (payload) => yes<Same<typeof payload, { by: string }>>(true));
    room.on("gap", (gap) => yes<Same<typeof gap, Gap>>(true));
    const stop: () => void = room.on("tied", () => {});
    // @ts-expect-error -- `by` is a string
    room.on("won", ({ by }: { by: number }) => by);
    // @ts-expect-error -- a gap has no name of a winner
    room.on("gap", ({ by }) => by);
    // @ts-expect-error -- a command is no event
    room.on("rename", () => {});
    // @ts-expect-error -- listeners are told, they tell nothing
    room.on("won", "alert");
    return stop;
  },

  connection(room: Room<typeof Duel>) {
    room.connection.onChange((change) => yes<Same<typeof change, ConnectionChange>>(true));
    const reason = (change: ConnectionChange): CodeName => change.reason;
    const { detail } = room.connection;
    if (detail.name === "RECONNECTING") detail.attempt.toFixed();
    if (detail.name === "DISCONNECTED") yes<Same<typeof detail.reason, CodeName>>(true);
    // @ts-expect-error -- only a connection that comes back counts attempts
    void detail.attempt;
    // @ts-expect-error -- no such state
    const lost: ConnectionState = { name: "LOST" };
    // @ts-expect-error -- a drop says since when, and which attempt
    const bare: ConnectionState = { name: "RECONNECTING" };
    // @ts-expect-error -- a reason is a row of the codes table
    room.connection.setState({ name: "CONNECTED", sinceMs: 0 }, "BECAUSE");
    return [lost, bare, reason];
  },

  pending(room: Room<typeof Duel>) {
    yes<Same<typeof room.pending, readonly CommandEnvelope[]>>(true);
    // @ts-expect-error -- what waits is shown, not edited
    room.pending.pop();
  },
};

describe("the types of delivery", () => {
  it("[RT4] results, payloads, events and states of the connection are inferred; anything else does not compile", () => {
    const names = ["results", "payloads", "none", "listeners", "connection", "pending"];
    assert.deepEqual(Object.keys(uses), names);
    for (const method of ["command", "on", "leave"] as const) assert.equal(typeof Room.prototype[method], "function");
  });
});
