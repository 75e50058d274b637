/** Colyseus as it comes, on a free port: what a test compares with. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { matchMaker, type Room, Server } from "@colyseus/core";
import { WebSocketTransport } from "@colyseus/ws-transport";

export interface StockHost {
  readonly url: string;
  room(roomId: string): Room;
  stop(): Promise<void>;
}

/** `pingEveryMs`: how often sockets are asked whether their player is still there; Colyseus's own choice is 3 000. */
export async function startStock(
  rooms: Readonly<Record<string, new () => Room>>,
  { pingEveryMs = 3_000 }: { readonly pingEveryMs?: number } = {},
): Promise<StockHost> {
  const http = createServer();
  const transport = new WebSocketTransport({ server: http, pingInterval: pingEveryMs });
  const silent = () => {};
  const logger = { debug: silent, error: silent, info: silent, trace: silent, warn: silent };
  const server = new Server({ transport, logger, greet: false, gracefullyShutdown: false });
  for (const [name, room] of Object.entries(rooms)) server.define(name, room);
  await server.listen(0);
  return {
    url: `http://localhost:${(http.address() as AddressInfo).port}`,
    room: (roomId) => matchMaker.getLocalRoomById(roomId),
    async stop() {
      await server.gracefullyShutdown(false);
      http.closeAllConnections();
    },
  };
}
