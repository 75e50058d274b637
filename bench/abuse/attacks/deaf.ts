/** Players who stop reading, with a sign of life now and then or without one. */
import type { RawClient } from "../../../test/support/raw-client.ts";

const PONG_MS = 1_000;

/** `saysItIsThere`: sends a pong a second, which nobody asked for. Returns how to end that. */
export function stopReading(players: readonly RawClient[], saysItIsThere: (at: number) => boolean): () => void {
  for (const { socket } of players) socket.pause();
  const pongs = setInterval(() => {
    for (const [at, { socket }] of players.entries()) if (saysItIsThere(at)) socket.pong();
  }, PONG_MS);
  return () => clearInterval(pongs);
}
