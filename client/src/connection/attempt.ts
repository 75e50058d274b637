/**
 * One try to get into the room, over one socket. It ends once, by itself or because it is let go; after that nothing of it is heard.
 *
 *   opening -> open -> (the room let it in) entered -> closed
 *      |         +----> "silent": not entered in time      "closed": by the server, or by the network
 *      +--> "refused": closed before it was open           "late": not open in time
 */
import { CODES, LIMITS } from "@ninelives/shared-schema";
import type { ClientClock, ClientTimer } from "../clock.ts";
import type { ClientSocket } from "./socket.ts";

/** Longest wait for an attempt to get into the room, ms. */
export const ENTER_MS = 10_000;

/** A socket that closes takes nothing any more, and a browser complains of whoever tries. */
const OPEN = 1;

/** A timer that comes so late means that this side slept: the answer may be here unread, so it is given as long once more, ms. */
const SLEPT_MS = 100;

export interface Failure {
  readonly kind: "refused" | "late" | "silent" | "closed";
  /** Of the close; UNREACHABLE where nothing was closed. */
  readonly code: number;
  readonly text: string;
}

export interface AttemptHooks {
  frame(data: ArrayBuffer): void;
  /** Called last: nothing of it is left. */
  failed(failure: Failure): void;
}

export class Attempt {
  readonly #clock: ClientClock;
  readonly #hooks: AttemptHooks;
  readonly #startedMs: number;
  #socket: ClientSocket | undefined;
  #timer: ClientTimer | undefined;
  #isOpen = false;

  /** `openMs`: how long the socket may take to open; after ENTER_MS at the latest the room has to have let it in. */
  constructor(socket: ClientSocket, openMs: number, clock: ClientClock, hooks: AttemptHooks) {
    this.#socket = socket;
    this.#clock = clock;
    this.#hooks = hooks;
    this.#startedMs = clock.now();
    socket.binaryType = "arraybuffer";
    socket.onopen = () => this.#opened();
    socket.onmessage = ({ data }) => {
      if (this.#socket === undefined) return;
      this.#opened();
      if ((data as ArrayBuffer).byteLength > LIMITS.serverFrameBytes)
        this.#fail({ kind: "closed", code: CODES.INTERNAL.code, text: "a frame larger than any state came" });
      else hooks.frame(data as ArrayBuffer);
    };
    socket.onclose = ({ code, reason }) =>
      this.#fail({ kind: this.#isOpen ? "closed" : "refused", code, text: reason });
    socket.onerror = () => {};
    this.#giveTime(Math.min(openMs, ENTER_MS), "late");
  }

  send(frame: Uint8Array): void {
    if ((this.#socket?.readyState ?? OPEN) === OPEN) this.#socket?.send(frame);
  }

  /** The room let it in: it may last. */
  entered(): void {
    this.#timer?.cancel();
  }

  /** Closes it without another word. */
  letGo(): void {
    this.#timer?.cancel();
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close();
  }

  #opened(): void {
    if (this.#isOpen || this.#socket === undefined) return;
    this.#isOpen = true;
    this.#timer?.cancel();
    this.#giveTime(this.#startedMs + ENTER_MS - this.#clock.now(), "silent");
  }

  #giveTime(ms: number, kind: Failure["kind"], isMore = false): void {
    const dueMs = this.#clock.now() + ms;
    this.#timer = this.#clock.after(ms, () => {
      const slept = this.#clock.now() - dueMs > SLEPT_MS;
      if (slept && !isMore) this.#giveTime(SLEPT_MS, kind, true);
      else this.#fail({ kind, code: CODES.UNREACHABLE.code, text: "no answer" });
    });
  }

  #fail(failure: Failure): void {
    if (this.#socket === undefined) return;
    this.letGo();
    this.#hooks.failed(failure);
  }
}
