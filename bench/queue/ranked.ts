/** Two teams of three who are as good as each other: what the players of the queue bench wait for. */
import type { Client } from "@colyseus/core";
import { schema, t } from "@colyseus/schema";
import { GameRoom } from "@ninelives/server";
import { defineRoomType } from "@ninelives/shared-schema";

export const TEAM = 3;
export const IN_A_MATCH = 2 * TEAM;

export const Ranked = defineRoomType({
  name: "ranked",
  tickHz: 20,
  maxPlayers: IN_A_MATCH,
  state: schema({ players: t.uint8().default(0) }, "RankedState"),
  matching: { teams: 2, size: TEAM, skill: { window: 100, widenPerSecond: 100 } },
});

export class RankedRoom extends GameRoom<typeof Ranked> {
  override readonly commands = {};

  override onJoin(_: Client): void {
    this.state.players++;
  }

  override onLeave(): void {
    this.state.players--;
  }
}
