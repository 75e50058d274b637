/**
 * A running host: configuration in, a listening server out. Everything real is made here (clock, store, metrics, sockets) and
 * handed down; nothing below reaches for a global, except Colyseus's matchmaker, of which a process has one.
 */
import { randomBytes, randomInt } from "node:crypto";
import type { EventEmitter } from "node:events";
import { existsSync } from "node:fs";
import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import { matchMaker, type Room } from "@colyseus/core";
import type { RoomType } from "@ninelives/shared-schema";
import { useLogger } from "./adapter.ts";
import type { Heartbeat, Host, StoreChoice } from "./config.ts";
import { createHttp } from "./inspect/http.ts";
import { consoleLike, type Logger } from "./inspect/logger.ts";
import { Metrics } from "./inspect/metrics.ts";
import { FileStore } from "./log/file-store.ts";
import { nameLeftovers } from "./log/leftovers.ts";
import { MemoryStore } from "./log/memory-store.ts";
import type { LogStore } from "./log/store.ts";
import { createBackend, Directory, type DirectoryBackend } from "./matchmaking/directory.ts";
import { seatIn } from "./room/protect.ts";
import { sealGame } from "./room/seal-game.ts";
import { sealPlain } from "./room/seal-plain.ts";
import type { RoomServices } from "./room/services.ts";
import { type Asked, greet } from "./session/greetings.ts";
import { newSecret } from "./session/token.ts";
import type { Others } from "./socket/door.ts";
import { listen } from "./socket/listen.ts";
import { GuardedTransport } from "./socket/transport.ts";
import { systemClock } from "./system-clock.ts";
import type { Clock, Timer } from "./tick/clock.ts";
import { HostTopics } from "./topics/host-topics.ts";
import { MemoryBoard } from "./topics/memory-board.ts";
import { RedisBoard } from "./topics/redis-board.ts";

export const VERSION = "0.1.0";
/** How long a process's pid stays known to the others without being said again, and how often it is said. */
const PID_TTL_SECONDS = 60;
const PID_EVERY_MS = 20_000;

export interface HostOptions {
  /** TCP port; 0 takes a free one. */
  readonly port: number;
  /** A port that other processes of this machine listen on too, beside this host's own. Default: none. */
  readonly sharedPort?: number | undefined;
  readonly logger: Logger;
  /** Share matchmaking with other processes. Default: this process alone. */
  readonly redisUrl?: string | undefined;
  /**
   * Where players reach this process when another one sends them here: `host:port`. Default: the host name they used for the
   * other process, with this one's port. With a shared port only the host name of it counts: the port is this host's own.
   */
  readonly publicAddress?: string | undefined;
  /** Hides pids. Default false. */
  readonly production?: boolean;
  /** Default: the system's. */
  readonly clock?: Clock;
  /** Where logs live, in place of the configuration's choice. The host closes it. */
  readonly store?: LogStore;
  /** In place of the configuration's. */
  readonly heartbeat?: Heartbeat;
  /** What is known of other processes. Default: this one is alone. */
  readonly others?: Others;
}

export interface RunningHost {
  readonly port: number;
  readonly url: string;
  readonly processId: string;
  readonly store: LogStore;
  /** A room of this process; undefined when it is not here. */
  room(roomId: string): Room | undefined;
  /** Takes a connection that another carrier than TCP brings: `connection` has what a `ws` WebSocket has. */
  take(connection: EventEmitter, request: IncomingMessage): void;
  /** Takes no more players, ends every room, lets everything go. */
  stop(): Promise<void>;
}

