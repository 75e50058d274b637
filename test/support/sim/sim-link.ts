/**
 * A WebSocket without a network: two ends in one process, and between them a line that one seed and one clock rule. Frames keep
 * their order in each direction; what is on its way when the line is cut is lost, as on a network.
 */
import { EventEmitter } from "node:events";
import type { IncomingMessage } from "node:http";
import type { ClientSocket } from "@ninelives/client";
import type { ManualClock } from "../manual-clock.ts";

const OPEN = 1;
const CLOSED = 3;

/** How a line behaves now. */
export interface Weather {
  /** Longest delay of a frame, ms. */
  delayMs: number;
  /** Frames of neither direction arrive, and nobody is told. */
  blackHole: boolean;
}

/** The server's end: as much of a `ws` WebSocket as the transport and the rooms use. */
class ServerEnd extends EventEmitter {
  readyState = OPEN;
  readonly #line: SimLine;

  constructor(line: SimLine) {
    super();
    this.#line = line;
  }

  send(data: Uint8Array, _options?: unknown, sent?: () => void): void {
    if (this.readyState === OPEN) this.#line.toClient(Uint8Array.from(data));
    sent?.();
  }

  ping(): void {
    this.#line.carry("up", () => this.emit("pong"));
  }

  close(code = 1005, reason = ""): void {
    if (this.readyState === CLOSED) return;
    this.#line.carry("down", () => this.#line.endClient(code, reason));
    this.end(code);
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
  onmessage: ClientSocket["onmessage"] = null;
  onclose: ClientSocket["onclose"] = null;
  onerror: ClientSocket["onerror"] = null;
  isOpen = true;
  readonly #server = new ServerEnd(this);
  readonly #clock: ManualClock;
  readonly #random: () => number;
  readonly #weather: Weather;
  readonly #freeMs = { up: 0, down: 0 };
  readonly #onTheWay: Record<"up" | "down", (() => void)[]> = { up: [], down: [] };
  #isCut = false;

  constructor(clock: ManualClock, random: () => number, weather: Weather) {
    this.#clock = clock;
    this.#random = random;
    this.#weather = weather;
  }

  /** Opens the line to a host, one delay later. */
  open(url: string, take: (connection: EventEmitter, request: IncomingMessage) => void): this {
    const { pathname, search } = new URL(url);
    const request = { url: pathname + search, headers: {}, socket: { remoteAddress: "127.0.0.1" } };
    this.carry("up", () => take(this.#server, request as unknown as IncomingMessage));
    return this;
  }

  send(data: Uint8Array): void {
    const frame = Buffer.from(data);
    this.carry("up", () => this.#server.readyState === OPEN && this.#server.emit("message", frame, true));
  }

  toClient(data: Uint8Array): void {
    const { buffer } = data;
    this.carry("down", () => this.isOpen && this.onmessage?.({ data: buffer }));
  }

  /** The client's end says goodbye. */
  close(): void {
    this.carry("up", () => this.#server.end(1005));
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
  carry(way: "up" | "down", arrive: () => void): void {
    const nowMs = this.#clock.now();
    const atMs = Math.max(this.#freeMs[way], nowMs + this.#random() * this.#weather.delayMs);
    this.#freeMs[way] = atMs;
    this.#onTheWay[way].push(arrive);
    this.#clock.after(atMs - nowMs, () => this.#deliver(way));
  }

  /** The oldest frame arrives. In a black hole it waits, as TCP sends it again, and everything behind it. */
  #deliver(way: "up" | "down"): void {
    if (this.#isCut) return;
    if (this.#weather.blackHole) this.#clock.after(50, () => this.#deliver(way));
    else this.#onTheWay[way].shift()?.();
  }
}
