/** What the page of somebody else gets: a socket, a seat, and leave to read the answers with a player's cookies. */
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import WebSocket from "ws";
import { next } from "./events.ts";
import { ATTACKER } from "./outcome.ts";
import type { Requests } from "./requests.ts";

const FOREIGN = "https://evil.example.com";

export interface Foreign {
  /** Status of the request for a socket: 101 when it was opened. */
  readonly upgrade: number;
  readonly seat: number;
  /** Of the answers to its request and to the browser's question before it: those that let the page read what comes. */
  readonly readable: number;
  /** Of these, the ones that go with cookies. */
  readonly withCredentials: number;
}

export async function comeFromElsewhere(requests: Requests, port: number, roomType: string): Promise<Foreign> {
  const path = `/matchmake/create/${roomType}`;
  const asked = { origin: FOREIGN, "access-control-request-method": "POST" };
  const answers = [
    await requests.ask(port, "OPTIONS", path, asked),
    await requests.ask(port, "POST", path, { origin: FOREIGN, "content-length": 2 }, "{}"),
  ];
  const readable = answers.filter(({ headers }) => [FOREIGN, "*"].includes(allowed(headers, "origin")));
  const withCredentials = readable.filter(({ headers }) => allowed(headers, "credentials") === "true");
  return {
    upgrade: await knock(port),
    seat: answers[1]!.status,
    readable: readable.length,
    withCredentials: withCredentials.length,
  };
}

function allowed(headers: IncomingHttpHeaders, what: string): string {
  return [headers[`access-control-allow-${what}`] ?? ""].flat().join();
}

async function knock(port: number): Promise<number> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/p/nowhere?sessionId=s`, {
    localAddress: ATTACKER,
    origin: FOREIGN,
  });
  socket.on("error", () => {});
  const opened = next(socket, "open").then(() => 101);
  const refused = new Promise<number>((resolve) => {
    socket.once("unexpected-response", (_request: unknown, { statusCode }: IncomingMessage) =>
      resolve(statusCode ?? 0),
    );
  });
  const status = await Promise.race([opened, refused]);
  socket.terminate();
  return status;
}
