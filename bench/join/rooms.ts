/** The room that everybody joins, for both sides: it does nothing, and has eight seats. It may take its time to be made. */
import { setTimeout as sleep } from "node:timers/promises";
import { Room } from "@colyseus/core";
import { schema, t } from "@colyseus/schema";
import { GameRoom } from "@ninelives/server";
import { defineRoomType } from "@ninelives/shared-schema";

export const SEATS = 8;
const TICK_HZ = 30;

const State = schema({ players: t.uint8().default(0) }, "JoinState");

export const Eight = defineRoomType({ name: "eight", tickHz: TICK_HZ, maxPlayers: SEATS, state: State });

export class EightRoom extends GameRoom<typeof Eight> {
  static makingMs = 0;

  override readonly commands = {};

  override async onCreate(): Promise<void> {
    if (EightRoom.makingMs > 0) await sleep(EightRoom.makingMs);
  }
  override onJoin(): void {
    this.state.players++;
  }
  override onLeave(): void {
    this.state.players--;
  }
}

export class StockEightRoom extends Room {
  static makingMs = 0;

  override state = new State();
  override maxClients = SEATS;
  override patchRate = 1_000 / TICK_HZ;

  override async onCreate(): Promise<void> {
    if (StockEightRoom.makingMs > 0) await sleep(StockEightRoom.makingMs);
  }
  override onJoin(): void {
    this.state.players++;
  }
  override onLeave(): void {
    this.state.players--;
  }
}
