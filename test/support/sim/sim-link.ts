/**
 * A WebSocket without a network: two ends in one process, and between them a line that one seed and one clock rule. Frames keep
 * their order in each direction; what is on its way when the line is cut is lost, as on a network.
 */
import { EventEmitter } from "node:events";
import type { IncomingMessage } from "node:http";
import type { ClientSocket } from "@ninelives/client";
import type { Clock } from "@ninelives/server";

const OPEN = 1;
const CLOSING = 2;
const CLOSED = 3;

/** How long an end that said goodbye waits for the other's, ms: as `ws` does. */
const CLOSE_MS = 30_000;
/** How often a frame in a black hole is sent again, ms. */
const AGAIN_MS = 50;

type Way = "up" | "down";

/** How a line behaves now. */
export interface Weather {
  /** Longest delay of a frame, ms. */
  delayMs: number;
  /** Most bytes per ms in each direction. */
  bytesPerMs: number;
  /** Frames of neither direction arrive, and nobody is told. */
  blackHole: boolean;
}

export const CALM: Readonly<Weather> = { delayMs: 20, bytesPerMs: Number.POSITIVE_INFINITY, blackHole: false };

/** The server's end: as much of a `ws` WebSocket as the transport and the rooms use. It hears frames until the goodbye is answered. */
class ServerEnd extends EventEmitter {
  readyState = OPEN;
  readonly #line: SimLine;
  readonly #clock: Clock;

  constructor(line: SimLine, clock: Clock) {
    super();
    this.#line = line;
    this.#clock = clock;
  }

  send(data: Uint8Array, _options?: unknown, sent?: () => void): void {
    if (this.readyState === OPEN) this.#line.toClient(Uint8Array.from(data));
    sent?.();
  }

  ping(): void {
    this.#line.carry("up", 2, () => this.emit("pong"));
  }

  close(code = 1005, reason = ""): void {
    if (this.readyState !== OPEN) return;
    this.readyState = CLOSING;
    this.#line.carry("down", 4, () => {
      this.#line.endClient(code, reason);
      this.#line.carry("up", 4, () => this.end(code));
    });
    this.#clock.after(CLOSE_MS, () => this.end(1006));
  }

  terminate(): void {
    this.end(1006);
  }

  end(code: number): void {
    if (this.readyState === CLOSED) return;
    this.readyState = CLOSED;
    this.emit("close", code, Buffer.alloc(0));
  }
}

export class SimLine implements ClientSocket {
  binaryType = "arraybuffer";
  onopen: ClientSocket["onopen"] = null;
  onmessage: ClientSocket["onmessage"] = null;
  onclose: ClientSocket["onclose"] = null;
  onerror: ClientSocket["onerror"] = null;
  isOpen = true;
  readonly #server: ServerEnd;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #weather: Weather;
  readonly #freeMs = { up: 0, down: 0 };
  readonly #onTheWay: Record<Way, (() => void)[]> = { up: [], down: [] };
  #isCut = false;

  constructor(clock: Clock, random: () => number, weather: Weather) {
    this.#clock = clock;
    this.#random = random;
    this.#weather = weather;
    this.#server = new ServerEnd(this, clock);
  }

  /** Opens the line to a host, one delay later. */
  open(
    url: string,
    subprotocols: readonly string[],
    take: (connection: EventEmitter, request: IncomingMessage) => void,
  ): this {
    this.#clock.after(0, () => this.isOpen && this.onopen?.());
    const { pathname, search } = new URL(url);
    const headers = { "sec-websocket-protocol": subprotocols.join(", ") };
    const request = { url: pathname + search, headers, socket: { remoteAddress: "127.0.0.1" } };
    this.carry("up", 200, () => take(this.#server, request as unknown as IncomingMessage));
    return this;
  }

  send(data: Uint8Array): void {
    const frame = Buffer.from(data);
    this.carry(
      "up",
      frame.length,
      () => this.#server.readyState !== CLOSED && this.#server.emit("message", frame, true),
    );
  }

  toClient(data: Uint8Array): void {
    const { buffer } = data;
    this.carry("down", data.length, () => this.isOpen && this.onmessage?.({ data: buffer }));
  }

  /** The client's end says goodbye. */
  close(): void {
    this.carry("up", 4, () => this.#server.end(1005));
    this.isOpen = false;
  }

  endClient(code: number, reason = ""): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.onclose?.({ code, reason });
  }

  /** The network drops the line: what was on its way is lost. Each side is told, or not until its own watch finds out. */
  cut(tellClient: boolean, tellServer: boolean): void {
    this.#isCut = true;
    if (tellServer) this.#server.end(1006);
    if (tellClient) this.endClient(1006);
  }

  /** Runs `arrive` after this direction's delay, after everything sent before it. */
  carry(way: Way, bytes: number, arrive: () => void): void {
    const { delayMs, bytesPerMs } = this.#weather;
    const nowMs = this.#clock.now();
    const sentMs = Math.max(this.#freeMs[way], nowMs + Math.floor(this.#random() * delayMs));
    this.#freeMs[way] = sentMs + Math.floor(bytes / bytesPerMs);
    this.#onTheWay[way].push(arrive);
    this.#clock.after(this.#freeMs[way] - nowMs, () => this.#deliver(way));
  }

  /** The oldest frame arrives. In a black hole it waits, as TCP sends it again, and everything behind it. */
  #deliver(way: Way): void {
    if (this.#isCut) return;
    if (this.#weather.blackHole) this.#clock.after(AGAIN_MS, () => this.#deliver(way));
    else this.#onTheWay[way].shift()?.();
  }
}
