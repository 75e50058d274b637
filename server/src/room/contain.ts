/**
 * Whatever a game's code throws, or rejects with, stays in its room: each of Colyseus's ways into it is a call in the room's name
 * (own-code.ts), and what comes out of one is named in the log, counted, and told to whoever asked. What runs at a tick edge besides
 * hooks is caught where it is called (game-calls.ts); what nobody caught comes in by the process (host/strays.ts).
 *
 * The innermost layer of a sealed class, right on the game's own (protect.ts, seal-game.ts, seal-plain.ts).
 */
import type { Client, MessageContext, Room } from "@colyseus/core";
import { LIMITS, type RoomType } from "@ninelives/shared-schema";
import { LineLimit } from "../inspect/line-limit.ts";
import { codeOf, errorOf, OwnCode } from "./own-code.ts";
import type { RoomClass } from "./protect.ts";
import type { RoomServices } from "./services.ts";

/** Names of the errors that Colyseus puts around what a room's code threw. */
const OF_COLYSEUS = /^(On\w+|Timestep|TimedEvent)Exception$/;

type Callback = (...args: never[]) => unknown;

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
      containTimers(this);
      containPresence(this);
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
      try {
        super.onUncaughtException?.(error as never, where as never);
      } catch (thrown) {
        metrics.fault(type.name, "onUncaughtException");
        logger.error({ roomId, roomType: type.name, err: errorOf(thrown) }, "the room's own onUncaughtException threw");
      }
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

/** A payload may have any field, and never a function. */
function isRequest(context: unknown): boolean {
  const { id, reject } = (context ?? {}) as Partial<MessageContext> & { readonly id?: number };
  return id !== undefined && typeof reject === "function";
}

function containTimers(room: Room): void {
  const { clock } = room;
  const ways = { setTimeout: clock.setTimeout.bind(clock), setInterval: clock.setInterval.bind(clock) };
  const inName = (args: unknown[]) => {
    const [handler, ...rest] = args as [Callback, ...unknown[]];
    return [(...given: never[]) => codeOf(room).run(() => handler(...given)), ...rest] as never as [never, never];
  };
  Object.assign(clock, {
    setTimeout: (...args: unknown[]) => ways.setTimeout(...inName(args)),
    setInterval: (...args: unknown[]) => ways.setInterval(...inName(args)),
  });
}

/**
 * What a room hears over Colyseus's presence is said in the middle of another one's `publish`, or of the connection to Redis: a throw would
 * be theirs. A callback is unsubscribed as what it was subscribed as.
 */
function containPresence(room: Room): void {
  let presence: Room["presence"] | undefined;
  const contained = new WeakMap<Callback, Callback>();
  const containedOf = (callback: Callback): Callback => {
    let own = contained.get(callback);
    if (own === undefined) {
      own = (...args) => {
        try {
          const made: unknown = codeOf(room).run(() => callback(...args));
          if (made instanceof Promise) made.catch((thrown: unknown) => report(room, thrown, "presence"));
        } catch (thrown) {
          report(room, thrown, "presence");
        }
      };
      contained.set(callback, own);
    }
    return own;
  };
  Object.defineProperty(room, "presence", {
    configurable: true,
    enumerable: true,
    get: () => presence,
    set(given: Room["presence"]) {
      presence = Object.assign(Object.create(given) as Room["presence"], {
        async subscribe(topic: string, callback: Callback) {
          await given.subscribe(topic, containedOf(callback));
          return presence!;
        },
        unsubscribe: (topic: string, callback?: Callback) =>
          given.unsubscribe(topic, callback && (contained.get(callback) ?? callback)),
      });
    },
  });
}
