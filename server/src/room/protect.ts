/**
 * The part every sealed room shares, plain or not: its patches go to the log as the same bytes clients get, its seats are in
 * memory, and a throw in game code is caught, named and counted while the room and the process live.
 *
 * A generated subclass: the game's class stays as it is, its fields and methods keep all names (what we keep about a room is
 * kept outside of it).
 */
import type { Client, Room } from "@colyseus/core";
import type { RoomType } from "@ninelives/shared-schema";
import { releaseReservedSeats, TapSerializer } from "../adapter.ts";
import type { Asked } from "../session/greetings.ts";
import { RoomRuntime } from "./room-runtime.ts";
import type { RoomServices } from "./services.ts";

export type RoomClass = new () => Room;

interface Inside {
  readonly runtime: RoomRuntime<RoomType>;
  /** undefined until the room has a state. */
  tap: TapSerializer | undefined;
}

const insides = new WeakMap<Room, Inside>();

export function runtimeOf(room: Room): RoomRuntime<RoomType> {
  return insides.get(room)!.runtime;
}

/** What a socket asks for; undefined for a room that is not here. */
export function seatIn(room: Room | undefined, sessionId: string): Asked | undefined {
  const runtime = room === undefined ? undefined : insides.get(room)?.runtime;
  if (runtime === undefined) return undefined;
  return { type: runtime.type, page: runtime.memory.host.seats.get(sessionId)?.page ?? 0 };
}

export function protect(Game: RoomClass, type: RoomType, services: RoomServices): RoomClass {
  class ProtectedRoom extends Game {
    constructor() {
      super();
      const inside: Inside = {
        tap: undefined,
        runtime: new RoomRuntime(type, services, {
          patch: () => {
            this.broadcastPatch();
            return inside.tap?.takePatch();
          },
          takePatch: () => inside.tap?.takePatch(),
          wholeState: () => inside.tap?.whole(),
          diverged: () => inside.tap?.diverged ?? false,
          elapsedMs: () => this.clock.elapsedTime,
        }),
      };
      insides.set(this, inside);
    }

    override setSerializer(): void {
      const inside = insides.get(this)!;
      inside.tap = new TapSerializer();
      super.setSerializer(inside.tap as never);
      inside.runtime.stateReplaced();
    }

    override broadcastPatch(): boolean {
      try {
        return super.broadcastPatch();
      } catch (error) {
        this.onUncaughtException(error as Error, "broadcastPatch");
        return false;
      }
    }

    override async onJoin(client: Client, options?: unknown, auth?: unknown): Promise<void> {
      const { seats, tick } = runtimeOf(this);
      seats.taken(client.sessionId, tick);
      await super.onJoin?.(client, options, auth);
      this.#say(client, "joined");
    }

    override onReconnect(client: Client): void | Promise<void> {
      runtimeOf(this).seats.connected(client.sessionId, true);
      this.#say(client, "resumed");
      return super.onReconnect?.(client) as void | Promise<void>;
    }

    override async onLeave(client: Client, code?: number): Promise<void> {
      runtimeOf(this).seats.left(client.sessionId);
      await super.onLeave?.(client, code);
      this.#say(client, "left", code);
    }

    override onBeforeShutdown(): void {
      releaseReservedSeats(this);
      super.onBeforeShutdown();
    }

    override async onDispose(): Promise<void> {
      try {
        await super.onDispose?.();
      } finally {
        await runtimeOf(this).stop();
        services.logger.info({ roomId: this.roomId, roomType: type.name, tick: runtimeOf(this).tick }, "room ended");
      }
    }

    override onUncaughtException(error: Error, where: string): void {
      const cause = error.cause ?? error;
      services.metrics.fault(type.name, where);
      services.logger.error(
        { roomId: this.roomId, roomType: type.name, where, err: cause },
        `${where} threw: ${error.message}`,
      );
      super.onUncaughtException?.(error as never, where as never);
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
