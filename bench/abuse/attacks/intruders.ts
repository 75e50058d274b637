/**
 * The attackers of the frame fuzzer (test/fuzz/frames), on one room: they send what the guard of our transport lets pass, as fast as it is
 * taken, and end each connection with a frame that it does not. Stock gets the same.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import type { Orders, Spoils } from "../../../test/fuzz/frames/intruder.ts";
import { KINDS } from "../../../test/fuzz/frames/rooms.ts";

const INTRUDER = new URL("../../../test/fuzz/frames/intruder.ts", import.meta.url);
const LOOK_MS = 200;
/** Longest time until the first frame, ms. */
const BEGIN_MS = 30_000;

export interface Sent {
  readonly frames: number;
  readonly visits: number;
  readonly seconds: number;
}

export interface Intrusion extends Orders {
  /** Ends with so many frames, so long after the first one, ms, or when it is over. */
  readonly frames: number;
  readonly forMs: number;
  readonly isOver: () => boolean;
}

export async function intrude({ frames, forMs, isOver, ...orders }: Intrusion): Promise<Sent> {
  const intruder = fork(INTRUDER, { stdio: ["ignore", "ignore", "ignore", "ipc"] });
  try {
    let startMs = performance.now();
    let hasBegun = false;
    intruder.send(orders);
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      const asked = once(intruder, "message");
      intruder.send("spoils");
      const [{ frames: byKind, visits }] = (await asked) as [Spoils];
      const sent = KINDS.reduce((all, kind) => all + byKind[kind], 0);
      if (sent > 0 && !hasBegun) {
        hasBegun = true;
        startMs = performance.now();
      }
      const tookMs = performance.now() - startMs;
      if (isOver() || sent >= frames || tookMs >= (hasBegun ? forMs : BEGIN_MS))
        return { frames: sent, visits, seconds: tookMs / 1_000 };
    }
  } finally {
    intruder.kill("SIGKILL");
  }
}
