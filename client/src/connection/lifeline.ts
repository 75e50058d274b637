/**
 * Keeps a room's connection alive: opens the socket, notices when it is dead, comes back with back-off, and gives up when the
 * seat is gone. One attempt at a time; the {@link Route} says where each goes and when.
 *
 *   begin -> opening -> (first frame of the room) joined -> CONNECTED
 *   closed, dead or offline -> RECONNECTING -> wait -> opening -> joined, or the next door, or wait longer
 *   a fatal code, the time over, or leave -> DISCONNECTED
 */
import { type CodeName, CODES } from "@ninelives/shared-schema";
import type { ClientClock, ClientTimer } from "../clock.ts";
import { Attempt, type Failure } from "./attempt.ts";
import { Backoff, type BackoffOptions } from "./backoff.ts";
import type { Connection } from "./connection.ts";
import type { Doors } from "./doors.ts";
import { BrowserHints, type HintTarget } from "./hints.ts";
import { Liveness, type LivenessProfile } from "./liveness.ts";
import { Pass } from "./pass.ts";
import { isFatal, reasonOf } from "./reasons.ts";
import { type Next, Route } from "./route.ts";
import type { OpenSocket } from "./socket.ts";

/** Longest wait for the server to close after a goodbye, ms. */
const GOODBYE_MS = 1_000;
/** Attempts to give a seat back after the player has left; then it is left to run out. */
const GOODBYE_ATTEMPTS = 3;

export interface LifelineHooks {
  /** Where to connect, at the current door, and with which subprotocols: to join for the first time, or to come back. */
  address(): Parameters<OpenSocket>;
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
  /** Shows the server a newer token for the seat. Rejects with a NetError. Default: TOKEN_EXPIRED is a close as any other. */
  renew?(): Promise<void>;
}

export interface LifelineOptions {
  readonly connection: Connection;
  readonly doors: Doors;
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
  readonly #route: Route;
  readonly #liveness: Liveness;
  #hints: BrowserHints | undefined;
  #attempt: Attempt | undefined;
  #timer: ClientTimer | undefined;
  #isWaiting = false;
  /** When the connection was lost, or first asked for. */
  #droppedMs = 0;
  #goodbyesLeft = 0;
  readonly #pass = new Pass();

  constructor(options: LifelineOptions) {
    const { doors, clock, random, backoff, liveness, hooks, hints } = options;
    this.#options = options;
    this.#route = new Route(doors, new Backoff(backoff, random), random);
    this.#liveness = new Liveness(liveness, clock, { ping: () => hooks.ping(), dead: () => this.#drop("LINK_DEAD") });
    if (hints === undefined) return;
    this.#hints = new BrowserHints({ offline: () => this.offline(), tryNow: () => this.tryNow() }, hints);
  }

  /** In the room, and frames may be sent. */
  get isOpen(): boolean {
    return this.#options.connection.state === "CONNECTED";
  }

  begin(): void {
    this.#droppedMs = this.#options.clock.now();
    this.#open();
  }

  send(frame: Uint8Array): void {
    this.#attempt?.send(frame);
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
    this.#attempt?.entered();
    if (this.#goodbyesLeft > 0) {
      this.#sayGoodbye();
      return;
    }
    this.#route.entered();
    this.#pass.entered();
    this.#liveness.start();
    const isFirst = connection.state === "CONNECTING";
    const sinceMs = clock.now();
    const downMs = isFirst ? 0 : sinceMs - this.#droppedMs;
    connection.setState({ name: "CONNECTED", sinceMs, downMs }, isFirst ? "JOINED" : "RESUMED");
  }

  /** Drops the connection now, as a network does; it comes back. */
  cut(reason: CodeName = "LINK_LOST"): void {
    if (this.isOpen) this.#drop(reason);
  }

  offline(): void {
    this.cut("OFFLINE");
  }

