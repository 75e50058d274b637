/**
 * Whatever a game's code throws, or rejects with, stays in its room: each of Colyseus's ways into it is a call in the room's name
 * (own-code.ts), and what comes out of one is named in the log, counted, and told to whoever asked. What runs at a tick edge besides
 * hooks is caught where it is called (game-calls.ts); what nobody caught comes in by the process (host/strays.ts).
 *
 * The innermost layer of a sealed class, right on the game's own (protect.ts, seal-game.ts, seal-plain.ts).
 */
import type { Client, Room } from "@colyseus/core";
import { LIMITS, type RoomType } from "@ninelives/shared-schema";
import { type Callback, isRequest, wrapPresence, wrapTimers } from "../adapter.ts";
import { LineLimit } from "../inspect/line-limit.ts";
import { attempt } from "./game-calls.ts";
import { codeOf, errorOf, OwnCode } from "./own-code.ts";
import type { RoomClass } from "./protect.ts";
import type { RoomServices } from "./services.ts";

/** Names of the errors that Colyseus puts around what a room's code threw. */
const OF_COLYSEUS = /^(On\w+|Timestep|TimedEvent)Exception$/;

/** Reports what the game's code threw as Colyseus does. */
export function report(room: Room, thrown: unknown, where: string): void {
  room.onUncaughtException!(errorOf(thrown) as never, where as never);
}

export function contain(Game: RoomClass, type: RoomType, services: RoomServices): RoomClass {
  const { clock, metrics, logger } = services;
  /** Players who make handlers throw, and rooms that throw by themselves, could fill a disk. */
  const lines = new LineLimit(clock, () => metrics.lineSwallowed(type.name), LIMITS.faultLines);

  return class ContainedRoom extends Game {
    constructor() {
      const own = new OwnCode(clock);
      const leave = own.enter();
      try {
        super();
      } finally {
        leave();
      }
      own.isOf(this);
      wrapTimers(
        this,
        (handler) =>
          (...args) =>
            codeOf(this).run(() => handler(...args)),
      );
      wrapPresence(this, (callback) => listening(this, callback));
    }

    override onMessage(...args: unknown[]): never {
      return super.onMessage(...(withLast(args, (handler) => heard(this, handler)) as [never, never])) as never;
    }

    override onMessageBytes(...args: unknown[]): never {
      return super.onMessageBytes(...(withLast(args, (handler) => heard(this, handler)) as [never, never])) as never;
    }

    /** A sanitizer that throws let its input through unlooked at: its connection ends (socket/guard/connection.ts). */
    override defineInput(...[input, options]: unknown[]): never {
      const { sanitize } = (options ?? {}) as { readonly sanitize?: unknown };
      const named = typeof sanitize === "function" ? { sanitize: told(this, sanitize as Callback, "input") } : {};
      return super.defineInput(input as never, { ...(options as object), ...named }) as never;
    }

    override broadcastPatch(): boolean {
      return codeOf(this).run(() => super.broadcastPatch());
    }

    override onCreate(...args: Parameters<NonNullable<Room["onCreate"]>>): void | Promise<unknown> {
      return codeOf(this).run(() => super.onCreate?.(...args));
    }

    override onAuth(...args: Parameters<Room["onAuth"]>): unknown {
      return codeOf(this).run(() => super.onAuth(...args));
    }

    override onJoin(...args: Parameters<NonNullable<Room["onJoin"]>>): void | Promise<unknown> {
      return codeOf(this).run(() => super.onJoin?.(...args));
    }

    override onDrop(...args: Parameters<NonNullable<Room["onDrop"]>>): void | Promise<unknown> {
      return codeOf(this).run(() => super.onDrop?.(...args));
    }

    override onReconnect(...args: Parameters<NonNullable<Room["onReconnect"]>>): void | Promise<unknown> {
      return codeOf(this).run(() => super.onReconnect?.(...args));
    }

    override onLeave(...args: Parameters<NonNullable<Room["onLeave"]>>): void | Promise<unknown> {
      return codeOf(this).run(() => super.onLeave?.(...args));
    }

    override onDispose(): void | Promise<unknown> {
      return codeOf(this).run(() => super.onDispose?.());
    }

    override onUncaughtException(error: Error, where: string): void {
      const { name, message, client } = error as Error & { readonly client?: Client };
      const { roomId } = this;
      const cause = OF_COLYSEUS.test(name) ? errorOf(error.cause) : error;
      metrics.fault(type.name, where);
      const swallowed = lines.next(`${roomId} ${where} ${cause.name}`);
      if (swallowed !== undefined) {
        const more = swallowed === 0 ? {} : { swallowed };
        const sessionId = client?.sessionId;
        logger.error(
          { roomId, roomType: type.name, sessionId, where, err: cause, ...more },
          `${where} threw: ${message}`,
        );
      }
      attempt(
        "onUncaughtException",
        () => codeOf(this).run(() => super.onUncaughtException?.(error as never, where as never)),
        (thrown, at) => {
          metrics.fault(type.name, at);
          if (lines.next(`${roomId} ${at}`) === undefined) return;
          logger.error({ roomId, roomType: type.name, where: at, err: errorOf(thrown) }, `the room's own ${at} threw`);
        },
      );
      if (asked.delete(cause)) throw cause;
    }
  };
}

/** The last of them, which is the game's, by `made`. */
function withLast(args: readonly unknown[], made: (callback: Callback) => Callback): unknown[] {
  return [...args.slice(0, -1), made(args.at(-1) as Callback)];
}

/** Reports what it throws, and throws it. */
function told(room: Room, callback: Callback, where: string): Callback {
  return (...args) => {
    try {
      return codeOf(room).run(() => callback(...args));
    } catch (thrown) {
      report(room, thrown, where);
      throw thrown;
    }
  };
}

/** What was thrown at somebody who waits for an answer: Colyseus would report it, and answer as if nothing had been. */
const asked = new WeakSet<Error>();

/** A handler of messages, or of requests, in the room's name. */
function heard(room: Room, handler: Callback): Callback {
  return (...args: unknown[]) => {
    const failed = (thrown: unknown): never => {
      if (isRequest(args[2])) asked.add(thrown as Error);
      throw thrown;
    };
    try {
      const made = codeOf(room).run(() => handler(...(args as never[])));
      return made instanceof Promise ? made.catch(failed) : made;
    } catch (thrown) {
      return failed(thrown);
    }
  };
}

/** What a listener throws is nobody's who said something. */
function listening(room: Room, callback: Callback): Callback {
  return (...args) =>
    attempt(
      "presence",
      () => codeOf(room).run(() => callback(...args)),
      (thrown, where) => report(room, thrown, where),
    );
}
