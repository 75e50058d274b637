/**
 * The guard of one connection, between its socket and whoever listens. Good frames get through in their turn, after the first bad one
 * none does. A throw of whoever listens ends this one connection: it would be an uncaught error of the process.
 */
import type { EventEmitter } from "node:events";
import type { InputShape } from "../../adapter.ts";
import { frameFault, opcodeOf } from "../guard.ts";
import type { Entry } from "./entry.ts";

/** Longest reason a WebSocket may be closed with, bytes. A longer one throws, and leaves the socket half closed. */
const REASON_BYTES = 123;

interface Closable extends EventEmitter {
  close(code?: number, reason?: string | Buffer): void;
}

export interface GuardOptions {
  /** Called for each frame, whatever it is. */
  readonly heard: () => void;
  /** What inputs look like here; asked until there is something. */
  readonly shape: () => InputShape | undefined;
  /** A frame came before its time and is not heard. */
  readonly early: () => void;
  readonly refused: (fault: string) => void;
  readonly threw: (error: unknown) => void;
}

export function guardConnection(connection: Closable, entry: Entry, options: GuardOptions): void {
  const emit = connection.emit.bind(connection);
  const close = connection.close.bind(connection);
  let isRefused = false;
  let known: InputShape | undefined;
  const shape = () => (known ??= options.shape());
  const refuse = (fault: string) => {
    isRefused = true;
    options.refused(fault);
  };
  connection.close = (code, reason) => {
    close(code, reason === undefined ? undefined : cut(Buffer.from(reason)));
  };
  connection.emit = (event: string, ...args: unknown[]): boolean => {
    if (event !== "message") return emit(event, ...args);
    options.heard();
    if (isRefused) return true;
    const data = args[0] as Uint8Array;
    const fault = frameFault(data, args[1] as boolean, shape);
    const turn = fault === undefined ? entry.turn(opcodeOf(data), connection.listenerCount("message") > 0) : { fault };
    if (turn === "early") options.early();
    else if (turn !== "heard") refuse(turn.fault);
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
