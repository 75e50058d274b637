/**
 * One connection through the proxy: the client's socket, the server's, and a lane each way between them.
 *
 *   client  == up ==>  server      what one side ends, the other learns at the end of the lane
 *          <== down ==
 *
 * The server is dialled when the first bytes could reach it, so a client that comes in a black hole is taken in and hears
 * nothing until the hole ends, as one whose first packet is sent again and again.
 */
import type { Socket } from "node:net";
import type { Clock } from "../clock.ts";
import { type Ending, Lane, type LaneEnds, type LaneStats } from "./lane.ts";
import type { Profile } from "./profile.ts";

export type Side = "client" | "server";

export interface LinkServices {
  /** A socket on its way to the server; half-open, as the client's. */
  readonly dial: () => Socket;
  readonly clock: Clock;
  readonly random: () => number;
  readonly stats: { readonly up: LaneStats; readonly down: LaneStats };
  /** Both sockets are closed and no timer is left. */
  readonly onGone: () => void;
}

export class Link {
  readonly #client: Socket;
  readonly #services: LinkServices;
  readonly #up: Lane;
  readonly #down: Lane;
  #server: Socket | undefined;
  #abandoned = false;

  constructor(client: Socket, profile: Profile, held: boolean, services: LinkServices) {
    const { clock, random, stats } = services;
    const server = () => this.#server;
    this.#client = client;
    this.#services = services;
    this.#up = new Lane(
      profile.up,
      between(() => client, server),
      stats.up,
      clock,
      random,
    );
    this.#down = new Lane(
      profile.down,
      between(server, () => client),
      stats.down,
      clock,
      random,
    );
    this.#wire(client, this.#up, this.#down);
    client.once("end", () => this.#server === undefined && client.destroy());
    this.hold(held);
  }

  /** Both sides are there, and what one says the other will hear. */
  get alive(): boolean {
    return !this.#abandoned && this.#sockets.every((socket) => !socket.destroyed);
  }

  /** Ends both sides now, whatever is under way: "reset" as a crash does, "close" as a server that goes home does. */
  cut(how: Ending): void {
    this.#abandon();
    for (const socket of this.#sockets) finish(socket, how);
  }

  /** One side is reset, the other is told nothing: what it sends is swallowed, until it gives up by itself. */
  halfOpen(dropped: Side): void {
    this.#abandon();
    const [lost, left] = dropped === "client" ? [this.#client, this.#server] : [this.#server, this.#client];
    left?.once("end", () => left.destroy());
    lost?.resetAndDestroy();
  }

  /** While held nothing passes either way, no goodbye either. */
  hold(on: boolean): void {
    if (this.#abandoned) return;
    if (!on && this.#server === undefined) this.#dial();
    this.#up.hold(on);
    this.#down.hold(on);
  }

  setProfile({ up, down }: Profile): void {
    this.#up.setProfile(up);
    this.#down.setProfile(down);
  }

  /** Lets everything go at once; resolves when it is gone. */
  async destroy(): Promise<void> {
    this.#abandon();
    const open = this.#sockets.filter(({ closed }) => !closed);
    const gone = open.map((socket) => new Promise((resolve) => socket.once("close", resolve)));
    for (const socket of open) socket.destroy();
    await Promise.all(gone);
  }

  #dial(): void {
    this.#server = this.#services.dial();
    this.#wire(this.#server, this.#down, this.#up);
  }

  /** `from` carries what the socket says, `to` what it is told. */
  #wire(socket: Socket, from: Lane, to: Lane): void {
    socket.setNoDelay(true);
    socket.on("data", (chunk: Buffer) => from.push(chunk));
    socket.on("drain", () => to.drained());
    socket.on("end", () => from.end("close"));
    socket.on("error", () => from.end("reset"));
    socket.on("close", () => {
      to.stop();
      if (!this.#sockets.every(({ closed }) => closed)) return;
      this.#abandon();
      this.#services.onGone();
    });
  }

  #abandon(): void {
    this.#abandoned = true;
    this.#up.stop();
    this.#down.stop();
  }

  get #sockets(): readonly Socket[] {
    return this.#server === undefined ? [this.#client] : [this.#client, this.#server];
  }
}

function between(source: () => Socket | undefined, sink: () => Socket | undefined): LaneEnds {
  return {
    write: (bytes) => {
      const socket = sink();
      return socket === undefined || socket.destroyed || socket.write(bytes);
    },
    finish: (how) => finish(sink(), how),
    flow: (on) => (on ? source()?.resume() : source()?.pause()),
  };
}

function finish(socket: Socket | undefined, how: Ending): void {
  if (how === "reset") socket?.resetAndDestroy();
  else socket?.end();
}
