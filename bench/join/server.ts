/**
 * One of the servers of the benches join and warm, at the Redis of REDIS_URL. Arguments: `ours` or `stock`, how many rooms ours keeps
 * ready, and how long a room takes to be made, ms.
 */
import { matchMaker } from "@colyseus/core";
import { serveControl } from "../lib/control.ts";
import { startOurs } from "../lib/our-server.ts";
import { startStock } from "../lib/stock-server.ts";
import { Eight, EightRoom, StockEightRoom } from "./rooms.ts";

const [, , side, warm = "0", makingMs = "0"] = process.argv;
EightRoom.makingMs = StockEightRoom.makingMs = Number(makingMs);
const port =
  side === "stock"
    ? await startStock({ [Eight.name]: StockEightRoom }, process.env.REDIS_URL)
    : await startOurs({ eight: { type: Eight, room: EightRoom as never, warm: Number(warm) } }).then(
        (host) => host.port,
      );
serveControl(port, {
  sizes: async () =>
    (await matchMaker.query({ name: Eight.name, locked: false } as never)).map(({ clients }) => clients),
});
