/**
 * The part every sealed room shares, plain or not: its patches go to the log as the same bytes clients get, and its seats are in
 * memory. What the game's code throws is kept within its room one layer below (contain.ts).
 *
 * A generated subclass: the game's class stays as it is, its fields and methods keep all names (what we keep about a room is
 * kept outside of it).
 */
import type { Client, Room } from "@colyseus/core";
import type { RoomType } from "@ninelives/shared-schema";
import {
  isGhost,
  type Listing,
  listingOf,
  onDiscarded,
  releaseReservedSeats,
  reserveAfter,
  stampListing,
  TapSerializer,
} from "../adapter.ts";
import type { Asked } from "../session/greetings.ts";
import { seatToken } from "../session/token.ts";
import { contain, report } from "./contain.ts";
import { listed } from "./listed.ts";
import { codeOf } from "./own-code.ts";
import { Past } from "./past.ts";
import { takeClaimed } from "./restoring.ts";
import { RoomRuntime } from "./room-runtime.ts";
import type { RoomServices } from "./services.ts";
import { stateClassOf, stateLayout } from "./state-class.ts";
import { takeWarm, WarmRoom, warmthOf } from "./warm-room.ts";

export type RoomClass = new () => Room;

interface Inside {
  readonly runtime: RoomRuntime<RoomType>;
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

export function runtimeOf(room: Room): RoomRuntime<RoomType> {
  return insides.get(room)!.runtime;
}

/** What a room that was taken over goes on from; undefined for a new one. */
export function pastOf(room: Room): Past<RoomType> | undefined {
  return insides.get(room)!.past;
}

/** `keep` is called before the room is left to another process. */
export function keepWith(room: Room, keep: () => void): void {
  insides.get(room)!.keep = keep;
}

/** The room goes on in another process. */
export function hasLeft(room: Room): boolean {
  return insides.get(room)!.hasLeft;
}

/** Lets the room go on in another process: its game is told nothing of what happens to it here from now on. */
export function takeLeave(room: Room): void {
  insides.get(room)!.hasLeft = true;
}

/** What proves that the seat is this player's, before and after a takeover. */
export function tokenOf(room: Room, { sessionId }: Client): string {
  return seatToken(runtimeOf(room).memory.host.secret, room.roomId, sessionId);
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
  const inside = insides.get(room)!;
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
  const runtime = room === undefined ? undefined : insides.get(room)?.runtime;
  if (runtime === undefined) return undefined;
  const { page = 0, layout = "" } = runtime.memory.host.seats.get(sessionId) ?? {};
  const isOther = layout !== "" && layout !== stateLayout(room!);
  return { type: runtime.type, page, isOther };
}

export function protect(Game: RoomClass, type: RoomType, services: RoomServices): RoomClass {
  class ProtectedRoom extends listed(contain(Game, type, services), noteListing) {
    constructor() {
      super();
      const claimed = takeClaimed();
      const past = claimed === undefined ? undefined : new Past(type, claimed);
      const inside: Inside = {
        tap: undefined,
        past,
        hasLeft: false,
        seated: Promise.withResolvers(),
        keep: undefined,
        runtime: new RoomRuntime(
          type,
          services,
          {
            enter: (run) => codeOf(this).run(run),
            report: (error, where) => report(this, error, where),
            patch: () => {
              this.broadcastPatch();
              return inside.tap?.takePatch();
            },
            takePatch: () => inside.tap?.takePatch(),
            wholeState: () => inside.tap?.whole(),
            stateClass: () => stateClassOf(this),
            diverged: () => inside.tap?.diverged ?? false,
            keep: () => {
              try {
                inside.keep?.();
              } catch (error) {
                report(this, error, "serialize");
              }
            },
            elapsedMs: () => this.clock.elapsedTime,
          },
          past,
        ),
      };
      insides.set(this, inside);
      const { seats } = inside.runtime;
      const isWarm = past === undefined ? takeWarm() : seats.size === 0 && notedListing(past.host).warm === true;
      if (isWarm) new WarmRoom(this, () => noteListing(this));
      if (past === undefined || isWarm) return;
      reserveAfter(this, (sessionId) => (seats.has(sessionId) ? undefined : inside.seated.promise));
    }

    override setSerializer(): void {
      const inside = insides.get(this)!;
      inside.tap = new TapSerializer(inside.runtime.slow);
      super.setSerializer(inside.tap as never);
      inside.runtime.stateReplaced();
    }

    override broadcastPatch(): boolean {
      if (hasLeft(this) || !runtimeOf(this).mayStep) return false;
      try {
        return super.broadcastPatch();
      } catch (error) {
        report(this, error, "broadcastPatch");
        runtimeOf(this).failures.unpatched();
        return false;
      }
    }

    override onAuth(...[client, options, context]: Parameters<Room["onAuth"]>): unknown {
      return isGhost(client) ? true : super.onAuth(client, options, context);
    }

    override onJoin(client: Client, options?: unknown, auth?: unknown): void | Promise<unknown> {
      const { seats, tick } = runtimeOf(this);
      client.reconnectionToken = tokenOf(this, client);
      seats.taken(client, tick, stateLayout(this));
      const joining: unknown = super.onJoin?.(client, options, auth);
      if (joining instanceof Promise) return joining.then(() => this.#say(client, "joined"));
      this.#say(client, "joined");
    }

    override onReconnect(client: Client): void | Promise<void> {
      client.reconnectionToken = tokenOf(this, client);
      runtimeOf(this).seats.returned(client.sessionId, stateLayout(this));
      this.#say(client, "resumed");
      return super.onReconnect?.(client) as void | Promise<void>;
    }

    override async onLeave(client: Client, code?: number): Promise<void> {
      if (hasLeft(this)) return;
      runtimeOf(this).seats.left(client.sessionId);
      await super.onLeave?.(client, code);
      this.#say(client, "left", code);
    }

    override onBeforeShutdown(): void {
      releaseReservedSeats(this);
      super.onBeforeShutdown();
    }

    override async onDispose(): Promise<void> {
      if (hasLeft(this)) return;
      try {
        await super.onDispose?.();
      } finally {
        await runtimeOf(this)
          .stop()
          .catch((error: unknown) => report(this, error, "log"));
        services.rooms.removed(this.roomId);
        services.logger.info({ roomId: this.roomId, roomType: type.name, tick: runtimeOf(this).tick }, "room ended");
      }
    }

    #say(client: Client, what: string, code?: number): void {
      services.logger.info(
        { roomId: this.roomId, sessionId: client.sessionId, roomType: type.name, code },
        `player ${what}`,
      );
    }
  }
  return ProtectedRoom as RoomClass;
}
