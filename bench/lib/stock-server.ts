/** Colyseus as it is shipped, with nothing of ours: what the benches compare with. */
import type { AddressInfo } from "node:net";
import { createServer } from "node:http";
import { type Room, Server, type ServerOptions } from "@colyseus/core";
import { WebSocketTransport } from "@colyseus/ws-transport";
import { freePort } from "../../test/support/redis.ts";

/** Listens on a free port; resolves with it. `redisUrl`: what several of them share. Default: it is alone. */
export async function startStock(rooms: Readonly<Record<string, new () => Room>>, redisUrl?: string): Promise<number> {
  const http = createServer();
  const port = redisUrl === undefined ? 0 : await freePort();
  const common = redisUrl === undefined ? {} : await sharedAt(redisUrl, port);
  const server = new Server({ transport: new WebSocketTransport({ server: http }), greet: false, ...common });
  for (const [name, room] of Object.entries(rooms)) server.define(name, room);
  await server.listen(port);
  return (http.address() as AddressInfo).port;
}

/** Loaded only where it is used: what stock costs in memory is compared, too. */
async function sharedAt(redisUrl: string, port: number): Promise<Partial<ServerOptions>> {
  const [{ RedisDriver }, { RedisPresence }] = await Promise.all([
    import("@colyseus/redis-driver"),
    import("@colyseus/redis-presence"),
  ]);
  const [presence, driver] = [new RedisPresence(redisUrl), new RedisDriver(redisUrl)];
  return { presence, driver, publicAddress: `localhost:${port}` };
}
