/**
 * Everything this package uses of the SDK that its documentation does not promise; contract tests in
 * `client/test/adapter.test.ts`.
 *
 *  countFrames     `room.connection.events.onmessage` is called with every frame; the lowest five bits of byte 0 are the opcode
 *  quietWindow     `room.reconnection` is a plain object, read at every drop
 *  keepRefusals    joins go through `client.http.post`; what that throws, other than a ServerError, reaches the caller as it is
 *  leaveWhenBack   `room.leave()` is lost while the connection is down; `onReconnect` is told before anything else is sent
 *  inputHandle     `room.input()` without a type gives a handle whose `data` has the server's fields
 */
import type { Client as SdkClient, InputHandle, Room as SdkRoom } from "@colyseus/sdk";
import { Protocol } from "@colyseus/sdk";

const OPCODE_MASK = 0x1f;

export interface FrameCounts {
  frames: number;
  bytes: number;
  patches: number;
  patchBytes: number;
}

/** Frames that bring the state up to date: a patch, or the whole state in place of one. */
const STATE_OPCODES: ReadonlySet<number> = new Set([Protocol.ROOM_STATE, Protocol.ROOM_STATE_PATCH]);

/** Counts what arrives. Goes on across reconnects: the SDK keeps its connection object and its handlers. */
export function countFrames(room: SdkRoom, onPatch: () => void): FrameCounts {
  const counts: FrameCounts = { frames: 0, bytes: 0, patches: 0, patchBytes: 0 };
  const { events } = room.connection;
  const deliver = events.onmessage;
  events.onmessage = (event) => {
    const bytes = (event.data as ArrayBuffer).byteLength;
    const opcode = new Uint8Array(event.data as ArrayBuffer, 0, 1)[0]! & OPCODE_MASK;
    counts.frames++;
    counts.bytes += bytes;
    const isPatch = STATE_OPCODES.has(opcode);
    if (isPatch) {
      counts.patches++;
      counts.patchBytes += bytes;
    }
    deliver?.(event);
    if (isPatch) onPatch();
  };
  return counts;
}

/** The SDK passes on no more than the status of a refused join; `translate` sees the whole answer. */
export function keepRefusals(client: SdkClient, translate: (error: unknown) => Error): void {
  const { http } = client;
  const post = http.post.bind(http);
  const kept = (...request: Parameters<typeof post>) =>
    post(...request).catch((error: unknown) => {
      throw translate(error);
    });
  http.post = kept as typeof http.post;
}

/** Retries from the first second on, without lock-step between clients. `random` is uniform in [0, 1). */
export function quietWindow(room: SdkRoom, random: () => number): void {
  room.reconnection.minUptime = 0;
  room.reconnection.minDelay = 0;
  room.reconnection.maxDelay = 36_000;
  room.reconnection.maxRetries = Number.POSITIVE_INFINITY;
  room.reconnection.backoff = (attempt) =>
    attempt === 1 ? 200 * random() : Math.min(30_000, 1_000 * 2 ** (attempt - 2)) * (0.8 + 0.4 * random());
}

/** Attempts to give a seat back after the player has left; then it is left to run out. */
const LEAVE_ATTEMPTS = 3;

/** Leaves a room whose connection is down: it comes back once more, only to say goodbye. */
export function leaveWhenBack(room: SdkRoom): void {
  room.reconnection.maxRetries = room.reconnection.retryCount + LEAVE_ATTEMPTS - 1;
  room.onReconnect(() => void room.leave(true));
}

export function inputHandle<Input>(room: SdkRoom): InputHandle<Input> {
  return room.input() as InputHandle<Input>;
}
