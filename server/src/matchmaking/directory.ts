/**
 * Which rooms there are, and the way into them. The directory itself is Colyseus's driver (this process's memory, or Redis when
 * several processes share it); here is what the host asks of it and how a failed join is explained.
 */
import { type AuthContext, matchMaker } from "@colyseus/core";
import { addressOn, CLIENT_HEADER, CODES, NetError, queueName, type RoomType } from "@ninelives/shared-schema";
import type { Account } from "../auth/account.ts";
import { contextOf } from "../auth/admission.ts";
import { filteredBy } from "../session/join-options.ts";
import { busyError } from "./busy.ts";
import { MATCH_OPTION } from "../room/match-seats.ts";
import type { Conditions, Row } from "./listing.ts";
import type { Newcomers } from "./newcomers.ts";
import type { OwnRooms } from "./own-rooms.ts";
import { type Patience, whileMoving } from "./patience.ts";
import type { Seating } from "./seating.ts";

/** A living room as /rooms shows it. */
export interface RoomRow {
  readonly roomId: string;
  readonly type: string;
  /** Seats taken, reserved ones included. */
  readonly players: number;
  readonly maxPlayers: number;
  readonly processId: string;
  /** A queue made it, and sends its players: nobody else gets in. */
  readonly isMatch?: true;
}

const METHODS = ["joinOrCreate", "create", "join", "joinById", "reconnect"] as const;
export type JoinMethod = (typeof METHODS)[number];

export interface DirectoryOptions {
  /**
   * Where living processes take players, this one's address among them: `host:port` or `:port`. Default: none, which is a process
   * that is alone.
   */
  readonly doors?: () => readonly string[];
  /**
   * This process passes connections on to the one that has the room, so a stock client stays where it asked and is there when its
   * room moves. Default true.
   */
  readonly relay?: boolean;
  /** What there is to wait for. Default: nothing, as for a process that is alone. */
  readonly patience?: Patience;
  /** Where a client asked, any of several processes may answer. Default false. */
  readonly sharesPort?: boolean;
  /** The way to seats in rooms of all processes. Default: Colyseus's own, for a process that is alone. */
  readonly seating?: Seating | undefined;
  /** Rooms that can be joined while processes do not know of each other. Default: none. */
  readonly own?: OwnRooms;
  /** Which processes take players who have no seat. Default: all. */
  readonly newcomers?: Newcomers;
}

export class Directory {
  /** Typed room types by name; a plain room is registered without one. */
  readonly #types: ReadonlyMap<string, RoomType | undefined>;
  readonly #doors: () => readonly string[];
  readonly #relay: boolean;
  readonly #sharesPort: boolean;
  readonly #patience: Patience | undefined;
  readonly #seating: Seating | undefined;
  readonly #own: OwnRooms | undefined;
  readonly #newcomers: Newcomers | undefined;

  constructor(
    types: ReadonlyMap<string, RoomType | undefined>,
    { doors = () => [], relay = true, sharesPort = false, patience, seating, own, newcomers }: DirectoryOptions = {},
  ) {
    this.#patience = patience;
    this.#seating = seating;
    this.#own = own;
    this.#newcomers = newcomers;
    this.#types = types;
    this.#doors = doors;
    this.#relay = relay;
    this.#sharesPort = sharesPort;
  }

  async rooms(): Promise<RoomRow[]> {
    const rows: Row[] = await matchMaker.query({ unlisted: false } as never);
    const shown = rows.filter((row) => row.private !== true || row.match !== undefined);
    return shown.map(({ roomId, name, clients, maxClients, processId, match }) => ({
      roomId,
      type: name,
      players: clients,
      maxPlayers: maxClients,
      processId,
      ...(match === undefined ? {} : { isMatch: true as const }),
    }));
  }

  /**
   * Reserves a seat, or throws a NetError that says why there is none. `target` is a type's name, or a room's id. `account`: whom the
   * player's token named; default: a guest.
   */
  async reserve(
    method: string,
    target: string,
    options: unknown,
    headers: Headers,
    account?: Account,
  ): Promise<unknown> {
    if (!isMethod(method))
      throw new NetError("OPTIONS_INVALID", `one of ${METHODS.join(", ")} expected, "${method}" got`);
    if (typeof options !== "object" || options === null || Array.isArray(options)) {
      throw new NetError("OPTIONS_INVALID", "join options: an object expected");
    }
    const asker: Asker = { headers, context: contextOf(headers, account) };
    if (method !== "reconnect") {
      const own = await this.#inOwnRoom(method, target, options, asker);
      return own ?? this.#patiently(method, target, () => this.#ask(method, target, options, asker));
    }
    if (typeof (options as { reconnectionToken?: unknown }).reconnectionToken !== "string") {
      throw new NetError("OPTIONS_INVALID", "reconnectionToken: a string expected");
    }
    return this.#ask(method, target, options, asker);
  }

