/** The rooms of the abuse bench, the same on both sides but for those that are typed on ours. Games as ordinary and careless as games are. */
import { type AuthContext, type Client, Room } from "@colyseus/core";
import { schema, t } from "@colyseus/schema";
import type { RoomEntry } from "@ninelives/server";
import type { RoomType } from "@ninelives/shared-schema";
import { ROOMS as CARELESS } from "../../test/fuzz/frames/rooms.ts";
import { PLAYED, SMALL } from "../flood/names.ts";
import { Played, PlayedRoom, Small, SmallRoom, StockPlayedRoom, StockSmallRoom } from "../flood/rooms.ts";
import { ourRooms, stockRooms } from "../slow/rooms.ts";
import { MIRROR } from "./conformance/wire.ts";

/** What the rooms of this process saw. */
export const seen = {
  /** Messages of {@link Babel}. */
  messages: 0,
  /** Times that {@link Known.grant} was called, which nobody but the game may. */
  grants: 0,
  /** Addresses that games were told players come from. */
  addresses: new Set<string>(),
};

const State = schema({ turn: t.uint32().default(0) }, "AbuseState");
type State = InstanceType<typeof State>;
const WIDE_SEATS = 10_000;
const HOLD_SECONDS = 20;

/** As many seats as anybody may ask for. */
class Wide extends Room {
  override maxClients = WIDE_SEATS;
}

/** Takes any message. */
class Babel extends Room {
  override onCreate(): void {
    this.onMessage("*", () => void seen.messages++);
  }
}

/** Has thought of errors, as Colyseus's documentation says how. */
class Caught extends CARELESS.plain {
  override onUncaughtException(): void {}
}

/** Handlers that nothing can make throw. */
class Careful extends Room<{ state: State }> {
  override state = new State();
  override autoDispose = false;

  override onCreate(): void {
    for (const type of ["move", "order", "ask", 1, "*"]) this.onMessage(type as string, () => void this.state.turn++);
  }
}

class Thrower extends Room<{ state: State }> {
  override state = new State();
  override autoDispose = false;

  override onCreate(): void {
    this.onMessage("sync", ({ sessionId }: Client, { at }: { at: { x: number } }) => void (sessionId.length + at.x));
    this.onMessage("async", (_client: Client, { at }: { at: { x: number } }): unknown =>
      Promise.resolve().then(() => at.x),
    );
    this.onMessage("request", (_client: Client, { at }: { at: { x: number } }) => ({ x: at.x }));
  }
}

/** Says every message back, byte by byte. */
class Mirror extends Room {
  override autoDispose = false;

  override onCreate(): void {
    this.onMessageBytes("echo", (client: Client, bytes: Uint8Array) => client.sendBytes("echo", bytes));
  }
}

/** Holds the seat of a player who is away. */
class Holding extends Room<{ state: State }> {
  override state = new State();

  override async onDrop(client: Client): Promise<void> {
    await this.allowReconnection(client, HOLD_SECONDS).catch(() => {});
  }
}

/** Asks where a player comes from, and has a method that only the game is to call. */
class Known extends Room<{ state: State }> {
  override state = new State();
  override autoDispose = false;

  static override onAuth(_token: string, _options: unknown, { ip }: AuthContext): Promise<boolean> {
    seen.addresses.add(String([ip].flat()[0]));
    return Promise.resolve(true);
  }

  grant(): void {
    seen.grants++;
  }
}

const PLAIN = {
  wide: Wide,
  babel: Babel,
  careless: CARELESS.plain,
  caught: Caught,
  careful: Careful,
  pads: CARELESS.pads,
  thrower: Thrower,
  [MIRROR]: Mirror,
  holding: Holding,
  known: Known,
};

/** `things`: how many move in the room `field`. */
export function roomsOfOurs(things: number): Readonly<Record<string, RoomEntry<RoomType>>> {
  const typed = {
    [PLAYED]: { type: Played, room: PlayedRoom },
    [SMALL]: { type: Small, room: SmallRoom },
  };
  return { ...PLAIN, ...typed, ...ourRooms(things) } as never;
}

export function roomsOfStock(things: number): Readonly<Record<string, new () => Room>> {
  return { ...PLAIN, [PLAYED]: StockPlayedRoom, [SMALL]: StockSmallRoom, ...stockRooms(things) };
}
