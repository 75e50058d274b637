/** A room that keeps its process as busy as it is told. */
import { schema, t } from "@colyseus/schema";
import { type CommandHandlers, GameRoom } from "@ninelives/server";
import { defineRoomType } from "@ninelives/shared-schema";
import { z } from "zod";

const TICK_HZ = 20;

export const Burner = defineRoomType({
  name: "burner",
  tickHz: TICK_HZ,
  maxPlayers: 4,
  state: schema({ share: t.float32().default(0) }, "BurnerState"),
  commands: { burn: { payload: z.object({ share: z.number().min(0).max(1) }), result: z.object({}) } },
});

export class BurnerRoom extends GameRoom<typeof Burner> {
  override readonly commands: CommandHandlers<typeof Burner> = {
    burn: (_client, { share }) => {
      this.state.share = share;
      return {};
    },
  };

  override onTick(): void {
    const endsAtMs = performance.now() + (this.state.share * 1_000) / TICK_HZ;
    while (performance.now() < endsAtMs);
  }
}
