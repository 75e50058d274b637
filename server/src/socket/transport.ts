/**
 * The WebSocket transport with a door and the frame guard in front. A socket comes in when its room is here: our client is sent on
 * otherwise, a stock one's connection is passed on. A bad frame closes that one connection, nobody else notices. It knows whom a
 * socket is for before it joins, and finds out when nobody is behind it any more, or somebody who does not read (backlog.ts).
 *
 *   request -> stock client: door -> (elsewhere) relay
 *      +----------> socket -> our client: door -> (elsewhere) MOVED
 *                                           +---> greeting -> guard -> Colyseus
 *
 * Our client's socket opens before it waits: it would take a closed door for a dead process. A stock one's cannot be passed on once
 * it is open, and has no hurry.
 */
import type { EventEmitter } from "node:events";
import type { IncomingMessage, Server } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { WebSocketTransport } from "@colyseus/ws-transport";
import { CloseReason, CODES, LIMITS } from "@ninelives/shared-schema";
import { inputShapeOf, roomHere } from "../adapter.ts";
import type { Heartbeat } from "../config.ts";
import { LineLimit } from "../inspect/line-limit.ts";
import type { Logger } from "../inspect/logger.ts";
import type { Metrics } from "../inspect/metrics.ts";
import type { SocketLimits } from "../limits/socket-limits.ts";
import type { Refusal } from "../session/greetings.ts";
import type { Clock, Timer } from "../tick/clock.ts";
import { Backlog } from "./backlog.ts";
import { deny } from "./deny.ts";
import { askedBy, Door, farewell, type Found, readToken, type Whereabouts } from "./door.ts";
import { guardConnection } from "./guard/connection.ts";
import { Entry } from "./guard/entry.ts";
import { Relays } from "./relay.ts";

const OPEN = 1;

/** The part of a WebSocket this file touches. */
interface Connection extends EventEmitter {
  readonly readyState: number;
  close(code?: number, reason?: string | Buffer): void;
  send(data: Uint8Array): void;
  ping(): void;
  terminate(): void;
}

export interface TransportServices {
  readonly server: Server;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly heartbeat: Heartbeat;
  readonly whereabouts: Whereabouts;
  readonly limits: SocketLimits;
  /** Reads who opens this socket; says why it is refused, if it is. */
  readonly greet: (socket: object, request: IncomingMessage) => Refusal | undefined;
}

type Accept = (connection: Connection, request: IncomingMessage) => void;

export class GuardedTransport extends WebSocketTransport {
  readonly #services: TransportServices;
  readonly #door: Door;
  readonly #relays: Relays;
  readonly #accept: Accept;
  /** Requests that were asked about before their socket was opened. */
  readonly #found = new WeakMap<IncomingMessage, Found | "crowded">();
  /** When a frame last came, ms of the clock, and how far the connection has come. */
  readonly #connections = new Map<Connection, { heardMs: number; readonly entry: Entry }>();
  /** One line for each address: whoever is refused may come again at once. */
  readonly #lines: LineLimit;
  #heart: Timer | undefined;

  constructor(services: TransportServices) {
    const { frameBytes: maxPayload, frameParts: maxFragments } = LIMITS;
    super({ server: services.server, maxPayload, maxFragments, pingInterval: 0, autoPong: false } as never);
    const { whereabouts, clock, logger, metrics } = services;
    this.#services = services;
    this.#lines = new LineLimit(clock, () => metrics.lineSwallowed("socket"));
    this.#door = new Door(whereabouts, clock, logger);
    this.#relays = new Relays(clock);
    [this.#accept] = this.wss.listeners("connection") as [Accept];
    this.wss.removeAllListeners("connection");
    this.wss.on("connection", (connection: Connection, request: IncomingMessage) => this.#arrived(connection, request));
    this.#beat();
  }

  /** Takes a connection as if it had come over TCP. */
  take(connection: EventEmitter, request: IncomingMessage): void {
    this.wss.emit("connection", connection as never, request);
  }

  override shutdown(): void {
    this.#heart?.cancel();
    this.#door.close();
    this.#relays.close();
    super.shutdown();
  }

  /** Called by the constructor of the class below. */
  protected override listenForUpgrade(server: Server): void {
    server.on("upgrade", (request, socket, head) => this.#asked(request, socket, head));
  }

  /** A request to open a socket. */
  #asked(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const refusal = this.#services.limits.refusalOf(request);
    const asked = askedBy(request);
    if (refusal !== undefined) deny(socket, refusal);
    else if (asked === undefined) {
      socket.on("error", () => {});
      socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
    } else if (asked.isOurs || asked.roomId === undefined) this.#open(request, socket, head);
    else void this.#passOn(asked.roomId, request, socket as Socket, head);
  }

  #open(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.wss.handleUpgrade(request, socket, head, (connection) => this.wss.emit("connection", connection, request));
  }

  async #passOn(roomId: string, request: IncomingMessage, socket: Socket, head: Buffer): Promise<void> {
    const ignore = () => {};
    socket.on("error", ignore);
    const found = await this.#door.find(roomId, socket);
    if (typeof found === "object" && (await this.#relays.begin(request, socket, head, found.inner))) return;
    if (socket.destroyed) return;
    this.#found.set(request, found);
    this.#open(request, socket, head);
    socket.off("error", ignore);
  }

  /** A socket that is open. */
  #arrived(connection: Connection, request: IncomingMessage): void {
    readToken(request);
    const { roomId, isOurs } = askedBy(request) ?? { roomId: undefined, isOurs: false };
    const found = roomId === undefined ? "here" : this.#found.get(request);
    if (found !== undefined) this.#enter(connection, request, farewell(found, isOurs));
    else void this.#hold(connection, request, roomId!, isOurs);
  }

  async #hold(connection: Connection, request: IncomingMessage, roomId: string, isOurs: boolean): Promise<void> {
    const ignore = () => {};
    connection.on("error", ignore);
    const found = await this.#door.find(roomId, connection);
    connection.off("error", ignore);
    if (connection.readyState === OPEN) this.#enter(connection, request, farewell(found, isOurs));
  }

