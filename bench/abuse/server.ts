/** The server that is attacked. Arguments: `ours` or `stock`, and a {@link ServerWish} as JSON. Ours has its default limits; so have attackers. */
import { matchMaker, type Room } from "@colyseus/core";
import { record } from "../flood/rooms.ts";
import { type Handlers, serveControl } from "../lib/control.ts";
import { startOurs } from "../lib/our-server.ts";
import { startStock } from "../lib/stock-server.ts";
import { roomsOfOurs, roomsOfStock, seen } from "./rooms.ts";
import type { ServerWish } from "./row.ts";

const SAMPLE_MS = 50;
const MB = 2 ** 20;

/** What the server saw from `begin` to `end`. */
export interface Seen {
  /** Between steps of the room that is played in, ms. */
  readonly intervalsMs: readonly number[];
  readonly rooms: number;
  /** At the beginning, and the most after it. */
  readonly rssMb: { readonly before: number; readonly most: number };
}

export interface Counted {
  readonly messages: number;
  readonly grants: number;
  readonly addresses: readonly string[];
}

let rssBefore = 0;
let rssMost = 0;
setInterval(() => {
  rssMost = Math.max(rssMost, process.memoryUsage.rss());
}, SAMPLE_MS);

function memory(): Seen["rssMb"] {
  return { before: rssBefore / MB, most: Math.max(rssMost, process.memoryUsage.rss()) / MB };
}

function settle(): void {
  rssBefore = rssMost = process.memoryUsage.rss();
}

const handlers: Handlers = {
  begin(): void {
    record.startedMs = [];
    settle();
  },
  /** What was needed until now is not what is looked at. */
  settle,
  end(): Seen {
    const startedMs = record.startedMs!;
    record.startedMs = undefined;
    return {
      intervalsMs: startedMs.slice(1).map((atMs, index) => atMs - startedMs[index]!),
      rooms: matchMaker.stats.local.roomCount,
      rssMb: memory(),
    };
  },
  /** Since `begin` or `settle`, MB. */
  memory,
  /** Players who are connected, in all rooms of a type. */
  async playersOf(name: string): Promise<number> {
    const rows = await matchMaker.query({ name });
    const rooms = rows.map(({ roomId }) => matchMaker.getLocalRoomById(roomId) as Room | undefined);
    return rooms.reduce((sum, room) => sum + (room?.clients.length ?? 0), 0);
  },
  roomsOf: async (name: string): Promise<number> => (await matchMaker.query({ name })).length,
  counted: (): Counted => ({ ...seen, addresses: [...seen.addresses] }),
};

const { things = 1, exempt = ["127.0.0.1", "::1"], httpTimes } = JSON.parse(process.argv[3]!) as ServerWish;
const port =
  process.argv[2] === "stock"
    ? await startStock(roomsOfStock(things), process.env.REDIS_URL)
    : await startOurs(
        roomsOfOurs(things),
        { exempt: [...exempt] },
        { level: "warn", ...(httpTimes && { httpTimes }) },
      ).then((host) => host.port);
serveControl(port, handlers);
