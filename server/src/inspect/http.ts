/**
 * The host's HTTP surface: probes, metrics, the public room list, matchmaking for every client, and the pages.
 * Matchmaking bodies are bounded; a page of another origin gets an answer it may read only when its origin is listed.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { CLIENT_HEADER, NetError } from "@ninelives/shared-schema";
import sirv from "sirv";
import type { Accounts } from "../auth/accounts.ts";
import { renewSeat } from "../auth/renewal.ts";
import type { Directory } from "../matchmaking/directory.ts";
import type { Lobby } from "../matchmaking/lobby.ts";
import { type DevServices, devRoute } from "./dev-rooms.ts";
import { streamLobby } from "./event-stream.ts";
import { readJson, type Reply, send } from "./exchange.ts";
import type { Logger } from "./logger.ts";
import type { ClientAddresses } from "../limits/client-addresses.ts";
import type { Gate } from "../limits/gate.ts";
import { ForeignOrigin, type Origins } from "../limits/origins.ts";
import { STORE_PATH, type StoreAnswer } from "../ownership/peers.ts";
import type { Metrics } from "./metrics.ts";
import { type Operator, SIGN_OUT_PATH } from "./operator.ts";
import { statusOf } from "./status.ts";

export interface HttpServices {
  readonly directory: Directory;
  readonly lobby: Lobby;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly health: () => HostHealth;
  /** false while starting or draining. */
  readonly ready: () => boolean;
  /** It has too much to do: it has its rooms and players, and makes no new room. */
  readonly isFull: () => boolean;
  /** What it gave up last because it has much to do; undefined: nothing. */
  readonly rung: () => string | undefined;
  /** Seats can be found; while they cannot the process still has its rooms, and whoever comes back to them. */
  readonly isAnswering: () => boolean;
  /** Whoever asks the same again, on another connection, asks another process. */
  readonly isElsewhere: (request: IncomingMessage) => boolean;
  /** What another process of the same store is told that asks. */
  readonly store: () => StoreAnswer;
  /** Adds `pid` to answers; never in production. */
  readonly pidOf: ((processId: string) => Promise<number | undefined>) | undefined;
  /** Never in production: there is nothing of it then. */
  readonly dev: DevServices | undefined;
  /** Folder of the built pages; undefined serves none. */
  readonly pages: string | undefined;
  readonly accounts: Accounts;
  readonly operator: Operator;
  /** Ends all sessions of an account. */
  readonly signOut: (userId: string) => Promise<void>;
  readonly gate: Gate;
  readonly addresses: ClientAddresses;
  readonly origins: Origins;
}

export interface HostHealth {
  readonly processId: string;
  readonly version: string;
  readonly rooms: number;
  readonly players: number;
}

/** Answered also over a connection too many: who watches the host must not take a full one for a dead one. */
const PROBES: ReadonlySet<string> = new Set(["/healthz", "/readyz", "/metrics", STORE_PATH]);

export function createHttp(services: HttpServices): RequestListener {
  const pages = services.pages === undefined ? undefined : sirv(services.pages, { etag: true, dev: false });
  return (request, response) => {
    const url = URL.parse(request.url ?? "/", "http://host");
    if (url === null) {
      send(response, { status: 400, body: { error: "an address that can be read expected" } });
      return;
    }
    const refusal = PROBES.has(url.pathname) ? undefined : services.gate.refusalOf(request, "http");
    if (refusal !== undefined) {
      response.setHeader("connection", "close");
      send(response, refused(refusal));
      return;
    }
    allowOrigin(request, response, services.origins);
    if (request.method === "OPTIONS") {
      response.writeHead(204).end();
      return;
    }
    if (request.method === "GET" && url.pathname === "/rooms/stream") {
      if (!streamLobby(services.lobby, request, response)) response.writeHead(503, { "retry-after": "1" }).end();
      return;
    }
    const forbidden = services.operator.refusalOf(request, url);
    if (forbidden !== undefined) {
      services.gate.refused(request, "http", forbidden);
      response.setHeader("www-authenticate", "Bearer");
      send(response, refused(forbidden));
      return;
    }
    const route = findRoute(services, request, url);
    if (route !== undefined) {
      answer(route, response, services.logger);
      return;
    }
    if (pages !== undefined && request.method === "GET") pages(request, response, () => send(response, notFound(url)));
    else send(response, notFound(url));
  };
}

