/**
 * Keeps a room's connection alive: opens the socket, notices when it is dead, comes back with back-off, and gives up when the
 * seat is gone. One socket at a time; what an older one still says is not heard.
 *
 *   begin -> opening -> (first frame of the room) joined -> CONNECTED
 *   closed, dead or offline -> RECONNECTING -> wait -> opening -> joined, or wait longer
 *   a fatal code, the time over, or leave -> DISCONNECTED
 */
import { type CodeName, codeName, CloseReason, CODES } from "@ninelives/shared-schema";
import type { ClientClock, ClientTimer } from "../clock.ts";
import { Backoff, type BackoffOptions } from "./backoff.ts";
import type { Connection } from "./connection.ts";
import { BrowserHints, type HintTarget } from "./hints.ts";
import { Liveness, type LivenessProfile } from "./liveness.ts";
import type { ClientSocket, OpenSocket } from "./socket.ts";

/** Longest wait for an attempt to get into the room, ms. */
const ATTEMPT_MS = 10_000;
/** Longest wait for the server to close after a goodbye, ms. */
const GOODBYE_MS = 1_000;
/** Attempts to give a seat back after the player has left; then it is left to run out. */
const GOODBYE_ATTEMPTS = 3;

export interface LifelineHooks {
  /** Where to connect: to join for the first time, or to come back. */
  address(): string;
  frame(data: ArrayBuffer): void;
  /** The connection is gone; it comes back by itself. */
  dropped(): void;
  /** The first connection never got into the room. */
  refused(code: number, reason: string): void;
  /** For good. */
  ended(reason: CodeName): void;
  /** Sends what the server answers at once. */
  ping(): void;
  /** Sends that the player leaves. */
  goodbye(): void;
}

export interface LifelineOptions {
  readonly connection: Connection;
  readonly clock: ClientClock;
  readonly random: () => number;
  readonly backoff: BackoffOptions;
  readonly liveness: LivenessProfile;
  readonly openSocket: OpenSocket;
  readonly hints: HintTarget | undefined;
  readonly hooks: LifelineHooks;
}

export class Lifeline {
  /** How long to go on trying, ms: as long as the server holds the seat. */
  reconnectForMs = 60_000;
  readonly #options: LifelineOptions;
  readonly #backoff: Backoff;
  readonly #liveness: Liveness;
  #hints: BrowserHints | undefined;
  #socket: ClientSocket | undefined;
  #timer: ClientTimer | undefined;
  #isWaiting = false;
  #droppedMs = 0;
  #goodbyesLeft = 0;
  #retryAfterMs: number | undefined;

  constructor(options: LifelineOptions) {
    const { clock, random, backoff, liveness, hooks, hints } = options;
    this.#options = options;
    this.#backoff = new Backoff(backoff, random);
    this.#liveness = new Liveness(liveness, clock, { ping: () => hooks.ping(), dead: () => this.#drop("LINK_DEAD") });
    if (hints === undefined) return;
    this.#hints = new BrowserHints({ offline: () => this.offline(), tryNow: () => this.tryNow() }, hints);
  }

  /** In the room, and frames may be sent. */
  get isOpen(): boolean {
    return this.#options.connection.state === "CONNECTED";
  }

  begin(): void {
    this.#open();
  }

  send(frame: Uint8Array): void {
    this.#socket?.send(frame);
  }

  /** The frame that came answers a ping. */
  answered(): void {
    this.#liveness.answered();
  }

  /** The server owes an answer, or owes none any more. */
  owed(isOwed: boolean): void {
    this.#liveness.waiting(isOwed);
  }

  /** The server let us in. */
  joined(): void {
    const { connection, clock } = this.#options;
    this.#timer?.cancel();
    if (this.#goodbyesLeft > 0) {
      this.#sayGoodbye();
      return;
    }
    this.#backoff.reset();
    this.#liveness.start();
    const reason = connection.state === "CONNECTING" ? "JOINED" : "RESUMED";
    connection.setState({ name: "CONNECTED", sinceMs: clock.now() }, reason);
  }

  /** Drops the connection now, as a network does; it comes back. */
  cut(reason: CodeName = "LINK_LOST"): void {
    if (this.isOpen) this.#drop(reason);
  }

  offline(): void {
    if (this.isOpen) this.#drop("OFFLINE");
  }

