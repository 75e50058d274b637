/** What a client may send and listen to, checked by the compiler: see shared-schema/test/types.test.ts. */
import assert from "node:assert/strict";
import { connect, type Client, type Room } from "../src/index.ts";
import { Bare, Duel } from "../../test/support/duel.type.ts";

type DuelRoom = Room<typeof Duel>;

/** Compiled, never run: there is no server here. */
const uses = {
  async joins(client: Client) {
    const room: DuelRoom = await client.joinOrCreate(Duel, { name: "Ada" });
    await client.joinOrCreate(Bare, {});
    // @ts-expect-error -- the name is missing
    await client.joinOrCreate(Duel, {});
    // @ts-expect-error -- the name is a string
    await client.join(Duel, { name: 1 });
    // @ts-expect-error -- not a join option
    await client.create(Duel, { name: "Ada", team: "red" });
    // @ts-expect-error -- options of the wrong shape
    await client.joinById(Duel, "id", "Ada");
    // @ts-expect-error -- a room of another type
    const bare: Room<typeof Bare> = room;
    return bare;
  },

  async commands(room: DuelRoom) {
    const { was } = await room.command("rename", { to: "Eve" });
    const text: string = was;
    await room.command("yield", {});
    // @ts-expect-error -- not a command
    await room.command("renam", { to: "Eve" });
    // @ts-expect-error -- an event is no command
    await room.command("won", { by: "Eve" });
    // @ts-expect-error -- `to` is missing
    await room.command("rename", {});
    // @ts-expect-error -- `to` is a string
    await room.command("rename", { to: 1 });
    // @ts-expect-error -- not a field of the payload
    await room.command("rename", { to: "Eve", too: 1 });
    // @ts-expect-error -- not a field of the result
    void (await room.command("yield", {})).was;
    return text;
  },

  events(room: DuelRoom) {
    room.on("won", ({ by }) => by.toUpperCase());
    // @ts-expect-error -- not an event
    room.on("lost", () => {});
    // @ts-expect-error -- not a field of the payload
    room.on("won", ({ of }) => of);
    // @ts-expect-error -- the payload is no string
    room.on("tied", (payload: string) => payload);
  },

  state(room: DuelRoom) {
    const round: number = room.state.round;
    const name: string | undefined = room.state.names.get("a");
    // @ts-expect-error -- not a field of the state
    void room.state.rounds;
    // @ts-expect-error -- memory is the server's
    void room.state.secret;
    // @ts-expect-error -- the round is a number
    const text: string = room.state.round;
    return [round, name, text];
  },

  inputs(room: DuelRoom) {
    room.sendInput({ dx: 1 });
    room.input.data.fire = true;
    // @ts-expect-error -- not a field of the input
    room.sendInput({ dy: 1 });
    // @ts-expect-error -- `fire` is a boolean
    room.sendInput({ fire: 1 });
    // @ts-expect-error -- `dx` is a number
    room.input.data.dx = "left";
  },
};

describe("the types of a client", () => {
  it("[RT4] a wrong command, payload, event, state field, input field or join option does not compile", () => {
    assert.deepEqual(Object.keys(uses), ["joins", "commands", "events", "state", "inputs"]);
    const client = connect("http://localhost:1");
    for (const join of ["joinOrCreate", "join", "create", "joinById"] as const)
      assert.equal(typeof client[join], "function");
  });
});
