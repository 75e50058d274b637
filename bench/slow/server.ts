/** The measured server of the slow bench. Arguments: `ours` or `stock`, and how many things move. */
import { matchMaker, type Room } from "@colyseus/core";
import { type Handlers, serveControl } from "../lib/control.ts";
import { startOurs } from "../lib/our-server.ts";
import { startStock } from "../lib/stock-server.ts";
import { field, type FieldState, ourRooms, stockRooms } from "./rooms.ts";

const SAMPLE_MS = 100;

let mostRss = 0;
setInterval(() => {
  mostRss = Math.max(mostRss, process.memoryUsage.rss());
}, SAMPLE_MS);

const roomOf = (roomId: string): Room | undefined => matchMaker.getLocalRoomById(roomId);

const handlers: Handlers = {
  /** Most bytes of memory since the last time this was asked. */
  mostRss(): number {
    const most = Math.max(mostRss, process.memoryUsage.rss());
    mostRss = 0;
    return most;
  },
  /** Sessions in a room. */
  connected: (roomId: string): string[] => roomOf(roomId)?.clients.map(({ sessionId }) => sessionId) ?? [],
  /** Bytes that wait in this process for a player. */
  waiting({ roomId, sessionId }: { roomId: string; sessionId: string }): number {
    const socket = roomOf(roomId)?.clients.get(sessionId)?.ref as { readonly bufferedAmount?: number } | undefined;
    return socket?.bufferedAmount ?? 0;
  },
  /** Nothing moves any more; what the state is. */
  stand(roomId: string): string {
    field.moves = false;
    return JSON.stringify((roomOf(roomId)!.state as InstanceType<typeof FieldState>).toJSON());
  },
};

const things = Number(process.argv[3]);
if (process.argv[2] === "stock") serveControl(await startStock(stockRooms(things)), handlers);
else serveControl((await startOurs(ourRooms(things) as never)).port, handlers);
