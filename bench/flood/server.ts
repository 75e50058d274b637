/** The server of the flood bench. Argument: `ours` or `stock`. Ours has its default limits; loopback is exempt but for the attacker. */
import { matchMaker } from "@colyseus/core";
import { type Handlers, serveControl } from "../lib/control.ts";
import { startOurs } from "../lib/our-server.ts";
import { startStock } from "../lib/stock-server.ts";
import { PLAYED, SMALL } from "./names.ts";
import { Played, PlayedRoom, record, Small, SmallRoom, StockPlayedRoom, StockSmallRoom } from "./rooms.ts";

/** What the server saw from `begin` to `end`. */
export interface Seen {
  /** Between steps of the room that is played in, ms. */
  readonly intervalsMs: readonly number[];
  readonly rooms: number;
  readonly rssMb: number;
}

const handlers: Handlers = {
  begin(): void {
    record.startedMs = [];
  },
  end(): Seen {
    const startedMs = record.startedMs!;
    record.startedMs = undefined;
    return {
      intervalsMs: startedMs.slice(1).map((atMs, index) => atMs - startedMs[index]!),
      rooms: matchMaker.stats.local.roomCount,
      rssMb: process.memoryUsage.rss() / 2 ** 20,
    };
  },
  rooms: () => matchMaker.stats.local.roomCount,
};

/** Whoever is at 127.0.0.1 plays; the attacker comes from another address. */
const limits = { exempt: ["127.0.0.1", "::1"] };

const port =
  process.argv[2] === "stock"
    ? await startStock({ [PLAYED]: StockPlayedRoom, [SMALL]: StockSmallRoom })
    : await startOurs(
        {
          [PLAYED]: { type: Played, room: PlayedRoom as never },
          [SMALL]: { type: Small, room: SmallRoom as never },
        },
        limits,
      ).then((host) => host.port);
serveControl(port, handlers);
