/** Server-sent events: news as text, to a page that only listens. Who does not read is let go, and comes again by itself. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { LIMITS } from "@ninelives/shared-schema";
import type { Lobby, LobbyNews } from "../matchmaking/lobby.ts";

/** When a page comes again, ms. */
const RETRY_MS = 1_000;

/** false: too many watch already, and nothing was answered. */
export function streamLobby(lobby: Lobby, request: IncomingMessage, response: ServerResponse): boolean {
  const text = (news: LobbyNews) => {
    if (news.kind === "alive") return ": alive\n\n";
    const { kind, id, ...data } = news;
    return `event: ${kind}\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`;
  };
  const lastId = request.headers["last-event-id"];
  let stop: (() => void) | undefined;
  const begin = () => {
    if (response.headersSent) return;
    response.writeHead(200, {
      "content-type": "text/event-stream",
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      "x-accel-buffering": "no",
    });
    response.write(`retry: ${RETRY_MS}\n\n`);
  };
  stop = lobby.watch(typeof lastId === "string" ? lastId : undefined, (news) => {
    begin();
    if (response.writableLength > LIMITS.lobbyUnreadBytes) response.destroy();
    else response.write(text(news));
  });
  if (stop === undefined) return false;
  begin();
  response.once("close", stop);
  return true;
}
