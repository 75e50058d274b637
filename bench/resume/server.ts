/** The server of the resume bench. Argument: `ours` or `stock`. */
import { serveControl } from "../lib/control.ts";
import { startOurs } from "../lib/our-server.ts";
import { startStock } from "../lib/stock-server.ts";
import { CrowdRoom, Lively, LivelyRoom, Still, StockCrowdRoom } from "./crowd.ts";

if (process.argv[2] === "stock") {
  serveControl(await startStock({ still: StockCrowdRoom }), {});
} else {
  const rooms = {
    still: { type: Still, room: CrowdRoom as never },
    lively: { type: Lively as never, room: LivelyRoom as never },
  };
  serveControl((await startOurs(rooms)).port, {});
}
