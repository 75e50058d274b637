/**
 * Passes a connection on to the process that has its room, byte by byte, for clients that cannot be sent elsewhere: a stock one opens
 * the same address again and again. The WebSocket is between the player and that process; here are two TCP connections and no
 * frame is read.
 *
 *   player --- request, bytes ---> this process --- request + who it is from, bytes ---> the room's process
 *
 * A connection is passed on once: a process that is asked in this way and has not the room either says come again. When one side
 * ends, what it said last is delivered, and the other side ends.
 */
import type { IncomingMessage } from "node:http";
import { connect, type Socket } from "node:net";
import { LIMITS } from "@ninelives/shared-schema";
import type { Clock } from "../tick/clock.ts";

/** Header of a request that was passed on. */
const RELAYED = "ninelives-relayed";
/** Longest wait for the other process to take a connection, ms. */
const CONNECT_MS = 1_000;

export class Relays {
  readonly #clock: Clock;
  /** Sockets of players, from the first attempt on. */
  readonly #players = new Set<Socket>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get count(): number {
    return this.#players.size;
  }

  /**
   * Resolves with true once the request is on its way to `inner`, a `host:port`; with false, and nothing of the socket was used, when
   * nobody takes it there, when it was passed on before, and at LIMITS.relayedSockets. `head`: what came behind the request.
   */
  async begin(request: IncomingMessage, socket: Socket, head: Buffer, inner: string): Promise<boolean> {
    if (request.headers[RELAYED] !== undefined || this.#players.size >= LIMITS.relayedSockets) return false;
    this.#players.add(socket);
    socket.once("close", () => this.#players.delete(socket));
    const other = await this.#reach(inner, socket);
    if (other === undefined) {
      this.#players.delete(socket);
      return false;
    }
    other.write(requestText(request, socket.remoteAddress), "latin1");
    other.write(head);
    join(socket, other);
    return true;
  }

  /** Ends every connection that is passed on. */
  close(): void {
    for (const socket of this.#players) socket.destroy();
  }

  /** undefined when nobody is there in time, or the player has gone. */
  #reach(inner: string, player: Socket): Promise<Socket | undefined> {
    return new Promise((resolve) => {
      const { hostname, port } = new URL(`tcp://${inner}`);
      const socket = connect({ host: hostname.replace(/^\[|\]$/g, ""), port: Number(port), noDelay: true });
      const give = (reached: Socket | undefined) => {
        timer.cancel();
        player.off("close", giveUp);
        if (reached === undefined) socket.destroy();
        resolve(reached);
      };
      const giveUp = () => give(undefined);
      const timer = this.#clock.after(CONNECT_MS, giveUp);
      player.once("close", giveUp);
      socket.on("error", giveUp);
      socket.once("connect", () => give(socket));
    });
  }
}

/** From now on each is the other's end. */
function join(player: Socket, other: Socket): void {
  for (const [from, to] of [
    [player, other],
    [other, player],
  ] as const) {
    from.on("error", () => {});
    from.once("close", () => to.destroySoon());
    from.pipe(to);
  }
}

/** The request as it came, and who it came from. Node has read these headers, so none of them holds a line's end. */
function requestText({ method, url, httpVersion, rawHeaders, headers }: IncomingMessage, from = ""): string {
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!;
    if (name.toLowerCase() !== "x-forwarded-for") lines.push(`${name}: ${rawHeaders[at + 1]}`);
  }
  const hops = [headers["x-forwarded-for"], from].flat().filter(Boolean);
  return [...lines, `x-forwarded-for: ${hops.join(", ")}`, `${RELAYED}: 1`, "", ""].join("\r\n");
}
