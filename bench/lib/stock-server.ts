/** Colyseus as it is shipped, with nothing of ours: what the benches compare with. */
import type { AddressInfo } from "node:net";
import { createServer } from "node:http";
import { type Room, Server } from "@colyseus/core";
import { WebSocketTransport } from "@colyseus/ws-transport";

/** Listens on a free port; resolves with it. */
export async function startStock(rooms: Readonly<Record<string, new () => Room>>): Promise<number> {
  const http = createServer();
  const server = new Server({ transport: new WebSocketTransport({ server: http }), greet: false });
  for (const [name, room] of Object.entries(rooms)) server.define(name, room);
  await server.listen(0);
  return (http.address() as AddressInfo).port;
}
