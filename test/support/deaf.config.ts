/** Rooms for players who do not read: one whose patches are large and each player's own, and one that says back what it is told. */
import { type Client, Room } from "@colyseus/core";
import { schema, t } from "@colyseus/schema";
import { defineHost, GameRoom } from "@ninelives/server";
import { defineRoomType } from "@ninelives/shared-schema";

const LOUD_CHARS = 60_000;

const Loud = defineRoomType({
  name: "loud",
  tickHz: 30,
  maxPlayers: 16,
  durability: "off",
  state: schema({ turn: t.uint32().default(0), noise: t.string().default("") }, "LoudState"),
  input: schema({ dx: t.int8().default(0) }, "LoudInput"),
});

class LoudRoom extends GameRoom<typeof Loud> {
  override readonly commands = {};
  override onTick(): void {
    const { turn } = this.state;
    this.state.turn++;
    this.state.noise = String.fromCharCode(97 + (turn % 26)).repeat(LOUD_CHARS);
  }
}

class EchoRoom extends Room {
  override onCreate(): void {
    this.onMessage("echo", (client: Client, text: string) => client.send("echo", text));
  }
}

export default defineHost({
  rooms: { loud: { type: Loud, room: LoudRoom }, echo: EchoRoom },
  store: { kind: "memory" },
});