  /** An attempt is likelier to succeed now than it was. */
  tryNow(): void {
    if (!this.#isWaiting || this.#options.connection.state !== "RECONNECTING") return;
    this.#backoff.reset();
    this.#open();
  }

  /** Gives the seat up, in any state. Done at once for the app; the server is told by the attempt that was due anyway. */
  leave(): void {
    const { connection } = this.#options;
    if (connection.state === "DISCONNECTED") return;
    this.#goodbyesLeft = GOODBYE_ATTEMPTS;
    if (connection.state === "CONNECTED") {
      this.#liveness.stop();
      this.#sayGoodbye();
    } else this.#end("CONSENTED");
  }

  /** Lets go of everything without a word: the page goes away, the seat stays. */
  abandon(): void {
    this.#goodbyesLeft = 0;
    this.#end("CONSENTED");
    this.#forget();
  }

  #open(): void {
    const { clock, hooks, openSocket } = this.#options;
    this.#forget();
    const socket = openSocket(hooks.address());
    this.#socket = socket;
    socket.binaryType = "arraybuffer";
    const isOurs = () => this.#socket === socket;
    socket.onmessage = ({ data }) => {
      if (!isOurs()) return;
      this.#liveness.heard();
      hooks.frame(data as ArrayBuffer);
    };
    socket.onclose = ({ code, reason }) => {
      if (isOurs()) this.#closed(code, reason);
    };
    socket.onerror = () => {};
    this.#timer = clock.after(ATTEMPT_MS, () => this.#closed(CODES.UNREACHABLE.code, "no answer"));
  }

  #closed(code: number, text: string): void {
    const { connection, hooks } = this.#options;
    this.#forget();
    if (this.#goodbyesLeft > 0) {
      const isSaid = connection.state === "CONNECTED" || code === CODES.CONSENTED.code || isFatal(code);
      if (isSaid || --this.#goodbyesLeft === 0) this.#end("CONSENTED");
      else this.#wait();
      return;
    }
    if (connection.state === "CONNECTING") {
      hooks.refused(code, text);
      this.#end(reasonOf(code));
      return;
    }
    this.#retryAfterMs = CloseReason.readRetryAfterMs(text);
    if (isFatal(code)) this.#end(reasonOf(code));
    else this.#drop(connection.state === "CONNECTED" ? reasonOf(code) : "UNREACHABLE");
  }

  #drop(reason: CodeName): void {
    const { connection, clock, hooks } = this.#options;
    this.#forget();
    this.#liveness.stop();
    if (connection.state === "CONNECTED") {
      this.#droppedMs = clock.now();
      hooks.dropped();
    }
    const attempt = this.#backoff.attempt + 1;
    connection.setState({ name: "RECONNECTING", sinceMs: this.#droppedMs, attempt }, reason);
    this.#wait();
  }

  #wait(): void {
    const { clock, connection } = this.#options;
    const leftMs = this.#droppedMs + this.reconnectForMs - clock.now();
    if (leftMs <= 0 && this.#backoff.attempt > 0 && connection.state === "RECONNECTING") {
      this.#end("GAVE_UP");
      return;
    }
    const delayMs = this.#backoff.next(this.#retryAfterMs);
    this.#retryAfterMs = undefined;
    this.#timer?.cancel();
    this.#isWaiting = true;
    this.#timer = clock.after(Math.min(delayMs, Math.max(leftMs, 0)), () => this.#open());
  }

  #sayGoodbye(): void {
    const { clock, hooks } = this.#options;
    hooks.goodbye();
    this.#timer?.cancel();
    this.#timer = clock.after(GOODBYE_MS, () => this.#closed(CODES.CONSENTED.code, ""));
  }

  /** The state is final; goodbyes may still be on their way. */
  #end(reason: CodeName): void {
    const { connection, hooks } = this.#options;
    this.#liveness.stop();
    this.#hints?.stop();
    this.#hints = undefined;
    if (connection.setState({ name: "DISCONNECTED", reason }, reason)) hooks.ended(reason);
  }

  /** No socket, no timer. */
  #forget(): void {
    this.#timer?.cancel();
    this.#isWaiting = false;
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close();
  }
}

/** WebSocket's own codes mean that the network, or a proxy on the way, closed the connection: it may come back. */
function reasonOf(code: number): CodeName {
  return codeName(code) ?? "LINK_LOST";
}

function isFatal(code: number): boolean {
  return !CODES[reasonOf(code)].recoverable;
}
