/**
 * Where a host's HTTP server is reached: on a port of its own, and beside other processes of this machine on a shared one.
 *
 * The shared port is one listening socket in several processes (the supervisor's cluster hands it out), so what waits in its queue
 * is taken by whichever process comes first: nobody waits for a process that hangs, and nobody is refused because one ends. With a
 * socket per process (SO_REUSEPORT) a frozen process would keep its share waiting, and each end would reset what it had queued.
 */
import type { Server as HttpServer } from "node:http";
import { type AddressInfo, createServer, type ListenOptions, type Server, type Socket } from "node:net";
import { NetError } from "@ninelives/shared-schema";
import type { Clock } from "../tick/clock.ts";

/** How long a request that is under way may hold up the end of a host that shares its port, ms. */
const LAST_REQUESTS_MS = 250;

export interface Ports {
  /** The host's own; 0 takes a free one. */
  readonly port: number;
  /** One that other processes listen on too. Default: none. */
  readonly sharedPort?: number | undefined;
}

export interface Listening {
  /** The own port. */
  readonly port: number;
  /** Takes its part of the shared port, when there is one. Rejects with PORT_TAKEN. */
  join(): Promise<void>;
  /** New connections of the shared port go to the other processes from now on, and so does who holds one, after the next answer. */
  leave(): void;
  /** This connection came through the shared port and was left: another process answers who comes again. */
  hasLeft(connection: Socket): boolean;
  /** Ends every connection. Who shares a port answers first what was asked. */
  close(): Promise<void>;
}

/** Listens on the own port. Rejects with PORT_TAKEN when it is in use. */
export async function listen(http: HttpServer, { port, sharedPort }: Ports, clock: Clock): Promise<Listening> {
  const own = await open(http, { port, exclusive: true });
  if (sharedPort === undefined) {
    return {
      port: own.port,
      join: () => Promise.resolve(),
      leave: () => {},
      hasLeft: () => false,
      close: () => Promise.resolve(http.closeAllConnections()),
    };
  }
  const connections = new Set<Socket>();
  const ofShared = new WeakSet<Socket>();
  http.on("connection", (socket: Socket) => {
    connections.add(socket);
    socket.once("close", () => connections.delete(socket));
  });
  // As http's own server does it: answers may follow the client's end, and small frames leave at once.
  const shared = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    ofShared.add(socket);
    http.emit("connection", socket);
  });
  return {
    port: own.port,
    join: () => open(shared, { port: sharedPort }).then(() => {}),
    leave() {
      shared.close();
      http.prependListener("request", (_request, response) => response.setHeader("connection", "close"));
    },
    hasLeft: (connection) => !shared.listening && ofShared.has(connection),
    async close() {
      http.closeIdleConnections();
      await emptied(connections, clock);
      http.closeAllConnections();
    },
  };
}

function open(server: Server, options: ListenOptions): Promise<AddressInfo> {
  const { port } = options;
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EADDRINUSE") reject(error);
      else
        reject(
          new NetError("PORT_TAKEN", `port ${port} is in use: stop the other program, or start with PORT=${port! + 1}`),
        );
    });
    server.listen(options, () => resolve(server.address() as AddressInfo));
  });
}

/** Resolves when the last connection is gone, or after LAST_REQUESTS_MS. */
function emptied(connections: ReadonlySet<Socket>, clock: Clock): Promise<void> {
  if (connections.size === 0) return Promise.resolve();
  return new Promise((resolve) => {
    const late = clock.after(LAST_REQUESTS_MS, resolve);
    const look = () => {
      if (connections.size > 0) return;
      late.cancel();
      resolve();
    };
    for (const socket of connections) socket.once("close", look);
  });
}
