/** One player who says far more than anybody has to say. */
import { Protocol } from "@colyseus/core";
import WebSocket from "ws";
import { next } from "./events.ts";
import { ATTACKER, count, type Outcome } from "./outcome.ts";
import type { Requests } from "./requests.ts";

/** Frames sent in one go. */
const GO = 2_000;

/** Until it is over, or the connection is. `roomType`: one whose rooms take any message. */
export async function babble(requests: Requests, port: number, roomType: string, frames: number): Promise<Outcome> {
  const { text } = await requests.post(port, `create/${roomType}`);
  const seat = JSON.parse(text) as { processId: string; roomId: string; sessionId: string };
  const url = `ws://127.0.0.1:${port}/${seat.processId}/${seat.roomId}?sessionId=${seat.sessionId}`;
  const socket = new WebSocket(url, { localAddress: ATTACKER });
  socket.on("error", () => {});
  const closed = next<number>(socket, "close");
  await Promise.race([next(socket, "message"), closed]);
  socket.send(Uint8Array.of(Protocol.JOIN_ROOM));
  const frame = Uint8Array.of(Protocol.ROOM_DATA, 0xa1, 0x78);
  let sent = 0;
  while (sent < frames && socket.readyState === WebSocket.OPEN) {
    for (const end = sent + GO; sent < end; sent++) socket.send(frame);
    await new Promise((resolve) => setImmediate(resolve));
  }
  const outcome: Outcome = { frames: sent };
  const heard = next(socket, "pong").then(() => undefined);
  if (socket.readyState === WebSocket.OPEN) socket.ping();
  const ended = await Promise.race([heard, closed]);
  if (ended !== undefined) count(outcome, `closed ${ended}`);
  socket.close();
  return outcome;
}
