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
  readTokensBy,
  releaseReservedSeats,
  reserveAfter,
  reserveIf,
  TapSerializer,
} from "../adapter.ts";
import { type Account, seatAccount } from "../auth/account.ts";
import { admit, hasOwnAuth, ownWord } from "../auth/admission.ts";
import type { Renewed } from "../auth/renewal.ts";
import { LineLimit } from "../inspect/line-limit.ts";
import { SeatTokens } from "../session/seat-tokens.ts";
import { contain, report } from "./contain.ts";
import {
  hasLeft,
  type Inside,
  insideOf,
  keepInside,
  notedListing,
  noteListing,
  runtimeOf,
  tokensOf,
} from "./inside.ts";
import { listed } from "./listed.ts";
import { codeOf } from "./own-code.ts";
import { Past } from "./past.ts";
import { takeClaimed } from "./restoring.ts";
import { RoomRuntime } from "./room-runtime.ts";
import type { RoomServices } from "./services.ts";
import { SpentTokens } from "./spent-tokens.ts";
import { stateClassOf, stateLayout } from "./state-class.ts";
import { takeWarm, WarmRoom } from "./warm-room.ts";

export type RoomClass = new () => Room;

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
      keepInside(this, inside);
      readTokensBy(this, (client, token) => tokens.came(client, token));
      const { seats } = runtime;
      const isWarm = past === undefined ? takeWarm() : seats.size === 0 && notedListing(past.host).warm === true;
      if (isWarm) new WarmRoom(this, () => noteListing(this));
      if (past !== undefined && !isWarm)
        reserveAfter(this, (sessionId) => (seats.has(sessionId) ? undefined : inside.seated.promise));
      reserveIf(this, (sessionId) => seats.has(sessionId) || takesNewcomers(inside.runtime, services));
    }

    override setSerializer(): void {
      const inside = insideOf(this);
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
      const { tokens, spent } = insideOf(this);
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
