/** Rooms that many ask for at once: some are there at once, some take two seconds to be made, some have no log. */
import { setTimeout as sleep } from "node:timers/promises";
import { schema, t } from "@colyseus/schema";
import { type CommandHandlers, GameRoom } from "@ninelives/server";
import { defineRoomType } from "@ninelives/shared-schema";
import { z } from "zod";

const State = schema({ players: t.uint16().default(0) }, "StormState");
const options = z.object({ mode: z.string().max(20).default("any") });
const common = {
  tickHz: 20,
  maxPlayers: 8,
  state: State,
  options,
  filterBy: ["mode"],
  commands: { ping: { payload: z.object({}), result: z.object({ players: z.int() }) } },
} as const;
export const Quick = defineRoomType({ ...common, name: "quick" });
export const Slow = defineRoomType({ ...common, name: "slow" });
export const Casual = defineRoomType({ ...common, name: "casual", durability: "off" });

export class QuickRoom extends GameRoom<typeof Quick> {
  override readonly commands: CommandHandlers<typeof Quick> = { ping: () => ({ players: this.state.players }) };
  override onJoin(): void {
    this.state.players++;
  }
  override onLeave(): void {
    this.state.players--;
  }
}

const SLOW_MS = 2_000;

export class SlowRoom extends QuickRoom {
  override async onCreate(): Promise<void> {
    process.stdout.write("a room is being made\n");
    await sleep(SLOW_MS);
  }
}
