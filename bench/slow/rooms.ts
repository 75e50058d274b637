/**
 * The rooms of the slow bench: things that move in every tick, so that each player gets a patch with bytes of its own (a room with
 * inputs copies it for everybody), and one that says back what it is told. Once as Ninelives rooms, once as plain Colyseus rooms.
 */
import { type Client, Room } from "@colyseus/core";
import { schema, t } from "@colyseus/schema";
import { GameRoom } from "@ninelives/server";
import { defineRoomType } from "@ninelives/shared-schema";

export const TICK_HZ = 20;
const Thing = schema({ x: t.uint32().default(0), y: t.uint32().default(0), hp: t.uint16().default(100) }, "Thing");
const FieldInput = schema({ dx: t.int8().default(0) }, "FieldInput");
export const FieldState = schema({ turn: t.uint32().default(0), things: t.map(Thing) }, "FieldState");
type FieldState = InstanceType<typeof FieldState>;

/** Whether the rooms of this process move. */
export const field = { moves: true };

function fill(state: FieldState, things: number): void {
  for (let at = 0; at < things; at++) state.things.set(String(at), new Thing());
}

function move(state: FieldState): void {
  if (!field.moves) return;
  state.turn++;
  for (const thing of state.things.values()) {
    thing.x += 1;
    thing.y += 2;
  }
}

export function ourRooms(things: number) {
  const type = defineRoomType({
    name: "field",
    tickHz: TICK_HZ,
    maxPlayers: 1_000,
    state: FieldState,
    input: FieldInput,
  });
  class OurField extends GameRoom<typeof type> {
    override readonly commands = {};
    override onCreate(): void {
      fill(this.state, things);
    }
    override onTick(): void {
      for (const { sessionId } of this.clients) for (const _ of this.inputs.get(sessionId));
      move(this.state);
    }
  }
  return { field: { type, room: OurField }, echo: EchoRoom };
}

export function stockRooms(things: number): Record<string, new () => Room> {
  class StockField extends Room<{ state: FieldState; input: InstanceType<typeof FieldInput> }> {
    override state = new FieldState();
    override patchRate = 1000 / TICK_HZ;
    override inputs = this.defineInput(FieldInput);

    override onCreate(): void {
      fill(this.state, things);
      this.setFixedTimestep(() => {
        for (const { sessionId } of this.clients) for (const _ of this.inputs.get(sessionId));
        move(this.state);
      }, TICK_HZ);
    }
  }
  return { field: StockField, echo: EchoRoom };
}

class EchoRoom extends Room {
  override onCreate(): void {
    this.onMessage("echo", (client: Client, text: string) => client.send("echo", text));
  }
}
