/** Frames of the transport itself that are too large, or say that they will be, or never end. */
import { frame, Op } from "../conformance/frame.ts";
import { MIRROR, Wire } from "../conformance/wire.ts";
import { newRoom } from "../new-room.ts";
import { ATTACKER } from "./outcome.ts";

const DECLARED = 16 * 2 ** 20;
/** Parts written in one go. */
const GO = 10_000;

export interface Refused {
  /** What it was closed with; undefined: it was not, or without a code. */
  readonly code: number | undefined;
  readonly afterMs: number;
}

/** A message of so many bytes; and one that says it has 16 MB, of which ten come. */
export async function sendOversize(
  port: number,
  bytes: number,
): Promise<{ readonly large: Refused; readonly declared: Refused }> {
  const roomId = await newRoom(`http://127.0.0.1:${port}`, MIRROR);
  const large = await sent(port, roomId, [frame(Op.BINARY, Buffer.alloc(bytes, 1))]);
  const declared = await sent(port, roomId, [frame(Op.BINARY, Buffer.alloc(10, 1), { declared: DECLARED })]);
  return { large, declared };
}

/** The beginning of a message, and so many parts of nothing behind it. */
export async function sendFragments(port: number, times: number): Promise<Refused> {
  const nothing = frame(Op.CONTINUATION, "", { fin: false });
  const go = Buffer.concat(Array.from({ length: GO }, () => nothing));
  const parts = Array.from({ length: Math.ceil(times / GO) }, () => go);
  return sent(port, await newRoom(`http://127.0.0.1:${port}`, MIRROR), [
    frame(Op.BINARY, "x", { fin: false }),
    ...parts,
  ]);
}

async function sent(port: number, roomId: string, writes: readonly Buffer[]): Promise<Refused> {
  const wire = await Wire.join(port, roomId, ATTACKER);
  const startMs = performance.now();
  for (const bytes of writes) {
    if (wire.ending !== undefined) break;
    wire.write(bytes);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await wire.holds(() => wire.ending !== undefined);
  const afterMs = performance.now() - startMs;
  wire.end();
  return { code: wire.ending?.code, afterMs };
}
