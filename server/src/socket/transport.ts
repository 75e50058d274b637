/** The WebSocket transport with the frame guard in front: a bad frame closes that one connection, nobody else notices. */
import type { EventEmitter } from "node:events";
import type { IncomingMessage, Server } from "node:http";
import { WebSocketTransport } from "@colyseus/ws-transport";
import { CODES, LIMITS } from "@ninelives/shared-schema";
import type { Logger } from "../inspect/logger.ts";
import type { Metrics } from "../inspect/metrics.ts";
import { frameFault } from "./guard.ts";

/** The part of a WebSocket this file touches. */
interface Connection extends EventEmitter {
  close(code: number, reason: string): void;
}

export interface TransportServices {
  readonly server: Server;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** How often a silent peer is asked whether it is there; after two questions without an answer it is dropped. */
  readonly pingEveryMs?: number | undefined;
}

const PING_EVERY_MS = 3_000;
const PINGS_UNANSWERED = 2;

export class GuardedTransport extends WebSocketTransport {
  constructor({ server, logger, metrics, pingEveryMs = PING_EVERY_MS }: TransportServices) {
    super({ server, maxPayload: LIMITS.frameBytes, pingInterval: pingEveryMs, pingMaxRetries: PINGS_UNANSWERED });
    // Colyseus begins to ping when the server begins to listen; the host's listens already.
    if (server.listening) this.autoTerminateUnresponsiveClients(pingEveryMs, PINGS_UNANSWERED);
    this.wss.prependListener("connection", (connection: Connection, request: IncomingMessage) => {
      guard(connection, (fault) => {
        metrics.refused("socket", "BAD_FRAME");
        logger.warn(
          { address: request.socket.remoteAddress, code: CODES.BAD_FRAME.code },
          `connection closed: ${fault}`,
        );
        connection.close(CODES.BAD_FRAME.code, fault);
      });
    });
  }
}

/** Lets only good frames through to whoever listens; after the first bad one none. */
function guard(connection: Connection, refuse: (fault: string) => void): void {
  const emit = connection.emit.bind(connection);
  let refused = false;
  connection.emit = (event: string, ...args: unknown[]): boolean => {
    if (event !== "message") return emit(event, ...args);
    const fault = refused ? undefined : frameFault(args[0] as Uint8Array, args[1] as boolean);
    if (fault === undefined) return refused || emit(event, ...args);
    refused = true;
    refuse(fault);
    return true;
  };
}
