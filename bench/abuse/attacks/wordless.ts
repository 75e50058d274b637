/** A socket that names neither a room nor a session, and talks. */
import { Protocol } from "@colyseus/core";
import WebSocket from "ws";
import { next } from "./events.ts";
import { ATTACKER } from "./outcome.ts";

const IN_FLIGHT = 64;

export interface Wordless {
  /** Whether it was opened at all. */
  readonly isOpened: boolean;
  readonly answers: number;
  /** When the server closed it, ms after it was opened; undefined: it did not. */
  readonly closedAfterMs: number | undefined;
  readonly code: number | undefined;
}

/** Talks as fast as it is answered, for so long at most, ms. */
export async function talkWithoutSession(port: number, forMs: number): Promise<Wordless> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/`, { localAddress: ATTACKER });
  const refused = next(socket, "error").then(() => false);
  socket.on("error", () => {});
  if (!(await Promise.race([next(socket, "open").then(() => true), refused])))
    return { isOpened: false, answers: 0, closedAfterMs: undefined, code: undefined };
  const startMs = performance.now();
  const ping = Uint8Array.of(Protocol.PING);
  let answers = 0;
  socket.on("message", () => {
    answers++;
    if (socket.readyState === WebSocket.OPEN) socket.send(ping);
  });
  for (let at = 0; at < IN_FLIGHT; at++) socket.send(ping);
  const late = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), forMs).unref());
  const closed = await Promise.race([next<number>(socket, "close"), late]);
  const closedAfterMs = closed === undefined ? undefined : performance.now() - startMs;
  socket.terminate();
  return { isOpened: true, answers, closedAfterMs, code: closed };
}
