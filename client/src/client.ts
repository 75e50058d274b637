/** connect(): the way in. One client per server address; each join gives a typed room. */
import {
  type JoinInput,
  type MatchSeat,
  NetError,
  queueOf,
  type QueueType,
  type QueueWish,
  type RoomType,
} from "@ninelives/shared-schema";
import { keepRefusals, SessionClient } from "./adapter.ts";
import { type ClientClock, systemClock } from "./clock.ts";
import type { BackoffOptions } from "./connection/backoff.ts";
import type { HintTarget } from "./connection/hints.ts";
import { LIVENESS, type LivenessProfile } from "./connection/liveness.ts";
import { type KeptSeat, readSeat, type SeatStorage, sessionSeatStorage } from "./connection/seat-keeper.ts";
import { type OpenSocket, openWebSocket } from "./connection/socket.ts";
import { joinError } from "./errors.ts";
import { Room } from "./room.ts";
import { promisedBefore, type PromisedSeat, SEATS_ASKED_FOR, secondChance } from "./second-chance.ts";
import type { SessionServices } from "./services.ts";
import { isTokenRefused, type TokenOption, Tokens } from "./token.ts";
import { Waiting } from "./waiting.ts";

export interface ConnectOptions {
  /**
   * How soon a dead connection is noticed. `default`: asked every 30 s, for rooms that may be silent. `game`: every second,
   * dead after 3 s. Either way, within 2 s while a command waits for its answer. Default `default`.
   */
  readonly liveness?: keyof typeof LIVENESS | LivenessProfile;
  /**
   * What names the player: a token of the app's login, or what gets one. It goes with requests for seats, never into an address. A function
   * is called at the first join, and again when the server refused the token or it has run out. Default: none, a guest.
   */
  readonly token?: TokenOption;
  /** When attempts to come back are made. */
  readonly backoff?: BackoffOptions;
  /** Where the seat in a room of this type is kept over a reload of the page. Default: the tab's sessionStorage; in Node nowhere. */
  readonly storage?: (typeName: string) => SeatStorage | undefined;
  /** Default: the system's monotonic clock. */
  readonly clock?: ClientClock;
  /** Uniform in [0, 1); spreads attempts. Default: Math.random. */
  readonly random?: () => number;
  /** Default: the platform's WebSocket. */
  readonly openSocket?: OpenSocket;
  /** Default: the platform's fetch. */
  readonly fetch?: typeof fetch;
  /** What tells of the network: `online`, `offline`, visibility. Default: the browser's window. */
  readonly hints?: HintTarget;
}

/** `url`: `http://host:port` of the server. Nothing is sent before the first join. */
export function connect(url: string, options: ConnectOptions = {}): Client {
  return new Client(url, options);
}

type Join = (sdk: SessionClient) => Promise<unknown>;

/**
 * Every join rejects with a NetError: ROOM_TYPE_UNKNOWN, ROOM_NOT_FOUND, ROOM_FULL, ROOM_LOCKED, OPTIONS_INVALID,
 * UNAUTHORIZED, UPGRADE_REQUIRED, UNREACHABLE and others.
 */
export class Client {
  readonly #url: string;
  readonly #services: Omit<SessionServices, "storage" | "renew">;
  readonly #storageOf: (typeName: string) => SeatStorage | undefined;
  readonly #fetch: typeof fetch | undefined;
  readonly #tokens: Tokens;
  /** Resumes under way, by their token: a second one with the same would look as if somebody had stolen it. */
  readonly #resuming = new Map<string, Promise<unknown>>();

