/** A TCP relay whose clients' devices stop reading when a test says so: for SDKs, whose sockets cannot be paused. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

export interface Pausable {
  readonly url: string;
  /** Nothing more is read for the connections there are. */
  pause(): void;
  resume(): void;
  stop(): void;
}

export async function startPausable(port: number): Promise<Pausable> {
  const sockets = new Set<Socket>();
  const upstream = new Set<Socket>();
  const server = createServer({ noDelay: true }, (player) => {
    const host = connect({ port, host: "127.0.0.1", noDelay: true });
    upstream.add(host);
    for (const [from, to] of [
      [player, host],
      [host, player],
    ] as const) {
      sockets.add(from);
      from.on("error", () => {});
      from.on("data", (bytes: Buffer) => to.write(bytes));
      from.once("close", () => to.destroySoon());
    }
  }).listen(0);
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    pause: () => upstream.forEach((socket) => void socket.pause()),
    resume: () => upstream.forEach((socket) => void socket.resume()),
    stop() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
