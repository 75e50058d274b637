/**
 * One of the servers of the benches join and warm, at the Redis of REDIS_URL. Arguments: `ours` or `stock`, how many rooms ours keeps
 * ready, and how long a room takes to be made, ms.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { matchMaker, Server } from "@colyseus/core";
import { RedisDriver } from "@colyseus/redis-driver";
import { RedisPresence } from "@colyseus/redis-presence";
import { WebSocketTransport } from "@colyseus/ws-transport";
import { serveControl } from "../lib/control.ts";
import { startOurs } from "../lib/our-server.ts";
import { Eight, EightRoom, StockEightRoom } from "./rooms.ts";

async function startStock(): Promise<number> {
  const redisUrl = process.env.REDIS_URL!;
  const http = createServer().listen(0);
  const { port } = http.address() as AddressInfo;
  http.close();
  const server = new Server({
    transport: new WebSocketTransport({ server: http }),
    presence: new RedisPresence(redisUrl),
    driver: new RedisDriver(redisUrl),
    publicAddress: `localhost:${port}`,
    greet: false,
  });
  server.define(Eight.name, StockEightRoom);
  await server.listen(port);
  return port;
}

const [, , side, warm = "0", makingMs = "0"] = process.argv;
EightRoom.makingMs = StockEightRoom.makingMs = Number(makingMs);
const port =
  side === "stock"
    ? await startStock()
    : await startOurs({ eight: { type: Eight, room: EightRoom as never, warm: Number(warm) } }).then(
        (host) => host.port,
      );
serveControl(port, {
  sizes: async () =>
    (await matchMaker.query({ name: Eight.name, locked: false } as never)).map(({ clients }) => clients),
});
