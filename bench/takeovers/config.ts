/**
 * What the hosts of the takeovers bench run: the room of the survival tests, with a world in it so that its snapshots are of the
 * size a game's are. SIGUSR2 has a host write what memory it holds after a full collection, as one line on its output.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { defineHost, storeFromEnv } from "@ninelives/server";
import type { JoinOptions } from "@ninelives/shared-schema";
import { NineRoom } from "../../test/survival/nine.room.ts";
import { Nine } from "../../test/survival/nine.type.ts";

/** Things of the world. */
const MARKS = 600;

class WorldRoom extends NineRoom {
  override onCreate(options: JoinOptions<typeof Nine>): void {
    super.onCreate(options);
    for (let mark = 0; mark < MARKS; mark++) this.state.marks.add(`thing ${mark} of the world`);
  }
}

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

process.on("SIGUSR2", () => {
  for (let pass = 0; pass < 3; pass++) collect();
  const { rss, heapUsed, external } = process.memoryUsage();
  process.stdout.write(`memory ${JSON.stringify({ rss, heapUsed, external })}\n`);
});

export default defineHost({
  rooms: { nine: { type: Nine, room: WorldRoom } },
  store: storeFromEnv(),
  seatHoldSeconds: 30,
});
