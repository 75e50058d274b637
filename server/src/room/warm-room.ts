/**
 * A room that was made ahead of demand: nobody has been promised a seat in it yet, and its time stands still, so that who comes finds it
 * as new. The first promise makes it a room like any other, for good. Its log says so too, beside how the room is listed: whoever takes
 * it over from a process that died ends it (protect.ts, take-over.ts).
 *
 * Colyseus makes rooms by itself, from a class that takes no argument; that the next one is such a room is said in the same turn.
 */
import { matchMaker, type Room } from "@colyseus/core";
import { reserveAfter } from "../adapter.ts";

let isNext = false;

const warm = new WeakMap<Room, WarmRoom>();

/** Calls `make`, which makes one room before it returns or waits: that one is warm. */
export function makeWarm<R>(make: () => R): R {
  isNext = true;
  try {
    return make();
  } finally {
    isNext = false;
  }
}

/** For a room's constructor: it is made ahead of demand. */
export function takeWarm(): boolean {
  const taken = isNext;
  isNext = false;
  return taken;
}

/** undefined for a room that somebody was promised a seat in. */
export function warmthOf(room: Room): WarmRoom | undefined {
  return warm.get(room);
}

export class WarmRoom {
  readonly #room: Room;
  readonly #note: () => void;
  readonly #onTaken: (() => void)[] = [];
  /** As the game has it; undefined until the room is held. */
  #autoDispose: boolean | undefined;

  /** `note`: writes down how the room is listed. */
  constructor(room: Room, note: () => void) {
    this.#room = room;
    this.#note = note;
    warm.set(room, this);
    reserveAfter(room, () => {
      if (warm.delete(room)) this.#taken();
      return undefined;
    });
  }

  get roomId(): string {
    return this.#room.roomId;
  }

  get typeName(): string {
    return this.#room.roomName;
  }

  /** Players can be promised a seat. */
  get isListed(): boolean {
    return matchMaker.getLocalRoomById(this.roomId) === this.#room;
  }

  /** Somebody is about to be promised a seat. */
  onTaken(then: () => void): void {
    this.#onTaken.push(then);
  }

  /** It does not end by itself any more because nobody is in. */
  hold(): void {
    this.#autoDispose ??= this.#room.autoDispose;
    this.#room.autoDispose = false;
  }

  /** Whoever is promised a seat from now on finds it gone. */
  async end(): Promise<void> {
    warm.delete(this.#room);
    await this.#room.disconnect();
  }

  #taken(): void {
    this.#note();
    if (this.#autoDispose !== undefined) this.#room.autoDispose = this.#autoDispose;
    for (const then of this.#onTaken) then();
  }
}
