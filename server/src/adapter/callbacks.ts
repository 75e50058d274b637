/** What a room gives to Colyseus to be called with, wrapped: each of these is called from somewhere where a throw is somebody else's. */
import type { MessageContext, Room } from "@colyseus/core";

export type Callback = (...args: never[]) => unknown;
export type Wrap = (callback: Callback) => Callback;

/** Handlers of the timers that are set from now on. */
export function wrapTimers({ clock }: Room, wrap: Wrap): void {
  const ways = { setTimeout: clock.setTimeout.bind(clock), setInterval: clock.setInterval.bind(clock) };
  const wrapped = ([handler, ...rest]: unknown[]) => [wrap(handler as Callback), ...rest] as unknown as [never, never];
  Object.assign(clock, {
    setTimeout: (...args: unknown[]) => ways.setTimeout(...wrapped(args)),
    setInterval: (...args: unknown[]) => ways.setInterval(...wrapped(args)),
  });
}

/**
 * What the room hears over presence: it is said in the middle of another room's `publish`, or of the connection to Redis. A callback is
 * unsubscribed as what it was subscribed as. To be called when the room is made, before it is given its presence.
 */
export function wrapPresence(room: Room, wrap: Wrap): void {
  let presence: Room["presence"] | undefined;
  const wrapped = new WeakMap<Callback, Callback>();
  const wrappedOf = (callback: Callback): Callback => {
    const known = wrapped.get(callback) ?? wrap(callback);
    wrapped.set(callback, known);
    return known;
  };
  Object.defineProperty(room, "presence", {
    configurable: true,
    enumerable: true,
    get: () => presence,
    set(given: Room["presence"]) {
      presence = Object.assign(Object.create(given) as Room["presence"], {
        async subscribe(topic: string, callback: Callback) {
          await given.subscribe(topic, wrappedOf(callback));
          return presence!;
        },
        unsubscribe: (topic: string, callback?: Callback) =>
          given.unsubscribe(topic, callback && (wrapped.get(callback) ?? callback)),
      });
    },
  });
}

/**
 * `context`: what a handler of messages was given last. true: somebody waits for an answer, and gets what `onUncaughtException` throws as
 * one. Of a handler of any message it is the payload, which may have any field and never a function.
 */
export function isRequest(context: unknown): boolean {
  const { id, reject } = (context ?? {}) as Partial<MessageContext> & { readonly id?: number };
  return id !== undefined && typeof reject === "function";
}
