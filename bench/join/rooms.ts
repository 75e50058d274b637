/** The room that everybody joins, for both sides: it does nothing, and has eight seats. */
import { Room } from "@colyseus/core";
import { schema, t } from "@colyseus/schema";
import { GameRoom } from "@ninelives/server";
import { defineRoomType } from "@ninelives/shared-schema";

export const SEATS = 8;
const TICK_HZ = 30;

const State = schema({ players: t.uint8().default(0) }, "JoinState");

export const Eight = defineRoomType({ name: "eight", tickHz: TICK_HZ, maxPlayers: SEATS, state: State });

export class EightRoom extends GameRoom<typeof Eight> {
  override readonly commands = {};

  override onJoin(): void {
    this.state.players++;
  }
  override onLeave(): void {
    this.state.players--;
  }
}

export class StockEightRoom extends Room {
  override state = new State();
  override maxClients = SEATS;
  override patchRate = 1_000 / TICK_HZ;
  override onJoin(): void {
    this.state.players++;
  }
  override onLeave(): void {
    this.state.players--;
  }
}
