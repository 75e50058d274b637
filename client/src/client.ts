/** connect(): the way in. One client per server address; each join gives a typed room. */
import { Client as SdkClient, type Room as SdkRoom, ServerError } from "@colyseus/sdk";
import type { JoinInput, RoomType, StateOf } from "@ninelives/shared-schema";
import { keepRefusals } from "./adapter.ts";
import { joinError } from "./errors.ts";
import { Room, type RoomClock } from "./room.ts";

export interface ConnectOptions {
  /** Default: the system's monotonic clock. */
  readonly clock?: RoomClock;
  /** Uniform in [0, 1); spreads retries. Default: Math.random. */
  readonly random?: () => number;
}

/** `url`: `http://host:port` of the server. Nothing is sent before the first join. */
export function connect(url: string, options: ConnectOptions = {}): Client {
  return new Client(url, options);
}

type Join = () => Promise<SdkRoom>;

/** Every join rejects with a NetError: ROOM_TYPE_UNKNOWN, ROOM_NOT_FOUND, ROOM_FULL, OPTIONS_INVALID, UNREACHABLE and others. */
export class Client {
  readonly #sdk: SdkClient;
  readonly #clock: RoomClock;
  readonly #random: () => number;

  constructor(url: string, { clock = performance, random = Math.random }: ConnectOptions) {
    this.#sdk = new SdkClient(url);
    keepRefusals(this.#sdk, joinError);
    this.#clock = clock;
    this.#random = random;
  }

  /** Joins a room of this type with a free seat, or makes one. */
  joinOrCreate<T extends RoomType>(type: T, options: JoinInput<T>): Promise<Room<T>> {
    return this.#enter(type, () => this.#sdk.joinOrCreate(type.name, options as object));
  }

  /** Joins a room of this type with a free seat. */
  join<T extends RoomType>(type: T, options: JoinInput<T>): Promise<Room<T>> {
    return this.#enter(type, () => this.#sdk.join(type.name, options as object));
  }

  /** Makes a room of this type and joins it. */
  create<T extends RoomType>(type: T, options: JoinInput<T>): Promise<Room<T>> {
    return this.#enter(type, () => this.#sdk.create(type.name, options as object));
  }

  joinById<T extends RoomType>(type: T, roomId: string, options: JoinInput<T>): Promise<Room<T>> {
    return this.#enter(type, () => this.#sdk.joinById(roomId, options as object));
  }

  async #enter<T extends RoomType>(type: T, join: Join): Promise<Room<T>> {
    try {
      const room = new Room(type, (await join()) as SdkRoom<unknown, StateOf<T>>, this.#clock, this.#random);
      await firstState(room.sdk as SdkRoom);
      return room;
    } catch (error) {
      throw joinError(error);
    }
  }
}

/** A joined room has its state from the start: the full state follows the join in the same stream. */
function firstState(room: SdkRoom): Promise<void> {
  return new Promise((resolve, reject) => {
    room.onStateChange.once(() => resolve());
    room.onLeave.once((code) => reject(new ServerError(code, "the connection closed before the first state")));
  });
}
