/** The two ends of a proxied connection, bare half-open sockets: what each was told, and how it ended. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import type { Clock } from "../../src/clock.ts";
import type { Ending } from "../../src/impair/lane.ts";
import { type Proxy, type ProxyOptions, startProxy } from "../../src/impair/proxy.ts";
import { until } from "../../../test/support/until.ts";

export class Peer {
  readonly socket: Socket;
  /** How the other side, as far as this one knows, has ended. */
  ended: Ending | undefined;
  readonly #chunks: Buffer[] = [];

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on("data", (chunk: Buffer) => this.#chunks.push(chunk));
    socket.on("end", () => (this.ended = "close"));
    socket.on("error", () => (this.ended = "reset"));
  }

  get received(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  get text(): string {
    return this.received.toString();
  }

  send(data: string | Uint8Array): void {
    this.socket.write(data);
  }
}

export interface Scene {
  readonly proxy: Proxy;
  /** The server's ends of all connections, oldest first. */
  readonly servers: readonly Peer[];
  /** A client, once the proxy has taken it in. */
  dial(): Promise<Peer>;
  /** A client and its server's end. */
  pair(): Promise<{ client: Peer; server: Peer }>;
  stop(): Promise<void>;
}

export async function startScene(clock: Clock, options: Partial<ProxyOptions> = {}): Promise<Scene> {
  const servers: Peer[] = [];
  const clients: Peer[] = [];
  const listener = createServer({ allowHalfOpen: true }, (socket) => servers.push(new Peer(socket))).listen(
    0,
    "127.0.0.1",
  );
  await once(listener, "listening");
  const { port } = listener.address() as AddressInfo;
  const proxy = await startProxy({ to: { host: "127.0.0.1", port }, clock, random: () => 0.5, ...options });
  const dial = async (): Promise<Peer> => {
    const { accepted, refused } = proxy.stats;
    const client = new Peer(connect({ port: proxy.port, host: "127.0.0.1", allowHalfOpen: true }));
    clients.push(client);
    await until("the proxy to see the connection", () => {
      const { stats } = proxy;
      return stats.accepted > accepted || stats.refused > refused;
    });
    return client;
  };
  return {
    proxy,
    servers,
    dial,
    async pair() {
      const count = servers.length;
      const client = await dial();
      return { client, server: await until("the server's end", () => servers[count]) };
    },
    async stop() {
      await proxy.stop();
      for (const { socket } of [...clients, ...servers]) socket.destroy();
      if (!listener.listening) return;
      listener.close();
      await once(listener, "close");
    },
  };
}

/** Resolves when that is all the peer has been told. */
export function hears(peer: Peer, text: string): Promise<true> {
  return until(`"${text}" to arrive`, () => peer.text === text);
}

/** Resolves when the peer has been told of the end, in that way. */
export function endsWith(peer: Peer, how: Ending): Promise<true> {
  return until(`the connection's end by ${how}`, () => peer.ended === how);
}