  #enter(connection: Connection, request: IncomingMessage, sentAway: Refusal | undefined): void {
    const refusal = sentAway ?? this.#services.greet(connection, request);
    if (refusal === undefined) this.#admit(connection, request);
    else {
      const { code, reason, heard } = refusal;
      this.#services.metrics.refused("socket", String(code));
      connection.on("error", () => {});
      connection.once("close", (answered: number) => answered === code && heard?.());
      connection.close(code, reason);
    }
  }

  #admit(connection: Connection, request: IncomingMessage): void {
    const { clock, metrics, limits } = this.#services;
    const known = { heardMs: clock.now(), entry: new Entry() };
    this.#connections.set(connection, known);
    connection.on("pong", () => void (known.heardMs = clock.now()));
    connection.once("close", () => void this.#connections.delete(connection));
    this.#watch(connection, request);
    limits.entering(request);
    const flow = limits.flowOf(request);
    const refused = (refusal: Refusal) => {
      limits.refused(request, refusal);
      connection.close(refusal.code, refusal.reason);
      const late = clock.after(LIMITS.goodbyeMs, () => connection.terminate());
      connection.once("close", () => late.cancel());
    };
    const { ms, refusal: silent } = limits.silence;
    const silence = flow && clock.after(ms, () => refused(silent));
    connection.once("close", () => silence?.cancel());
    const roomId = askedBy(request)?.roomId;
    guardConnection(connection, known.entry, {
      heard: () => {
        silence?.cancel();
        known.heardMs = clock.now();
      },
      flow,
      shape: () => {
        const room = roomId === undefined ? undefined : roomHere(roomId);
        return room === undefined ? undefined : inputShapeOf(room);
      },
      early: () => metrics.refused("socket", "EARLY_FRAME"),
      refused,
      threw: (error) => {
        metrics.fault("socket", "message");
        const address = request.socket.remoteAddress;
        this.#warn({ address, roomId, err: error }, "connection ended: a frame of it made something throw");
        connection.terminate();
      },
    });
    this.#accept.call(this.wss, connection, request);
  }

  #warn(about: Readonly<Record<string, unknown>>, text: string): void {
    const swallowed = this.#lines.next(String(about.address));
    if (swallowed !== undefined) this.#services.logger.warn(swallowed === 0 ? about : { ...about, swallowed }, text);
  }

  /** A stock client does not come back from SLOW. */
  #watch(connection: Connection, request: IncomingMessage): void {
    const { clock, logger, metrics } = this.#services;
    const { code } = askedBy(request)?.isOurs === true ? CODES.SLOW : CODES.MAY_TRY_RECONNECT;
    new Backlog(connection, clock, {
      code,
      reason: CloseReason.retryAfter(LIMITS.slowRetryMs),
      onSlow(why, bytes) {
        metrics.slowClosed(why);
        logger.warn({ address: request.socket.remoteAddress, code, why, bytes }, "connection closed: it is not read");
      },
    });
  }

  /** Asks who was silent, drops who was silent for too long, and who does not come in. */
  #beat(): void {
    const { clock, heartbeat, metrics } = this.#services;
    for (const [connection, { heardMs, entry }] of this.#connections) {
      const quietMs = clock.now() - heardMs;
      if (quietMs >= heartbeat.deadAfterMs) connection.terminate();
      else if (entry.isLate(clock.now(), connection.listenerCount("message") > 0)) {
        metrics.refused("socket", "MAY_TRY_RECONNECT");
        connection.close(CODES.MAY_TRY_RECONNECT.code, "");
      } else if (quietMs >= heartbeat.everyMs / 2) connection.ping();
    }
    this.#heart = clock.after(heartbeat.everyMs, () => this.#beat());
  }
}
