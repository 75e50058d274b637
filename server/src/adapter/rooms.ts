/** What the host reaches for inside Colyseus's rooms and server. */
import type { EventEmitter } from "node:events";
import {
  type Client,
  ClientState,
  type IRoomCache,
  matchMaker,
  Room,
  Server,
  type ServerOptions,
} from "@colyseus/core";

interface Inside {
  readonly _reconnections: Record<string, readonly [sessionId: string, held: HeldReconnection] | undefined>;
  _onJoin: (client: Client, context: unknown, options?: Connecting) => Promise<void>;
  readonly _onLeave: (client: Client, code: number) => Promise<void>;
}

type HeldReconnection = ReturnType<Room["allowReconnection"]>;

/** What a connection says when it comes. */
interface Connecting {
  readonly reconnectionToken?: string | null;
}

/** Colyseus reads the token that a connection comes in with as `read` has it. */
export function readTokensBy(room: Room, read: (client: Client, token: string) => string): void {
  const inside = room as unknown as Inside;
  const join = inside._onJoin;
  inside._onJoin = (client, context, options) => {
    const token = options?.reconnectionToken ?? undefined;
    if (token === undefined) return join.call(room, client, context, options);
    return join.call(room, client, context, { ...options, reconnectionToken: read(client, token) });
  };
}

/** Drops the connection that a player's new one replaces, before the network says that it is dead: seconds, else. */
export function endStaleConnection(
  room: Room,
  sessionId: string,
  reconnectionToken: string,
  codeFor: (stale: Client) => number,
): void {
  const stale = room.clients.get(sessionId);
  if (stale?.reconnectionToken !== reconnectionToken) return;
  const socket = stale.ref as Closable;
  Room.prototype.checkReconnectionToken.call(room, reconnectionToken);
  socket.close(codeFor(stale));
}

/** Ends a player's connection with this code, or the wait for one: its seat is free, unless the room holds it again. */
export function endSession(room: Room, sessionId: string, reconnectionToken: string, code: number): void {
  const inside = room as unknown as Inside;
  inside._reconnections[reconnectionToken]?.[1].reject(false);
  const client = room.clients.get(sessionId);
  if (client === undefined) return;
  const socket = client.ref as Closable;
  socket.removeAllListeners("message");
  socket.removeListener("close", socket.onleave);
  void inside._onLeave(client, code);
  socket.close(code);
}

/** What Colyseus asks of a socket. */
type Closable = Client["ref"] & { readonly onleave: () => void; close(code: number): void };

/** A seat that is held for a player who may come back. */
export interface HeldSeat {
  /** Gives it up: the player has left. */
  giveUp(): void;
  /** Resolves when the player is back or the seat was given up. */
  readonly settled: Promise<void>;
}

/** The client has said that it is in: it answered the server's first frame. */
export function isConfirmed(client: Client): boolean {
  return (client as Client & { _enqueuedMessages?: unknown })._enqueuedMessages === undefined;
}

/** What Colyseus keeps for a client until it has said that it is in. */
export function unconfirmedFrames(client: Client): readonly Uint8Array[] {
  return (client as Client & { readonly _enqueuedMessages?: readonly Uint8Array[] })._enqueuedMessages ?? [];
}

/**
 * Holds a dropped player's seat until it is given up. Also for one whose first answer never came: Colyseus would let that seat
 * go, and the player, who may have got every frame, could not come back.
 */
export function holdSeat(room: Room, client: Client): HeldSeat {
  delete (client as Client & { _enqueuedMessages?: unknown })._enqueuedMessages;
  const held = room.allowReconnection(client, "manual");
  return {
    giveUp: () => held.reject(false),
    settled: held.then(
      () => {},
      () => {},
    ),
  };
}

interface Reconnections {
  readonly _reconnections: Readonly<
    Record<string, readonly [sessionId: string, held: { reject(reason: unknown): void }]>
  >;
}

/** Ends the wait for a dropped player, whoever holds the seat. Does nothing where none is held. */
export function giveUpSeat(room: Room, sessionId: string): void {
  for (const [holder, held] of Object.values((room as unknown as Reconnections)._reconnections))
    if (holder === sessionId) held.reject(false);
}

interface ReservedSeats {
  readonly _reservedSeats: Record<
    string,
    readonly [options: unknown, auth: unknown, taken: boolean, heldForDropped: boolean] | undefined
  >;
  readonly _reservedSeatTimeouts: Record<string, NodeJS.Timeout>;
  _autoDisposeTimeout: NodeJS.Timeout | undefined;
  _reserveSeat: (sessionId: string, ...rest: unknown[]) => Promise<boolean>;
}

/** The game waits for this player to come back. */
export function isHeld(room: Room, sessionId: string): boolean {
  const [, , , heldForDropped = false] = (room as unknown as ReservedSeats)._reservedSeats[sessionId] ?? [];
  return heldForDropped;
}

/** The player was promised a seat and did not come yet. */
export function isPromised(room: Room, sessionId: string): boolean {
  const seat = (room as unknown as ReservedSeats)._reservedSeats[sessionId];
  return seat !== undefined && !seat[2] && !seat[3];
}

/** Promises a seat. false: the room is full. */
export function reserveSeat(room: Room, sessionId: string, options: unknown, auth: unknown): Promise<boolean> {
  return (room as unknown as ReservedSeats)._reserveSeat(sessionId, options, auth);
}

/** Has every promise of a seat wait for what `before` gives for its session; undefined: it waits for nothing. */
export function reserveAfter(room: Room, before: (sessionId: string) => Promise<void> | undefined): void {
  const inside = room as unknown as ReservedSeats;
  const reserve = inside._reserveSeat;
  inside._reserveSeat = async (sessionId, ...rest) => {
    const waited = before(sessionId);
    if (waited !== undefined) await waited;
    return reserve.call(room, sessionId, ...rest);
  };
}

