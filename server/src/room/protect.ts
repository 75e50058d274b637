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
  beforeItIsIn,
  isGhost,
  type Listing,
  listingOf,
  onDiscarded,
  readTokensBy,
  releaseReservedSeats,
  reserveAfter,
  reserveIf,
  stampListing,
  TapSerializer,
} from "../adapter.ts";
import { type Account, seatAccount } from "../auth/account.ts";
import { admit, hasOwnAuth, ownWord } from "../auth/admission.ts";
import type { Renewed } from "../auth/renewal.ts";
import { LineLimit } from "../inspect/line-limit.ts";
import type { Asked } from "../session/greetings.ts";
import { SeatTokens } from "../session/seat-tokens.ts";
import { contain, report } from "./contain.ts";
import { listed } from "./listed.ts";
import { codeOf } from "./own-code.ts";
import { Past } from "./past.ts";
import { takeClaimed } from "./restoring.ts";
import { RoomRuntime } from "./room-runtime.ts";
import type { RoomServices } from "./services.ts";
import { SpentTokens } from "./spent-tokens.ts";
import { stateClassOf, stateLayout } from "./state-class.ts";
import { takeWarm, WarmRoom, warmthOf } from "./warm-room.ts";

export type RoomClass = new () => Room;

interface Inside {
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

/** What proves that a seat of this room is a player's, before and after a takeover. */
export function tokensOf(room: Room): SeatTokens {
  return insides.get(room)!.tokens;
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

/** A queue, and a match for which one chose the players, take theirs also under strain. */
function takesNewcomers({ type, memory }: RoomRuntime<RoomType>, { strain, isQueue }: RoomServices): boolean {
  if (strain.relief.takesPlayers || memory.host.match !== "" || isQueue(type.name)) return true;
  strain.heldBack("joins");
  return false;
}

export function protect(Game: RoomClass, type: RoomType, services: RoomServices): RoomClass {
  /** Spent tokens that come again and again could fill a disk. */
  const lines = new LineLimit(services.clock, () => services.metrics.lineSwallowed(type.name));
  class ProtectedRoom extends listed(contain(Game, type, services), noteListing) {
    constructor() {
      super();
      const claimed = takeClaimed();
      const past = claimed === undefined ? undefined : new Past(type, claimed);
      const runtime = new RoomRuntime(
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
      );
      const tokens = new SeatTokens(runtime.memory.host, () => this.roomId, services.seed);
      const inside: Inside = {
        runtime,
        tokens,
        spent: new SpentTokens({ room: this, typeName: type.name, tokens, services, lines }),
        tap: undefined,
        past,
        hasLeft: false,
        seated: Promise.withResolvers(),
        keep: undefined,
      };
      insides.set(this, inside);
      readTokensBy(this, (client, token) => tokens.came(client, token));
      const { seats } = runtime;
      const isWarm = past === undefined ? takeWarm() : seats.size === 0 && notedListing(past.host).warm === true;
      if (isWarm) new WarmRoom(this, () => noteListing(this));
      if (past !== undefined && !isWarm)
        reserveAfter(this, (sessionId) => (seats.has(sessionId) ? undefined : inside.seated.promise));
      reserveIf(this, (sessionId) => seats.has(sessionId) || takesNewcomers(inside.runtime, services));
    }

    override setSerializer(): void {
      const inside = insides.get(this)!;
      const { runtime } = inside;
      inside.tap = new TapSerializer(runtime.slow, (client) => beforeItIsIn(client, () => runtime.catchUp(client)));
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

    override async onAuth(...[client, options, context]: Parameters<Room["onAuth"]>): Promise<unknown> {
      if (isGhost(client)) return true;
      admit(client);
      return ownWord(await super.onAuth(client, options, context));
    }

    override onJoin(client: Client, options?: unknown): void | Promise<unknown> {
      const { seats, tick } = runtimeOf(this);
      const account = admit(client);
      // What a class without an `onAuth` of its own says is no more than that it has none.
      if (client.auth === true && !hasOwnAuth(Game)) client.auth = undefined;
      seats.taken(client, tick, stateLayout(this), account && seatAccount(account));
      tokensOf(this).tell(client);
      const joining: unknown = super.onJoin?.(client, options, client.auth);
      if (joining instanceof Promise) return joining.then(() => this.#say(client, "joined"));
      this.#say(client, "joined");
    }

    override onReconnect(client: Client): void | Promise<void> {
      tokensOf(this).tell(client);
      runtimeOf(this).seats.returned(client.sessionId, stateLayout(this));
      this.#say(client, "resumed");
      return super.onReconnect?.(client) as void | Promise<void>;
    }

    override async onLeave(client: Client, code?: number): Promise<void> {
      if (hasLeft(this)) return;
      runtimeOf(this).seats.left(client.sessionId);
      try {
        await super.onLeave?.(client, code);
      } finally {
        tokensOf(this).left(client);
      }
      this.#say(client, "left", code);
    }

    /** Asked by the process that a player showed a newer token to (auth/renewal.ts). */
    _renewAccount(sessionId: string, account: Account): Renewed {
      const { seats } = runtimeOf(this);
      if (!seats.has(sessionId)) return "none";
      if (seats.account(sessionId)?.userId !== account.userId) return "other";
      seats.renewed(sessionId, seatAccount(account));
      return "yes";
    }

    override hasReservedSeat(sessionId: string, token?: string | null): boolean {
      return super.hasReservedSeat(sessionId, token == null ? undefined : tokensOf(this).key(sessionId, token));
    }

    /** Asked by matchmaking, for an app that comes with a token it kept: it may have kept an old one, so a spent one ends nothing. */
    override checkReconnectionToken(token: string): string {
      const { tokens, spent } = insides.get(this)!;
      const sessionId = tokens.sessionOf(token);
      const key = sessionId === undefined ? "" : tokens.key(sessionId, token);
      if (sessionId !== undefined && key === "") spent.refused(sessionId);
      return super.checkReconnectionToken(key);
    }

    override allowReconnection(...[client, seconds]: Parameters<Room["allowReconnection"]>) {
      if (!tokensOf(this).isRevoked(client.sessionId)) return super.allowReconnection(client, seconds);
      return Promise.reject(false) as never;
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