  /** An attempt is likelier to succeed now than it was. */
  tryNow(): void {
    if (!this.#isWaiting || this.#options.connection.state !== "RECONNECTING") return;
    this.#route.refresh();
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
    this.#letGo();
  }

  #open(): void {
    const { connection, clock, hooks, openSocket } = this.#options;
    this.#letGo();
    if (this.#pass.isDue) {
      this.#showPass(() => hooks.renew!());
      return;
    }
    const openMs = this.#route.openMs(connection.state === "CONNECTING");
    this.#attempt = new Attempt(openSocket(...hooks.address()), openMs, clock, {
      frame: (data) => {
        this.#liveness.heard();
        hooks.frame(data);
      },
      failed: (failure) => this.#failed(failure),
    });
  }

  /** The attempt that was due is made when the newer token was taken. */
  #showPass(renew: () => Promise<void>): void {
    this.#pass.show({
      renew,
      shown: () => this.#open(),
      failed: (failure, mayTryAgain) => {
        if (!mayTryAgain || this.#options.connection.state !== "RECONNECTING") {
          this.#refused(failure);
          return;
        }
        this.#route.failed(failure);
        this.#again("UNREACHABLE");
      },
    });
  }

  #failed(failure: Failure): void {
    const { code, text } = failure;
    const reason = reasonOf(code);
    this.#letGo();
    const isPassOver = reason === "TOKEN_EXPIRED" && this.#options.hooks.renew !== undefined;
    if (isPassOver && !this.#pass.expired()) {
      this.#refused({ ...failure, code: CODES.UNAUTHORIZED.code });
      return;
    }
    if (this.#goodbyesLeft === 0 && this.isOpen && !isFatal(code)) {
      this.#drop(reason, text);
      return;
    }
    const next = this.#route.failed(failure);
    if (this.#goodbyesLeft > 0) this.#afterGoodbye(code, next);
    else if (isFatal(code)) this.#refused(failure);
    else if (next === "door") this.#open();
    else if (isPassOver && this.#options.connection.state === "CONNECTING") this.#open();
    else if (this.#options.connection.state === "RECONNECTING") this.#again(next === "moved" ? reason : "UNREACHABLE");
    else if (next === "moved") this.#wait();
    else this.#refused(failure);
  }

  #drop(reason: CodeName, text = ""): void {
    const { clock, hooks } = this.#options;
    this.#letGo();
    this.#liveness.stop();
    this.#droppedMs = clock.now();
    this.#route.lost(reason, text);
    hooks.dropped();
    this.#again(reason);
  }

  #again(reason: CodeName): void {
    const way = { sinceMs: this.#droppedMs, attempt: this.#route.attempt };
    this.#options.connection.setState({ name: "RECONNECTING", ...way }, reason);
    this.#wait();
  }

  #wait(): void {
    const { clock, connection } = this.#options;
    const awayMs = clock.now() - this.#droppedMs;
    const leftMs = this.reconnectForMs - awayMs;
    if (leftMs <= 0 && this.#route.rounds > 0 && connection.state === "RECONNECTING") {
      this.#end("GAVE_UP");
      return;
    }
    const delayMs = this.#route.delayMs(awayMs);
    this.#timer?.cancel();
    this.#isWaiting = true;
    this.#timer = clock.after(Math.min(delayMs, Math.max(leftMs, 0)), () => this.#open());
  }

  #sayGoodbye(): void {
    const { clock, hooks } = this.#options;
    hooks.goodbye();
    this.#timer?.cancel();
    const unanswered: Failure = { kind: "closed", code: CODES.CONSENTED.code, text: "" };
    this.#timer = clock.after(GOODBYE_MS, () => this.#failed(unanswered));
  }

  /** Whether the goodbye was said is known once its connection has ended. */
  #afterGoodbye(code: number, next: Next): void {
    const isSaid = this.isOpen || code === CODES.CONSENTED.code || isFatal(code);
    if (isSaid || (next === "round" && --this.#goodbyesLeft === 0)) this.#end("CONSENTED");
    else if (next === "door") this.#open();
    else this.#wait();
  }

  /** A first connection that did not get in is not repeated; neither is a later one that may not. */
  #refused({ code, text }: Failure): void {
    const { connection, hooks } = this.#options;
    if (connection.state === "CONNECTING") hooks.refused(code, text);
    this.#end(reasonOf(code));
  }

  /** The state is final; goodbyes may still be on their way. */
  #end(reason: CodeName): void {
    const { connection, hooks } = this.#options;
    this.#liveness.stop();
    this.#hints?.stop();
    this.#hints = undefined;
    if (connection.setState({ name: "DISCONNECTED", reason }, reason)) hooks.ended(reason);
  }

  /** No attempt, no timer. */
  #letGo(): void {
    this.#timer?.cancel();
    this.#isWaiting = false;
    this.#attempt?.letGo();
    this.#attempt = undefined;
    this.#pass.letGo();
  }
}
