/**
 * Hands a claimed room to the instance that will be it: Colyseus makes rooms by itself, from a class that takes no argument. What
 * is handed over is taken in the same turn, so it never reaches another room.
 */
import type { Claimed } from "./past.ts";

let waiting: Claimed | undefined;

/** Calls `make`, which makes one room before it returns or waits. Throws when that room did not take what waits for it. */
export function handOver<R>(claimed: Claimed, make: () => R): R {
  waiting = claimed;
  try {
    const made = make();
    if (waiting !== undefined) throw new Error("a room that is made in the same turn expected, none was");
    return made;
  } finally {
    waiting = undefined;
  }
}

/** For a room's constructor: what it is to go on from; undefined for a new room. */
export function takeClaimed(): Claimed | undefined {
  const claimed = waiting;
  waiting = undefined;
  return claimed;
}
