import { schema, t } from "@colyseus/schema";
import { type CommandHandlers, defineHost, GameRoom } from "@ninelives/server";
import { defineRoomType } from "@ninelives/shared-schema";
import { z } from "zod";

export const Hill = defineRoomType({
  name: "hill", tickHz: 20, maxPlayers: 8,
  state: schema({ king: t.string().default(""), points: t.map("uint32") }, "HillState"),
  commands: { climb: { payload: z.object({}), result: z.object({ points: z.number() }) } },
  events: { crowned: z.object({ who: z.string() }) },
});
class HillRoom extends GameRoom<typeof Hill> {
  override commands: CommandHandlers<typeof Hill> = {
    climb: ({ sessionId }) => {
      if (this.state.king === sessionId) this.refuse("you are up there already");
      this.state.king = sessionId;
      this.emit("crowned", { who: sessionId });
      return { points: this.state.points.get(sessionId) ?? 0 };
    },
  };
  override onTick() {
    const { king, points } = this.state;
    if (king !== "") points.set(king, (points.get(king) ?? 0) + 1);
  }
}
export default defineHost({ rooms: { hill: { type: Hill, room: HillRoom } } });
