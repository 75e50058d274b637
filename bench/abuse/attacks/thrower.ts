/** A player who says what a handler of the game does not expect. */
import { Protocol } from "@colyseus/core";
import { RawClient } from "../../../test/support/raw-client.ts";

const ANSWER_MS = 1_000;

/** How a handler may be written: it answers a request, it is async, or neither. */
export const STYLES = ["request", "async", "sync"] as const;
export type Style = (typeof STYLES)[number];

/** What it saw in a second: an `answer`, `nothing`, or the code its connection was closed with. */
export async function makeThrow(url: string, roomId: string, style: Style): Promise<string> {
  const client = await RawClient.join(url, `joinById/${roomId}`);
  const { socket } = client;
  socket.on("error", () => {});
  const answered = new Promise<string>((resolve) => {
    socket.on("message", (data: Buffer) => {
      if (data[0] === Protocol.ROOM_RESPONSE) resolve("an answer");
    });
  });
  const closed = client.closed.then(([code]) => `closed ${code}`);
  const late = new Promise<string>((resolve) => setTimeout(() => resolve("nothing"), ANSWER_MS).unref());
  const head = style === "request" ? [Protocol.ROOM_REQUEST, 1] : [Protocol.ROOM_DATA];
  client.send(...head, 0xa0 + style.length, ...Buffer.from(style), 0x80);
  const outcome = await Promise.race([answered, closed, late]);
  client.close();
  return outcome;
}
