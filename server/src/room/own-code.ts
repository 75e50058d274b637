/**
 * A game's code, run in the name of its room. What it starts and nobody waits for (a promise, a timer of Node's) is the room's still when
 * it fails, however much later: Node keeps in mind on whose behalf a callback runs. What it throws, or rejects with, is an object in any
 * case: whoever catches it, Colyseus too, reads its message, and games throw nothing at all as well.
 *
 * Constructors count: a room's fields may start things before there is a room.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { inspect } from "node:util";
import type { Room } from "@colyseus/core";
import type { Clock } from "../tick/clock.ts";
import type { Spent } from "../tick/tick-budget.ts";

const running = new AsyncLocalStorage<OwnCode>();
const codes = new WeakMap<Room, OwnCode>();

export class OwnCode {
  readonly #clock: Clock;
  #room: Room | undefined;
  /** Calls under way, one within the other. */
  #depth = 0;
  #spentMs = 0;
  #longestMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** undefined while the room's constructor runs. */
  get room(): Room | undefined {
    return this.#room;
  }

  /** From now on, until what it returns is called, everything runs in its name: for a constructor, which no function can call. */
  enter(): () => void {
    const before = running.getStore();
    running.enterWith(this);
    return () => running.enterWith(before as OwnCode);
  }

  /** The room is made. */
  isOf(room: Room): void {
    this.#room = room;
    codes.set(room, this);
  }

  /** Throws, and rejects, as `run` does, with an object. */
  run<R>(run: () => R): R {
    const startedMs = this.#depth++ === 0 ? this.#clock.now() : 0;
    try {
      return withError(running.run(this, run));
    } catch (thrown) {
      throw errorOf(thrown);
    } finally {
      if (--this.#depth === 0) this.#ran(this.#clock.now() - startedMs);
    }
  }

  /** What the event loop spent in it since this was asked last. */
  takeSpent(): Spent {
    const spent = { ms: this.#spentMs, longestMs: this.#longestMs };
    this.#spentMs = 0;
    this.#longestMs = 0;
    return spent;
  }

  #ran(ms: number): void {
    this.#spentMs += ms;
    this.#longestMs = Math.max(this.#longestMs, ms);
  }
}

export function codeOf(room: Room): OwnCode {
  return codes.get(room)!;
}

/** The room in whose name this runs; undefined: none, or one that is not made yet. */
export function roomRunning(): Room | undefined {
  return running.getStore()?.room;
}

/** What was thrown, as something with a message. Colyseus's errors and a game's own stay as they are: they carry codes. */
export function errorOf(thrown: unknown): Error {
  const message: unknown = (thrown as Partial<Error> | null | undefined)?.message;
  if (typeof thrown === "object" && typeof message === "string") return thrown as Error;
  return new Error(`an Error expected to be thrown, ${inspect(thrown, { depth: 1 })} got`);
}

function withError<R>(made: R): R {
  const later = made as Partial<PromiseLike<unknown>> | null | undefined;
  if (typeof later?.then !== "function") return made;
  return later.then(undefined, (thrown: unknown) => {
    throw errorOf(thrown);
  }) as R;
}
