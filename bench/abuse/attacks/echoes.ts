/** A player who has far more said back to it than anybody reads. */
import { setTimeout as sleep } from "node:timers/promises";
import { Protocol } from "@colyseus/core";
import type { RawClient } from "../../../test/support/raw-client.ts";

/** Of one message, bytes: what a stock server takes at most, nearly. */
export const ECHO_BYTES = 3_900;
export const ECHOES_PER_SECOND = 2_000;
const EVERY_MS = 5;
/** How often it is looked whether it is over, ms. */
const LOOK_MS = 50;

/** Says {@link ECHOES_PER_SECOND} messages of {@link ECHO_BYTES} a second for so long, or until it is over. */
export async function sayMuch(client: RawClient, forMs: number, isOver: () => Promise<boolean>): Promise<void> {
  const text = Buffer.alloc(ECHO_BYTES - 8, "x");
  const head = [Protocol.ROOM_DATA, 0xa4, ...Buffer.from("echo"), 0xda, text.length >> 8, text.length & 0xff];
  const frame = Buffer.concat([Buffer.from(head), text]);
  const startMs = performance.now();
  let said = 0;
  let lookedMs = startMs;
  for (let nowMs = startMs; nowMs - startMs < forMs; nowMs = performance.now()) {
    const due = Math.floor(((nowMs - startMs) * ECHOES_PER_SECOND) / 1000);
    for (; said < due; said++) client.socket.send(frame);
    if (nowMs - lookedMs >= LOOK_MS) {
      if (await isOver()) return;
      lookedMs = performance.now();
    }
    await sleep(EVERY_MS);
  }
}