function findRoute(services: HttpServices, request: IncomingMessage, url: URL): (() => Promise<Reply>) | undefined {
  const matchmake = /^\/matchmake\/([\w-]+)\/([\w-]+)$/.exec(url.pathname);
  if (request.method === "POST" && matchmake !== null) {
    const [, method, target] = matchmake as unknown as [string, string, string];
    if (method === "renew") return () => renew(services, request, target);
    return () => reserveSeat(services, request, method, target);
  }
  if (request.method === "POST" && url.pathname === SIGN_OUT_PATH && services.operator.maySignOut)
    return () => signOut(services, request);
  const dev = services.dev === undefined ? undefined : devRoute(services.dev, request, url);
  if (dev !== undefined || request.method !== "GET") return dev;
  switch (url.pathname) {
    case "/healthz":
      return async () => ({ status: 200, body: await withPid(services, services.health()) });
    case "/readyz":
      return async () => readiness(services);
    case STORE_PATH:
      return async () => ({ status: 200, body: services.store() });
    case "/rooms":
      return async () => {
        const rooms = await services.directory.rooms();
        return { status: 200, body: await Promise.all(rooms.map((room) => withPid(services, room))) };
      };
    case "/metrics":
      return async () => {
        const { registry } = services.metrics;
        return { status: 200, body: await registry.metrics(), type: registry.contentType };
      };
    default:
      return undefined;
  }
}

async function withPid<T extends { processId: string }>(
  { pidOf }: HttpServices,
  row: T,
): Promise<T & { pid?: number }> {
  const pid = await pidOf?.(row.processId);
  return pid === undefined ? row : { ...row, pid };
}

function readiness({ ready, isFull, isAnswering, rung }: HttpServices): Reply {
  const strain = rung();
  const under = strain === undefined ? {} : { strain };
  if (!ready()) return { status: 503, body: { ready: false, why: "it is starting, or going away" } };
  if (isFull()) return { status: 503, body: { ready: false, why: "it is over its budget", ...under } };
  if (isAnswering()) return { status: 200, body: { ready: true, ...under } };
  const why = "joins are BUSY: the Redis of the listings does not answer";
  return { status: 200, body: { ready: true, why, ...under } };
}

async function reserveSeat(
  services: HttpServices,
  request: IncomingMessage,
  method: string,
  target: string,
): Promise<Reply> {
  if (!services.ready()) {
    if (!services.isElsewhere(request)) throw new NetError("SERVER_SHUTDOWN", "this process takes no players now");
    await readJson(request);
    return { status: 307, body: {}, location: request.url };
  }
  mustPlayHere(services, request);
  services.addresses.stamp(request);
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(", ") : value);
  }
  const read = () => readJson(request);
  const isBack = method === "reconnect";
  const ask = async (options: unknown) => {
    // Who comes back proves with the seat's own token that it is his.
    const account = isBack ? undefined : await services.accounts.admit(request);
    return services.directory.reserve(method, target, options, headers, account);
  };
  return { status: 200, body: await services.gate.seat(request, read, ask, !isBack) };
}

/** A newer token for the seat that a player has. */
async function renew(services: HttpServices, request: IncomingMessage, roomId: string): Promise<Reply> {
  mustPlayHere(services, request);
  const read = () => readJson(request);
  const ask = async (body: unknown) => {
    await renewSeat(roomId, body, await services.accounts.renewed(request));
    return {};
  };
  return { status: 200, body: await services.gate.seat(request, read, ask, false) };
}

async function signOut(services: HttpServices, request: IncomingMessage): Promise<Reply> {
  const { userId } = ((await readJson(request)) ?? {}) as { readonly userId?: unknown };
  if (typeof userId !== "string" || userId === "")
    throw new NetError("OPTIONS_INVALID", "userId: the `sub` of the account's tokens expected");
  await services.signOut(userId);
  return { status: 200, body: {} };
}

function mustPlayHere({ origins, gate }: HttpServices, request: IncomingMessage): void {
  if (origins.mayPlay(request)) return;
  const error = new ForeignOrigin(request);
  gate.refused(request, "http", error);
  throw error;
}

function answer(route: () => Promise<Reply>, response: ServerResponse, logger: Logger): void {
  route().then(
    (reply) => send(response, reply),
    (error: unknown) => {
      const known =
        error instanceof NetError ? error : new NetError("INTERNAL", "the host failed to answer", {}, error);
      if (known.name === "INTERNAL") logger.error({ err: known.cause ?? known }, known.message);
      send(response, refused(known));
    },
  );
}

function refused(error: NetError): Reply {
  const { code, name, message, details } = error;
  const { retryAfterMs } = details as { readonly retryAfterMs?: number };
  return { status: statusOf(error), body: { code, name, error: message, details }, retryAfterMs };
}

function notFound(url: URL): Reply {
  return { status: 404, body: { error: `${url.pathname} is not here` } };
}

function allowOrigin(request: IncomingMessage, response: ServerResponse, origins: Origins): void {
  const origin = request.headers.origin;
  if (origin === undefined || !origins.isListed(origin)) return;
  response.setHeader("access-control-allow-origin", origin);
  response.setHeader("access-control-allow-credentials", "true");
  response.setHeader("access-control-allow-headers", `content-type, authorization, accept, ${CLIENT_HEADER}`);
  response.setHeader("access-control-allow-methods", "GET, POST");
  response.setHeader("vary", "origin");
}
