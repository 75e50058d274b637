/**
 * What waits in this process for one socket whose peer does not take it. Whoever sends asks {@link isBehind} first, and leaves out what
 * it can make up for later; what cannot be left out (raw messages) may wait up to a hard mark. Beyond that, or behind for too long,
 * the socket is closed, and its player may come back.
 *
 *   0 ........ LIMITS.slowBytes ........ LIMITS.slowHardBytes
 *      sent         behind: patches, results and events wait        closed
 *
 * What waits is weighed: its bytes, and LIMITS.frameCostBytes for every frame, for small frames cost more than their bytes. The
 * largest frame does not count: a whole state may be larger than the marks, and whoever joins has to get it. Behind is who went over
 * the first mark, until nothing waits any more; too long is LIMITS.slowMs in which less than LIMITS.slowBytes were taken.
 *
 * Pings are answered here, for their answers wait as well. What the kernel has taken is not seen, and costs this process nothing.
 */
import type { EventEmitter } from "node:events";
import { LIMITS } from "@ninelives/shared-schema";
import type { Clock, Timer } from "../tick/clock.ts";

/** The part of a WebSocket this file touches. */
export interface Outgoing extends EventEmitter {
  /** Bytes that wait in this process. undefined: not said, nothing waits. */
  readonly bufferedAmount?: number;
  readonly readyState: number;
  send(data: Uint8Array, options?: object, done?: Done): void;
  close(code: number, reason: string): void;
  pong?(data: Uint8Array, mask: boolean, done: Done): void;
  terminate(): void;
}

type Done = (error?: Error) => void;

/** Over the hard mark, or behind for too long. */
export type Why = "bytes" | "time";

export interface Farewell {
  readonly code: number;
  readonly reason: string;
  /** Told once, when the socket begins to close. `bytes`: that wait. */
  readonly onSlow: (why: Why, bytes: number) => void;
}

const OPEN = 1;

const backlogs = new WeakMap<object, Backlog>();

/** The peer of this socket is behind: whatever can be left out, is. */
export function isBehind(socket: object): boolean {
  return backlogs.get(socket)?.isBehind ?? false;
}

/** Closes a socket for which too much waits elsewhere. */
export function closeSlow(socket: object): void {
  backlogs.get(socket)?.close("bytes");
}

export class Backlog {
  readonly #connection: Outgoing;
  readonly #clock: Clock;
  readonly #farewell: Farewell;
  /** Frames that were sent and are not written yet. */
  #unwritten = 0;
  /** Bytes of the largest frame since nothing waited. */
  #largest = 0;
  /** Bytes sent so far. */
  #sent = 0;
  #isBehind = false;
  #isClosing = false;
  #isLookedAt = false;
  #timer: Timer | undefined;

  constructor(connection: Outgoing, clock: Clock, farewell: Farewell) {
    this.#connection = connection;
    this.#clock = clock;
    this.#farewell = farewell;
    backlogs.set(connection, this);
    this.#watch();
  }

  /** Stays so until nothing waits. */
  get isBehind(): boolean {
    if (this.#isBehind && !this.#isClosing && this.#bytes === 0) this.#caughtUp();
    return this.#isBehind;
  }

  /** What has been sent may still be read for LIMITS.slowCloseMs; then what waits is let go of. Nothing is heard meanwhile. */
  close(why: Why): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    this.#isBehind = true;
    this.#timer?.cancel();
    this.#farewell.onSlow(why, this.#bytes);
    this.#connection.removeAllListeners("message");
    this.#connection.close(this.#farewell.code, this.#farewell.reason);
    this.#timer = this.#clock.after(LIMITS.slowCloseMs, () => this.#connection.terminate());
  }

  get #bytes(): number {
    return this.#connection.bufferedAmount ?? 0;
  }

  get #weight(): number {
    return this.#bytes === 0 ? 0 : this.#bytes - this.#largest + this.#unwritten * LIMITS.frameCostBytes;
  }

  #watch(): void {
    const connection = this.#connection;
    const send = connection.send.bind(connection);
    const written = () => void this.#unwritten--;
    connection.send = (data, options, done) => {
      // One that closes queues nothing, and counts it all the same.
      if (connection.readyState !== OPEN) return send(data, options, done);
      if (this.#bytes === 0) this.#largest = 0;
      this.#unwritten++;
      this.#sent += data.length;
      const both = (error?: Error) => {
        written();
        done!(error);
      };
      send(data, options, done === undefined ? written : both);
      if (this.#bytes > 0) this.#added(data.length);
    };
    connection.on("ping", (data: Uint8Array) => {
      if (connection.readyState !== OPEN || this.isBehind) return;
      this.#unwritten++;
      this.#sent += data.length;
      connection.pong?.(data, false, written);
      if (this.#bytes > 0) this.#added(data.length);
    });
    connection.once("close", () => this.#timer?.cancel());
  }

  /** Something of so many bytes waits. */
  #added(bytes: number): void {
    this.#largest = Math.max(this.#largest, bytes);
    if (this.#weight > LIMITS.slowBytes) this.#fellBehind();
    if (this.#weight <= LIMITS.slowHardBytes || this.#isLookedAt) return;
    // Frames of this very turn may be written already without having said so.
    this.#isLookedAt = true;
    setImmediate(() => {
      this.#isLookedAt = false;
      if (this.#weight > LIMITS.slowHardBytes) this.close("bytes");
    });
  }

  #fellBehind(): void {
    if (this.#isBehind) return;
    this.#isBehind = true;
    this.#giveTime();
  }

  #giveTime(): void {
    const taken = this.#sent - this.#bytes;
    this.#timer = this.#clock.after(LIMITS.slowMs, () => {
      if (!this.isBehind) return;
      if (this.#sent - this.#bytes - taken < LIMITS.slowBytes) this.close("time");
      else this.#giveTime();
    });
  }

  #caughtUp(): void {
    this.#isBehind = false;
    this.#largest = 0;
    this.#timer?.cancel();
  }
}
