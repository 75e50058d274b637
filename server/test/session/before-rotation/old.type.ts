/** The room of a log that a build wrote whose tokens did not rotate. `segment.bin` was written by it: neither is to change. */
import { schema, t } from "@colyseus/schema";
import { defineRoomType } from "@ninelives/shared-schema";
import { z } from "zod";

export const Old = defineRoomType({
  name: "old",
  tickHz: 50,
  maxPlayers: 4,
  state: schema({ count: t.uint32().default(0) }, "OldState"),
  commands: { add: { payload: z.object({}), result: z.object({ count: z.number() }) } },
});