  #patiently(method: JoinMethod, target: string, ask: () => Promise<SeatReservation>): Promise<SeatReservation> {
    if (this.#patience === undefined) return ask();
    return whileMoving(method === "joinById" ? target : undefined, ask, this.#patience);
  }

  /** undefined: there is none, or no need to take one of these. */
  async #inOwnRoom(
    method: JoinMethod,
    target: string,
    options: object,
    { headers, context }: Asker,
  ): Promise<SeatReservation | undefined> {
    if (this.#own?.isAway !== true || method === "create") return undefined;
    const named = method === "joinById" ? this.#own.row(target) : undefined;
    if (method === "joinById" && named === undefined) return undefined;
    if (named !== undefined) mustTakePlayers(named);
    const asked = this.#completed(named?.name ?? target, options);
    const rows = named === undefined ? this.#own.found(target, asked) : [named];
    try {
      const seat = await this.#own.seat(rows, asked, context);
      return seat === undefined ? undefined : this.#withAddress(seat as SeatReservation, headers);
    } catch (error) {
      throw explain(error, method, target);
    }
  }

  async #ask(
    method: JoinMethod,
    target: string,
    options: object,
    { headers, context }: Asker,
  ): Promise<SeatReservation> {
    const { [MATCH_OPTION]: _, ...said } = options as Conditions;
    const asked = method === "reconnect" ? said : await this.#checked(method, target, said);
    try {
      return this.#withAddress(await this.#seat(method, target, asked, context), headers);
    } catch (error) {
      throw explain(error, method, target);
    }
  }

  #seat(method: JoinMethod, target: string, options: object, auth: AuthContext): Promise<SeatReservation> {
    type Reserved = Promise<SeatReservation>;
    if (this.#seating === undefined || method === "reconnect" || method === "joinById")
      return matchMaker.controller.invokeMethod(method, target, options, auth) as Reserved;
    return this.#seating.seat(method, target, options as Conditions, auth) as Reserved;
  }

  /**
   * Where to take the seat. Our client is told the room's process, and the others it may ask when that one is gone. Of a process
   * that is alone nothing is said: the client knows its address better than we do.
   */
  #withAddress({ publicAddress, ...seat }: SeatReservation, headers: Headers): SeatReservation {
    const isOurs = headers.has(CLIENT_HEADER);
    if (publicAddress === undefined || (this.#relay && !isOurs)) return seat;
    const doors = isOurs ? this.#doors() : [];
    if (seat.processId === matchMaker.processId && doors.length < 2 && !this.#sharesPort) return seat;
    const hostName = (headers.get("host") ?? "localhost").replace(/:\d+$/, "");
    const address = { publicAddress: addressOn(hostName, publicAddress) };
    return { ...seat, ...address, ...(doors.length === 0 ? {} : { doors }) };
  }

  async #checked(method: JoinMethod, target: string, options: object): Promise<object> {
    if (method !== "joinById") {
      const completed = this.#completed(target, options);
      if (this.#seating === undefined) this.#newcomers?.mustEnter(target, matchMaker.processId);
      return completed;
    }
    const row = await openRoom(target);
    this.#newcomers?.mustEnter(row.name, row.processId);
    return this.#completed(row.name, options);
  }

  /** The options, with what rooms of the type are found by as its schema has it: a default counts as said. */
  #completed(name: string, options: object): Conditions {
    if (!this.#types.has(name)) {
      const known = [...this.#types.keys()];
      throw new NetError("ROOM_TYPE_UNKNOWN", `room type "${name}" is not registered; known: ${known.join(", ")}`, {
        known,
      });
    }
    const type = this.#types.get(name);
    return (type === undefined ? options : filteredBy(type, options)) as Conditions;
  }
}

/** Throws what a player is told of a room that has no seat for it. */
async function openRoom(roomId: string): Promise<Row> {
  const [row]: (Row | undefined)[] = await matchMaker.query({ roomId } as never);
  if (row === undefined)
    throw new NetError("ROOM_NOT_FOUND", `room "${roomId}" is not there: it has ended, or never was`);
  mustTakePlayers(row);
  return row;
}

function mustTakePlayers({ roomId, name, match, locked, clients: players, maxClients }: Row): void {
  if (match !== undefined) {
    const where = queueName(name);
    throw new NetError("UNAUTHORIZED", `room "${roomId}" is a match of those whom a queue sent: wait in "${where}"`);
  }
  if (players < maxClients) {
    if (locked === true) throw new NetError("ROOM_LOCKED", `room "${roomId}" has free seats, and takes nobody else`);
    return;
  }
  throw new NetError("ROOM_FULL", `room "${roomId}" has ${players} of ${maxClients} seats taken`, { players });
}

/** Who asks. */
interface Asker {
  readonly headers: Headers;
  /** What the room's `onAuth` is told. */
  readonly context: AuthContext;
}

interface SeatReservation {
  readonly processId: string;
  /** Of the room's process; `:port` stands for the host name the client used here. */
  readonly publicAddress?: string;
  /** Where else our client may ask for the room. */
  readonly doors?: readonly string[];
}

function isMethod(method: string): method is JoinMethod {
  return (METHODS as readonly string[]).includes(method);
}

/** Colyseus's matchmaking errors in our words: its numbers say the stage that failed, not the cause. */
function explain(error: unknown, method: JoinMethod, target: string): NetError {
  if (error instanceof NetError) return error;
  const { code, message } = error as { code?: number; message: string };
  if (code === CODES.BUSY.code) return busyError(message, error);
  if (code === 4203) return new NetError("OPTIONS_INVALID", message);
  if (code === 521)
    return new NetError("ROOM_NOT_FOUND", `no room of type "${target}" has a free seat`, { method }, error);
  if (code === 522)
    return new NetError("ROOM_NOT_FOUND", `room "${target}" is not there, or is locked`, { method }, error);
  if (code === 524)
    return new NetError("SEAT_EXPIRED", `the seat in "${target}" is gone: ${message}`, { method }, error);
  if (code === 525) return new NetError("UNAUTHORIZED", message, { method }, error);
  if (/is not available/.test(message)) return busyError(`the process that has "${target}" died: ${message}`, error);
  if (/already full/.test(message)) return new NetError("ROOM_FULL", `room "${target}" is full`, { method }, error);
  return new NetError("INTERNAL", `joining "${target}" failed: ${message}`, { method }, error);
}
