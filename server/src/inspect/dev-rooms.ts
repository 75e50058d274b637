/**
 * Of development only: who has a room, and that process's end as `kill -9` ends it. For the page that shows what a match outlives.
 * And what one process itself runs, whatever any list says of it: for who compares the two.
 *
 * Any process may be asked for a room. A process kills none but itself, because a pid that was looked up may be somebody else's by now: one
 * that has not the room asks the one that has it, once. The reply leaves first.
 *
 * A page of another origin cannot ask: it would need a header that no preflight allows.
 */
import type { IncomingMessage } from "node:http";
import { DEV_HEADER, LIMITS, NetError } from "@ninelives/shared-schema";
import type { Elsewhere, Whereabouts } from "../socket/door.ts";
import type { Standing } from "../tick/tick-budget.ts";
import { readJson, type Reply } from "./exchange.ts";

/** A room as the process that runs it has it. */
export interface OwnRoom {
  readonly roomId: string;
  readonly type: string;
  readonly epoch: number;
  readonly tick: number;
  /** It makes steps; one whose owner is not sure of it does not. */
  readonly isRunning: boolean;
  /** What share of its time its steps took lately, and how it stands with its budget: it makes one step where `every` are due. */
  readonly budget: { readonly share: number; readonly standing: Standing; readonly every: number };
  /** Session -> whether its player is connected. */
  readonly seats: Readonly<Record<string, boolean>>;
  /** Sessions that were promised a seat and did not come yet. */
  readonly awaited: readonly string[];
}

export interface DevServices extends Whereabouts {
  readonly processId: string;
  readonly pid: number;
  /** undefined: not known. */
  pidOf(processId: string): Promise<number | undefined>;
  /** What other processes of this operator's are asked with, as a header. undefined: nothing is needed. */
  readonly authorization: string | undefined;
  /** Rooms of this process. Nobody else is asked. */
  own(): readonly OwnRoom[];
  /** What it gave up last because it has much to do; undefined: nothing. */
  rung(): string | undefined;
  /** Ends this process at once. */
  die(): void;
}

/** Value of DEV_HEADER in a request that another process passed on. */
const PASSED_ON = "passed-on";
const PATH = /^\/dev\/rooms\/([\w-]+)(\/kill)?$/;

/** undefined for what is not here. */
export function devRoute(
  services: DevServices,
  request: IncomingMessage,
  { pathname }: URL,
): (() => Promise<Reply>) | undefined {
  if (request.method === "GET" && pathname === "/dev/rooms") return () => Promise.resolve(list(services));
  const [, roomId, kill] = PATH.exec(pathname) ?? [];
  if (roomId === undefined) return undefined;
  if (request.method === "GET" && kill === undefined) return () => tell(services, roomId);
  if (request.method === "POST" && kill !== undefined) return () => end(services, request, roomId);
  return undefined;
}

function list(services: DevServices): Reply {
  const { processId, pid } = services;
  return { status: 200, body: { processId, pid, strain: services.rung() ?? null, rooms: services.own() } };
}

async function tell(services: DevServices, roomId: string): Promise<Reply> {
  const owner = await ownerOf(services, roomId);
  const { processId } = owner === "here" ? services : owner;
  const pid = owner === "here" ? services.pid : await services.pidOf(processId);
  return { status: 200, body: { roomId, processId, pid } };
}

async function end(services: DevServices, request: IncomingMessage, roomId: string): Promise<Reply> {
  const { origin, host } = request.headers;
  const asked = request.headers[DEV_HEADER];
  if (asked === undefined) throw new NetError("OPTIONS_INVALID", `a header ${DEV_HEADER} expected`);
  if (origin !== undefined && URL.parse(origin)?.host !== host)
    throw new NetError("OPTIONS_INVALID", `a page of this host expected, one of ${origin} got`);
  if (request.headers["content-type"] !== "application/json")
    throw new NetError("OPTIONS_INVALID", "content-type: application/json expected");
  await readJson(request);
  const owner = await ownerOf(services, roomId);
  if (owner === "here") {
    const { processId, pid } = services;
    return { status: 200, body: { roomId, processId, pid }, after: () => services.die() };
  }
  if (asked === PASSED_ON) throw moving(roomId);
  return passOn(owner, roomId, services);
}

async function ownerOf(services: DevServices, roomId: string): Promise<"here" | Elsewhere> {
  const found = await services.where(roomId, AbortSignal.timeout(LIMITS.whereaboutsMs));
  if (found === "gone")
    throw new NetError("ROOM_NOT_FOUND", `room "${roomId}" is not there: it has ended, or never was`);
  if (found === "later") throw moving(roomId);
  return found;
}

function moving(roomId: string): NetError {
  return new NetError("MAY_TRY_RECONNECT", `nobody has room "${roomId}" yet: it is on its way to another process`);
}

async function passOn({ inner }: Elsewhere, roomId: string, { authorization }: DevServices): Promise<Reply> {
  const asOperator = authorization === undefined ? {} : { authorization };
  const answer = await fetch(`http://${inner}/dev/rooms/${roomId}/kill`, {
    method: "POST",
    headers: { "content-type": "application/json", [DEV_HEADER]: PASSED_ON, ...asOperator },
    body: "{}",
    signal: AbortSignal.timeout(LIMITS.whereaboutsMs),
  }).catch(() => {
    throw moving(roomId);
  });
  return { status: answer.status, body: await answer.json() };
}