  constructor(url: string, options: ConnectOptions) {
    const { liveness = "default", clock = systemClock, random = Math.random, storage, hints } = options;
    this.#url = url;
    this.#fetch = options.fetch;
    this.#tokens = new Tokens(options.token);
    this.#storageOf = storage ?? tabStorage;
    this.#services = {
      clock,
      random,
      openSocket: options.openSocket ?? openWebSocket,
      backoff: options.backoff ?? {},
      liveness: typeof liveness === "string" ? LIVENESS[liveness] : liveness,
      hints: hints ?? browserWindow(),
    };
  }

  /** Joins a room of this type with a free seat, or makes one. */
  joinOrCreate<T extends RoomType>(type: T, options: JoinInput<T>): Promise<Room<T>> {
    return this.#enter(type, options, (sdk) => sdk.joinOrCreate(type.name, options as object));
  }

  /** Joins a room of this type with a free seat. */
  join<T extends RoomType>(type: T, options: JoinInput<T>): Promise<Room<T>> {
    return this.#enter(type, options, (sdk) => sdk.join(type.name, options as object));
  }

  /** Makes a room of this type and joins it. */
  create<T extends RoomType>(type: T, options: JoinInput<T>): Promise<Room<T>> {
    return this.#enter(type, options, (sdk) => sdk.create(type.name, options as object));
  }

  joinById<T extends RoomType>(type: T, roomId: string, options: JoinInput<T>): Promise<Room<T>> {
    return this.#enter(type, options, (sdk) => sdk.joinById(roomId, options as object));
  }

  /**
   * Takes the seat again that the page before held: the same session, its events and its unanswered commands go on. undefined
   * when no seat of this type is kept. Rejects as a join does when it is gone; with UPGRADE_REQUIRED it is still there, for a page
   * of the server's version. Called again meanwhile, it takes the seat after the first call, and from it.
   */
  async resume<T extends RoomType>(type: T): Promise<Room<T> | undefined> {
    const storage = this.#storageOf(type.name);
    for (;;) {
      const kept = storage === undefined ? undefined : readSeat(storage);
      if (kept === undefined || kept.typeName !== type.name) return undefined;
      const other = this.#resuming.get(kept.token);
      if (other === undefined) return this.#resume(type, kept, storage!);
      await other.catch(() => {});
    }
  }

  async #resume<T extends RoomType>(type: T, kept: KeptSeat, storage: SeatStorage): Promise<Room<T>> {
    const { roomId, sessionId, processId, address, doors, token } = kept;
    const where = { processId, publicAddress: address, doors };
    const seat = { name: type.name, roomId, sessionId, ...where, reconnectionToken: token };
    const entering = this.#enterOnce(type, (sdk) => sdk.consumeSeatReservation(seat as never), kept);
    this.#resuming.set(token, entering);
    try {
      return await entering;
    } catch (error) {
      if (isLost(error)) storage.clear();
      throw error;
    } finally {
      this.#resuming.delete(token);
    }
  }

  /**
   * Waits for a match of this type, which must have `matching`. `wish`: what to go by, and the join options for the match. Rejects as a
   * join does; OPTIONS_INVALID also for a player who does not fit its party.
   */
  async queue<T extends RoomType>(type: T, wish: QueueWish<T>): Promise<Waiting<T>> {
    const key = Array.from({ length: 3 }, () => this.#services.random().toString(36).slice(2)).join("");
    return this.#waiting(type, await this.joinOrCreate(queueOf(type), { key, ...wish }));
  }

  /** Goes on with the waiting of the page before. undefined when it did not wait for this type. Rejects as {@link resume}. */
  async resumeQueue<T extends RoomType>(type: T): Promise<Waiting<T> | undefined> {
    const room = await this.resume(queueOf(type));
    if (room === undefined) return undefined;
    const waiting = this.#waiting(type, room);
    await waiting.resume();
    return waiting;
  }

  #waiting<T extends RoomType>(type: T, room: Room<QueueType<T>>): Waiting<T> {
    return new Waiting(type, room, {
      clock: this.#services.clock,
      hostName: new URL(this.#url).hostname,
      take: (seat) => this.#take(type, seat),
    });
  }

  /** A seat that was promised is tried again at every process there is; one that went with its process is for the queue to give anew. */
  async #take<T extends RoomType>(type: T, seat: MatchSeat): Promise<Room<T>> {
    for (let asked = 1; ; asked++) {
      try {
        return await this.#enterOnce(type, (sdk) => sdk.consumeSeatReservation(seat as never));
      } catch (error) {
        const { name } = error as NetError;
        const mayBeThere = name === "MAY_TRY_RECONNECT" || name === "UNREACHABLE";
        if (!mayBeThere || asked === SEATS_ASKED_FOR) throw error;
      }
    }
  }

  async #enter<T extends RoomType>(type: T, options: JoinInput<T>, join: Join): Promise<Room<T>> {
    let ask = join;
    for (let asked = 1; ; asked++) {
      try {
        return await this.#enterOnce(type, ask);
      } catch (error) {
        const again = asked === SEATS_ASKED_FOR ? undefined : secondChance(error as NetError, options as object);
        if (again === undefined && (ask === join || asked === SEATS_ASKED_FOR)) throw error;
        ask = again ?? join;
      }
    }
  }

  async #enterOnce<T extends RoomType>(type: T, join: Join, kept?: KeptSeat): Promise<Room<T>> {
    const token = await this.#tokens.current();
    try {
      return await this.#enterWith(token, type, join, kept);
    } catch (error) {
      if (!isTokenRefused(error) || !this.#tokens.canRenew) throw error;
    }
    return this.#enterWith(await this.#tokens.after(token), type, join, kept);
  }

  async #enterWith<T extends RoomType>(
    token: string | undefined,
    type: T,
    join: Join,
    kept: KeptSeat | undefined,
  ): Promise<Room<T>> {
    let made: Room<T> | undefined;
    let seat: PromisedSeat | undefined;
    let shown = token;
    const renew = async (roomId: string, sessionId: string) => {
      shown = await this.#tokens.after(shown);
      await sdk.renew(roomId, sessionId, shown);
    };
    const services = { ...this.#services, storage: this.#storageOf(type.name), renew };
    const connectRoom: ConstructorParameters<typeof SessionClient>[1] = (sdkRoom, reserved) => {
      made = new Room(type, sdkRoom, { ...reserved, home: sdk.home }, services, kept);
      const { session, roomId, sessionId } = made;
      seat = { name: type.name, roomId, sessionId, ...reserved };
      session.entered.catch((error: { code: number; message: string }) => {
        sdkRoom.onError.invoke(error.code, error.message);
      });
      session.lifeline.begin();
      return session.wire;
    };
    const sdk = new SessionClient(this.#url, connectRoom, this.#fetch, token);
    keepRefusals(sdk, joinError);
    try {
      await join(sdk);
      await made!.session.entered;
    } catch (error) {
      const refusal = made?.session.refusal;
      made?.session.lifeline.abandon();
      const refused = refusal ?? joinError(error);
      if (seat !== undefined) promisedBefore(refused, seat);
      throw refused;
    }
    const { session } = made!;
    this.#services.clock.after(0, () => session.release());
    return made!;
  }
}

/** The seat is gone, and not only this page too old for it. */
function isLost(error: unknown): boolean {
  return error instanceof NetError && !error.recoverable && error.name !== "UPGRADE_REQUIRED";
}

/** A tab may be in a room of each type at a time. */
function tabStorage(typeName: string): SeatStorage | undefined {
  return typeof sessionStorage === "undefined" ? undefined : sessionSeatStorage(`ninelives:seat:${typeName}`);
}

function browserWindow(): HintTarget | undefined {
  return typeof window === "undefined" ? undefined : (window as unknown as HintTarget);
}