/** Has promises of a seat refused to sessions that `may` says no to. Who was dropped, and whose seat is held, is not asked about. */
export function reserveIf(room: Room, may: (sessionId: string) => boolean): void {
  const inside = room as unknown as ReservedSeats;
  const reserve = inside._reserveSeat;
  inside._reserveSeat = (sessionId, ...rest) => {
    const [, , , isHeld = false] = rest;
    return isHeld === true || may(sessionId) ? reserve.call(room, sessionId, ...rest) : Promise.resolve(false);
  };
}

/** Runs `before` as if the client had not said yet that it is in: what is sent meanwhile comes behind the state that it gets then. */
export function beforeItIsIn(client: Client, before: () => void): void {
  const { state } = client;
  client.state = ClientState.JOINING;
  try {
    before();
  } finally {
    client.state = state;
  }
}

/** Sessions that were promised a seat in a room of this process and did not come yet. */
export function awaitedIn(roomId: string): string[] {
  const room = matchMaker.getLocalRoomById(roomId);
  if (room === undefined) return [];
  const seats = Object.entries((room as unknown as ReservedSeats)._reservedSeats);
  return seats.filter(([, seat]) => !seat![2] && !seat![3]).map(([sessionId]) => sessionId);
}

/** `discarded` is called once the room ends without ever having been listed: another one was recorded in its place, or nobody waits. */
export function onDiscarded(room: Room, discarded: () => void): void {
  (room as unknown as { _events: EventEmitter })._events.once("dispose", () => {
    if (matchMaker.getLocalRoomById(room.roomId) !== room) discarded();
  });
}

/** What a room is refused with that may not be recorded. */
export function wasDiscarded(error: unknown): boolean {
  return error instanceof Error && error.constructor.name === "SeatReservationError";
}

/** Gives up seats that were promised and not yet taken: a room that ends would wait up to 15 s for players who may not enter. */
export function releaseReservedSeats(room: Room): void {
  const inside = room as unknown as ReservedSeats;
  for (const [sessionId, seat] of Object.entries(inside._reservedSeats)) {
    const [, , taken, heldForDropped] = seat!;
    if (taken || heldForDropped) continue;
    clearTimeout(inside._reservedSeatTimeouts[sessionId]);
    delete inside._reservedSeatTimeouts[sessionId];
    delete inside._reservedSeats[sessionId];
  }
  clearTimeout(inside._autoDisposeTimeout);
  inside._autoDisposeTimeout = undefined;
}

/** Sends Colyseus's own log lines to `sink`. The server object itself is not used: the host listens and stops by itself. */
export function useLogger(sink: NonNullable<ServerOptions["logger"]>, options: ServerOptions): void {
  void new Server({ ...options, logger: sink, greet: false, gracefullyShutdown: false });
}

/** How a room is listed for matchmaking, as far as its game decides. */
export interface Listing {
  readonly metadata?: unknown;
  readonly private?: boolean;
  readonly unlisted?: boolean;
  /** By the game, not because it is full. */
  readonly locked?: boolean;
  readonly maxClients?: number;
}

interface Listed {
  readonly _listing: Listing | undefined;
  readonly _lockedExplicitly: boolean;
}

export function listingOf(room: Room): Listing {
  const { _listing, _lockedExplicitly } = room as unknown as Listed;
  const { metadata, private: isPrivate = false, unlisted = false } = _listing ?? {};
  const { maxClients } = room;
  return { metadata, private: isPrivate, unlisted, locked: _lockedExplicitly, ...finite({ maxClients }) };
}

/** Lists a room as it was listed by its owner before. */
export async function listAs(room: Room, { locked, metadata, ...rest }: Listing): Promise<void> {
  await room.setMatchmaking({ ...rest, ...(metadata === undefined ? {} : { metadata }) } as never);
  if (locked === true) await room.lock();
}

/** Locks it as a game would, without its game's own `lock`. */
export async function closeToNewcomers(room: Room): Promise<void> {
  await Room.prototype.lock.call(room);
}

/** The epoch that a directory row carries, so that an earlier owner cannot write it (matchmaking/redis-driver.ts). */
export function stampListing(room: Room, epoch: number): void {
  Object.assign((room as unknown as Listed)._listing ?? {}, { epoch });
}

/** Says in a room's row what a queue may know of its match; once it is recorded, to the directory too. */
export function listMatch(room: Room, match: unknown): void {
  const row = (room as unknown as Listed)._listing;
  if (row === undefined) return;
  Object.assign(row, { match });
  if (matchMaker.getLocalRoomById(room.roomId) !== room) return;
  Promise.resolve(matchMaker.driver.update(row as IRoomCache, { $set: { match } as never })).catch(() => {
    // It is in the row, and goes with the next write of it.
  });
}

/** The row of a room of this process, as it is now; undefined before the room is listed. */
export function rowOf(room: Room): IRoomCache | undefined {
  return (room as unknown as Listed)._listing as IRoomCache | undefined;
}

/** Writes the row of a room that was listed before into the directory, whether or not it is there. */
export async function persistListing(room: Room): Promise<void> {
  const row = rowOf(room);
  if (row !== undefined && matchMaker.getLocalRoomById(room.roomId) === room)
    await matchMaker.driver.persist(row, true);
}

/** JSON has no infinity. */
function finite({ maxClients }: { maxClients: number }): Pick<Listing, "maxClients"> {
  return Number.isFinite(maxClients) ? { maxClients } : {};
}
