/**
 * The guard of one connection, between its socket and whoever listens. Good frames get through in their turn, after the first bad one
 * none does. A throw of whoever listens ends this one connection: it would be an uncaught error of the process.
 */
import type { EventEmitter } from "node:events";
import { CODES } from "@ninelives/shared-schema";
import type { InputShape } from "../../adapter.ts";
import type { Flow } from "../../limits/socket-limits.ts";
import type { Refusal } from "../../session/greetings.ts";
import { frameFault, opcodeOf } from "../guard.ts";
import type { Entry } from "./entry.ts";

/** Longest reason a WebSocket may be closed with, bytes. A longer one throws, and leaves the socket half closed. */
const REASON_BYTES = 123;

interface Closable extends EventEmitter {
  close(code?: number, reason?: string | Buffer): void;
}

export interface GuardOptions {
  /** Called for each message, whatever it is. */
  readonly heard: () => void;
  /** Asked for each frame, pings and pongs among them, whether it is too much; undefined: nothing is. */
  readonly flow: Flow | undefined;
  /** What inputs look like here; asked until there is something. */
  readonly shape: () => InputShape | undefined;
  /** A frame came before its time and is not heard. */
  readonly early: () => void;
  readonly refused: (refusal: Refusal) => void;
  readonly threw: (error: unknown) => void;
}

export function guardConnection(connection: Closable, entry: Entry, options: GuardOptions): void {
  const emit = connection.emit.bind(connection);
  const close = connection.close.bind(connection);
  let isRefused = false;
  let known: InputShape | undefined;
  const shape = () => (known ??= options.shape());
  const refuse = (refusal: Refusal) => {
    isRefused = true;
    options.refused(refusal);
    return true;
  };
  connection.close = (code, reason) => {
    close(code, reason === undefined ? undefined : cut(Buffer.from(reason)));
  };
  connection.emit = (event: string, ...args: unknown[]): boolean => {
    if (event !== "message" && event !== "ping" && event !== "pong") return emit(event, ...args);
    if (isRefused) return true;
    const data = args[0] as Uint8Array;
    const flood = options.flow?.(data?.length ?? 0);
    if (flood !== undefined) return refuse(flood);
    if (event !== "message") return emit(event, ...args);
    options.heard();
    const fault = frameFault(data, args[1] as boolean, shape);
    const turn = fault === undefined ? entry.turn(opcodeOf(data), connection.listenerCount("message") > 0) : { fault };
    if (turn === "early") options.early();
    else if (turn !== "heard") refuse({ code: CODES.BAD_FRAME.code, reason: turn.fault });
    else {
      try {
        emit(event, ...args);
      } catch (error) {
        isRefused = true;
        options.threw(error);
      }
    }
    return true;
  };
}

/** To whole characters. */
function cut(reason: Buffer): Buffer {
  if (reason.length <= REASON_BYTES) return reason;
  let end = REASON_BYTES;
  while ((reason[end]! & 0xc0) === 0x80) end--;
  return reason.subarray(0, end);
}