/** Rejects with PORT_TAKEN when the port is in use. */
export async function startHost(host: Host, options: HostOptions): Promise<RunningHost> {
  const { logger, clock = systemClock } = options;
  const backend = await createBackend(options.redisUrl);
  let answer: RequestListener = (_request, response) => response.writeHead(503, { "retry-after": "1" }).end();
  const http = createServer({ requestTimeout: 15_000, headersTimeout: 10_000 }, (request, response) =>
    answer(request, response),
  );
  const listening = await listen(http, options, clock).catch(async (error: unknown) => {
    await closeBackend(backend);
    throw error;
  });
  const { port } = listening;
  const metrics = new Metrics(() => ({ rooms: matchMaker.stats.local.roomCount, players: matchMaker.stats.local.ccu }));
  const store = options.store ?? (await openStore(host.store, clock, logger, metrics));
  await nameLeftovers(store, logger);
  const others = options.others ?? alone;
  const transport = new GuardedTransport({
    server: http,
    logger,
    metrics,
    clock,
    heartbeat: options.heartbeat ?? host.heartbeat,
    whereabouts: others,
    greet: (socket, request) => greet(socket, request, askedBy(request)),
  });
  useLogger(consoleLike(logger.child({ from: "colyseus" })), {
    transport,
    ...backend,
    publicAddress: addressOf(options, port),
  });
  const hostTopics = openTopics(options.redisUrl, clock, logger, metrics);
  const services: RoomServices = {
    clock,
    logger,
    metrics,
    store,
    owner: matchMaker.processId,
    hostTopics,
    seatHoldSeconds: host.seatHoldSeconds,
    seed: () => randomInt(2 ** 32),
    secret: newSecret,
    topicEpoch: newTopicEpoch,
  };
  const types = register(host, services);
  await matchMaker.accept();
  const pids = announcePid(backend, clock);
  let ready = true;
  answer = createHttp({
    directory: new Directory(types, {
      doors: () => others.doors(),
      relay: options.others !== undefined,
      sharesPort: options.sharedPort !== undefined,
    }),
    metrics,
    logger,
    origins: host.origins,
    pages: host.pages !== undefined && existsSync(host.pages) ? host.pages : undefined,
    ready: () => ready,
    pidOf: options.production === true ? undefined : (processId) => pids.of(processId),
    health: () => ({
      processId: matchMaker.processId,
      version: VERSION,
      rooms: matchMaker.stats.local.roomCount,
      players: matchMaker.stats.local.ccu,
    }),
  });
  const running: RunningHost = {
    port,
    url: `http://localhost:${port}`,
    processId: matchMaker.processId,
    store,
    room: (roomId) => matchMaker.getLocalRoomById(roomId),
    take: (connection, request) => transport.take(connection, request),
    async stop() {
      ready = false;
      listening.leave();
      pids.stop();
      await matchMaker.gracefullyShutdown();
      transport.shutdown();
      await listening.close();
      await hostTopics.close();
      await store.close();
      await closeBackend(backend);
      metrics.close();
    },
  };
  await listening.join().catch(async (error: unknown) => {
    await running.stop();
    throw error;
  });
  return running;
}

/** Nothing is known of other processes. */
const alone: Others = {
  where: async (roomId) => (matchMaker.getLocalRoomById(roomId) === undefined ? "gone" : "here"),
  doors: () => [],
};

/** Where players reach this process when another one sends them here. */
function addressOf({ publicAddress, sharedPort }: HostOptions, port: number): string {
  if (sharedPort === undefined) return publicAddress ?? `:${port}`;
  return `${(publicAddress ?? "").replace(/:\d*$/, "")}:${port}`;
}

/** The seat a socket asks for: `/<processId>/<roomId>?sessionId=…`. */
function askedBy({ url = "/" }: IncomingMessage): Asked | undefined {
  const { pathname, searchParams } = new URL(url, "ws://server");
  return seatIn(matchMaker.getLocalRoomById(pathname.split("/").at(-1)!), searchParams.get("sessionId") ?? "");
}

async function closeBackend({ presence, driver }: DirectoryBackend): Promise<void> {
  presence.shutdown();
  await driver.shutdown();
}

function register(host: Host, services: RoomServices): Map<string, RoomType | undefined> {
  const types = new Map<string, RoomType | undefined>();
  for (const [name, entry] of host.rooms) {
    const sealed =
      entry.kind === "plain"
        ? sealPlain(name, entry.room, services)
        : sealGame(entry.type, entry.room, services, entry.tuning);
    matchMaker.defineRoomType(name, sealed);
    types.set(name, entry.kind === "plain" ? undefined : entry.type);
  }
  return types;
}

async function openStore(choice: StoreChoice, clock: Clock, logger: Logger, metrics: Metrics): Promise<LogStore> {
  if (choice.kind === "memory") return new MemoryStore(clock);
  return new FileStore({
    dir: choice.dir,
    clock,
    onFault(message, error) {
      metrics.fault("store", "append");
      logger.error({ err: error }, message);
    },
  });
}

function openTopics(redisUrl: string | undefined, clock: Clock, logger: Logger, metrics: Metrics): HostTopics {
  const onFault = (error: unknown) => {
    metrics.fault("host", "topics");
    logger.error({ err: error }, "topics of the host");
  };
  return new HostTopics(
    (hooks) =>
      redisUrl === undefined
        ? new MemoryBoard(hooks, newTopicEpoch())
        : new RedisBoard(redisUrl, hooks, newTopicEpoch, onFault),
    clock,
    onFault,
  );
}

function newTopicEpoch(): string {
  return randomBytes(8).toString("base64url");
}

/** Says which pid a process id belongs to, for tests and operators who want to kill the right one. */
function announcePid({ presence }: DirectoryBackend, clock: Clock) {
  const key = (processId: string) => `ninelives:pid:${processId}`;
  let timer: Timer | undefined;
  const say = () => {
    void presence.setex(key(matchMaker.processId), String(process.pid), PID_TTL_SECONDS);
    timer = clock.after(PID_EVERY_MS, say);
  };
  say();
  return {
    stop: () => timer?.cancel(),
    async of(processId: string): Promise<number | undefined> {
      if (processId === matchMaker.processId) return process.pid;
      const pid: unknown = await presence.get(key(processId));
      return pid === null || pid === undefined ? undefined : Number(pid);
    },
  };
}
