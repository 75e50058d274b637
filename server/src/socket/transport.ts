/**
 * The WebSocket transport with the frame guard in front: a bad frame closes that one connection, nobody else notices. It knows
 * whom a socket is for before it joins, and finds out when nobody is behind it any more.
 */
import type { EventEmitter } from "node:events";
import type { IncomingMessage, Server } from "node:http";
import { WebSocketTransport } from "@colyseus/ws-transport";
import { CODES, LIMITS } from "@ninelives/shared-schema";
import type { Heartbeat } from "../config.ts";
import type { Logger } from "../inspect/logger.ts";
import type { Metrics } from "../inspect/metrics.ts";
import type { Refusal } from "../session/greetings.ts";
import type { Clock, Timer } from "../tick/clock.ts";
import { frameFault } from "./guard.ts";

/** The part of a WebSocket this file touches. */
interface Connection extends EventEmitter {
  close(code: number, reason: string): void;
  ping(): void;
  terminate(): void;
}

export interface TransportServices {
  readonly server: Server;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly heartbeat: Heartbeat;
  /** Reads who opens this socket; says why it is refused, if it is. */
  readonly greet: (socket: object, request: IncomingMessage) => Refusal | undefined;
}

type Accept = (connection: Connection, request: IncomingMessage, upgrade?: unknown) => void;

export class GuardedTransport extends WebSocketTransport {
  readonly #services: TransportServices;
  /** When a frame last came, ms of the clock. */
  readonly #heardMs = new Map<Connection, number>();
  #heart: Timer | undefined;

  constructor(services: TransportServices) {
    super({ server: services.server, maxPayload: LIMITS.frameBytes, pingInterval: 0 });
    this.#services = services;
    const [accept] = this.wss.listeners("connection") as Accept[];
    this.wss.removeAllListeners("connection");
    this.wss.on("connection", (connection: Connection, request: IncomingMessage, upgrade?: unknown) => {
      if (this.#admits(connection, request)) accept!.call(this.wss, connection, request, upgrade);
    });
    this.#beat();
  }

  /** Takes a connection as if it had come over TCP. */
  take(connection: EventEmitter, request: IncomingMessage): void {
    this.wss.emit("connection", connection as never, request);
  }

  override shutdown(): void {
    this.#heart?.cancel();
    super.shutdown();
  }

  #admits(connection: Connection, request: IncomingMessage): boolean {
    const { clock, greet, logger, metrics } = this.#services;
    const refusal = greet(connection, request);
    if (refusal !== undefined) {
      metrics.refused("socket", String(refusal.code));
      connection.on("error", () => {});
      connection.close(refusal.code, refusal.reason);
      return false;
    }
    const heard = () => void this.#heardMs.set(connection, clock.now());
    heard();
    connection.on("pong", heard);
    connection.once("close", () => void this.#heardMs.delete(connection));
    guard(connection, heard, (fault) => {
      metrics.refused("socket", "BAD_FRAME");
      logger.warn({ address: request.socket.remoteAddress, code: CODES.BAD_FRAME.code }, `connection closed: ${fault}`);
      connection.close(CODES.BAD_FRAME.code, fault);
    });
    return true;
  }

  /** Asks who was silent, drops who was silent for too long. */
  #beat(): void {
    const { clock, heartbeat } = this.#services;
    for (const [connection, heardMs] of this.#heardMs) {
      const quietMs = clock.now() - heardMs;
      if (quietMs >= heartbeat.deadAfterMs) connection.terminate();
      else if (quietMs >= heartbeat.everyMs / 2) connection.ping();
    }
    this.#heart = clock.after(heartbeat.everyMs, () => this.#beat());
  }
}

/** Lets only good frames through to whoever listens; after the first bad one none. */
function guard(connection: Connection, heard: () => void, refuse: (fault: string) => void): void {
  const emit = connection.emit.bind(connection);
  let refused = false;
  connection.emit = (event: string, ...args: unknown[]): boolean => {
    if (event !== "message") return emit(event, ...args);
    heard();
    const fault = refused ? undefined : frameFault(args[0] as Uint8Array, args[1] as boolean);
    if (fault === undefined) return refused || emit(event, ...args);
    refused = true;
    refuse(fault);
    return true;
  };
}
