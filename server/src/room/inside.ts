/**
 * What a host keeps of each sealed room, outside of it: the game's class stays as it is, and its fields and methods keep all names. Made
 * with the room (protect.ts), read by whoever has to do with it.
 */
import type { Room } from "@colyseus/core";
import type { RoomType } from "@ninelives/shared-schema";
import { type Listing, listingOf, onDiscarded, stampListing, type TapSerializer } from "../adapter.ts";
import type { Asked } from "../session/greetings.ts";
import type { SeatTokens } from "../session/seat-tokens.ts";
import { report } from "./contain.ts";
import type { Past } from "./past.ts";
import type { RoomRuntime } from "./room-runtime.ts";
import type { RoomServices } from "./services.ts";
import type { SpentTokens } from "./spent-tokens.ts";
import { stateLayout } from "./state-class.ts";
import { warmthOf } from "./warm-room.ts";

/** What is kept of a room outside of it. */
export interface Inside {
  readonly runtime: RoomRuntime<RoomType>;
  readonly tokens: SeatTokens;
  readonly spent: SpentTokens;
  /** What the room goes on from; undefined for a new one, and once it runs. */
  past: Past<RoomType> | undefined;
  /** Resolves when everybody who had a seat in it before has one again. */
  readonly seated: PromiseWithResolvers<void>;
  /** The room goes on in another process: what still happens to it here is no news for the game. */
  hasLeft: boolean;
  /** Puts into memory what the game keeps outside of it; undefined: nothing. */
  keep: (() => void) | undefined;
  /** undefined until the room has a state. */
  tap: TapSerializer | undefined;
}

const insides = new WeakMap<Room, Inside>();

/** Once, when the room is made. */
export function keepInside(room: Room, inside: Inside): void {
  insides.set(room, inside);
}

export function insideOf(room: Room): Inside {
  return insides.get(room)!;
}

export function runtimeOf(room: Room): RoomRuntime<RoomType> {
  return insideOf(room).runtime;
}

/** What a room that was taken over goes on from; undefined for a new one. */
export function pastOf(room: Room): Past<RoomType> | undefined {
  return insideOf(room).past;
}

/** `keep` is called before the room is left to another process. */
export function keepWith(room: Room, keep: () => void): void {
  insideOf(room).keep = keep;
}

/** The room goes on in another process. */
export function hasLeft(room: Room): boolean {
  return insideOf(room).hasLeft;
}

/** Lets the room go on in another process: its game is told nothing of what happens to it here from now on. */
export function takeLeave(room: Room): void {
  insideOf(room).hasLeft = true;
}

/** What proves that a seat of this room is a player's, before and after a takeover. */
export function tokensOf(room: Room): SeatTokens {
  return insideOf(room).tokens;
}

/** Opens the room's log and lists the room with its host. What fails leaves the log of a room that was taken over as it was. */
export async function openRoom(room: Room, services: RoomServices): Promise<void> {
  if (pastOf(room) === undefined) noteListing(room);
  services.rooms.added(room);
  onDiscarded(room, () => {
    services.rooms.discard(room).catch((error: unknown) => report(room, error, "discard"));
  });
  await runtimeOf(room).open(room.roomId);
  stampListing(room, runtimeOf(room).epoch);
}

/** Runs what a takeover needs; a throw leaves the room's log as it was. */
export async function goingOn(room: Room, run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    takeLeave(room);
    runtimeOf(room).abandon();
    throw error;
  }
}

/** The room runs: what it went on from is let go of, and strangers may have what seats are left. */
export function forgetPast(room: Room): void {
  const inside = insideOf(room);
  inside.past = undefined;
  inside.seated.resolve();
}

/** Keeps in memory how the room is listed, for the next owner to list it alike. */
export function noteListing(room: Room): void {
  const mark = warmthOf(room) === undefined ? {} : { warm: true };
  runtimeOf(room).memory.host.listing = JSON.stringify({ ...listingOf(room), ...mark });
}

/** How the room is to be listed, and whether it was made ahead of demand. */
export function notedListing({ listing }: { readonly listing: string }): Listing & { readonly warm?: boolean } {
  return JSON.parse(listing) as Listing & { readonly warm?: boolean };
}

/** What a socket asks for; undefined for a room that is not here. */
export function seatIn(room: Room | undefined, sessionId: string): Asked | undefined {
  const inside = room === undefined ? undefined : insides.get(room);
  if (inside === undefined) return undefined;
  const { runtime, tokens, spent } = inside;
  const { page = 0, layout = "" } = runtime.memory.host.seats.get(sessionId) ?? {};
  return {
    type: runtime.type,
    page,
    isOther: layout !== "" && layout !== stateLayout(room!),
    worth: (token) => tokens.worth(sessionId, token),
    refused: () => spent.refused(sessionId),
    revoke: () => {
      if (!inside.hasLeft) spent.revoke(sessionId);
    },
  };
}
