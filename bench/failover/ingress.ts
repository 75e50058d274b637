/** One address before several hosts, as a load balancer is: every connection goes to the next host that takes it. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

export interface Ingress {
  readonly url: string;
  stop(): void;
}

/** `urls`: the hosts of the moment, asked at every connection. */
export async function startIngress(urls: () => readonly string[]): Promise<Ingress> {
  const open = new Set<Socket>();
  let turn = 0;
  const pass = (socket: Socket, triesLeft: number) => {
    const hosts = urls();
    const host = connect(Number(new URL(hosts[turn++ % hosts.length]!).port), "localhost");
    host.once("connect", () => {
      host.removeAllListeners("error").on("error", () => socket.destroy());
      host.once("close", () => socket.destroy());
      socket.once("close", () => host.destroy());
      socket.pipe(host).pipe(socket);
    });
    host.once("error", () => (triesLeft > 0 ? pass(socket, triesLeft - 1) : socket.destroy()));
  };
  const server = createServer({ noDelay: true }, (socket) => {
    open.add(socket);
    socket.once("close", () => open.delete(socket)).on("error", () => {});
    pass(socket, urls().length);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    stop() {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}
