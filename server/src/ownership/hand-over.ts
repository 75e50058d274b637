/**
 * Lets the rooms of a process that goes away go on elsewhere, as they are. Players are sent to the next owner at once: the first of
 * them that comes has the room restored there. The next room goes when this one has been claimed: each stands still for its own
 * restore alone. Rooms that are just being made go last; those that nobody else can go on with are played to their end (finish.ts).
 */
import { LIMITS } from "@ninelives/shared-schema";
import { eachOf } from "../room/each-of.ts";
import type { RoomServices } from "../room/services.ts";
import { finish } from "./finish.ts";
import type { Keeper } from "./keeper.ts";
import type { Member } from "./members.ts";
import type { LocalRoom } from "./ports.ts";

/** Between two looks whether a room that is being made has its log, ms. */
const LOOK_MS = 10;
const UNWRITTEN = "a room could not write its last snapshot: what its log has counts";

export class HandOver {
  readonly #keeper: Keeper;
  readonly #services: RoomServices;
  /** Nobody who stays can go on with these. */
  readonly #stranded = new Set<string>();
  readonly #endMs: number;

  constructor(keeper: Keeper, services: RoomServices) {
    this.#keeper = keeper;
    this.#services = services;
    this.#endMs = services.clock.now() + LIMITS.handOverMs;
  }

  /** Resolves when no room is here any more. `onFinish`: some are played to their end here, which may take so long. */
  async run(onFinish: (withinMs: number) => void): Promise<void> {
    const { clock } = this.#services;
    for (let left = this.#left(); left.length > 0 && clock.now() < this.#endMs; left = this.#left()) {
      const made = left.filter(({ epoch }) => epoch > 0);
      if (made.length > 0) await this.#leaveAll(made);
      else await new Promise<void>((resolve) => clock.after(LOOK_MS, resolve));
    }
    if (this.#stranded.size > 0) await this.#finishAll(onFinish);
  }

  #left(): LocalRoom[] {
    return this.#services.rooms.owned().filter(({ roomId }) => !this.#stranded.has(roomId));
  }

  /** Many rooms would take too long one by one. */
  async #leaveAll(owned: readonly LocalRoom[]): Promise<void> {
    const { clock } = this.#services;
    const atOnce = Math.min(LIMITS.restoresAtOnce, Math.ceil(owned.length / LIMITS.handOverRooms));
    await eachOf(owned, atOnce, async ({ roomId }) => {
      const heir = await this.#keeper.heirOf(roomId);
      if (heir === "stranded") this.#stranded.add(roomId);
      else if (heir === "nobody") await this.#leave(roomId, undefined);
      else await this.#leave(roomId, heir, clock.now() < this.#endMs);
    });
  }

  /** `waits`: until somebody has claimed it, too. */
  async #leave(roomId: string, to: Member | undefined, waits = false): Promise<void> {
    const { isReleased, moving } = await leaveTo(this.#services, roomId, to);
    if (isReleased && to !== undefined && waits) await this.#keeper.claimed(roomId, to);
    await moving;
  }

  async #finishAll(onFinish: (withinMs: number) => void): Promise<void> {
    const { rooms, finishWithinMs: withinMs, clock, logger } = this.#services;
    const stranded = [...this.#stranded];
    logger.warn(
      { rooms: stranded, withinMs },
      "no other process can go on with these matches: they are played to their end here",
    );
    onFinish(withinMs);
    const options = {
      clock,
      withinMs,
      heirOf: (roomId: string) => this.#keeper.heirOf(roomId),
      rooms: {
        isHere: (roomId: string) => rooms.get(roomId) !== undefined,
        close: (roomId: string) => rooms.close(roomId),
        handOver: (roomId: string, to: Member | undefined) => this.#leave(roomId, to),
        setAside: (roomId: string) => this.#setAside(roomId),
      },
    };
    await Promise.all(stranded.map((roomId) => finish(roomId, options)));
  }

  /** Its log ends with a snapshot of the last tick. */
  async #setAside(roomId: string): Promise<void> {
    const { rooms, store, logger } = this.#services;
    await rooms.release(roomId).catch((error: unknown) => logger.error({ roomId, err: error }, UNWRITTEN));
    const current = await store.ownerOf(roomId);
    if (current !== undefined) await store.quarantine(roomId, current.epoch);
    logger.warn(
      { roomId },
      "a match that no other process can go on with is not over: it is set aside, its log is kept",
    );
    await rooms.part(roomId);
  }
}

/**
 * Lets one room go on at `to`, or at whoever takes it; `moving` resolves when nothing of it is here any more. One that cannot even be written
 * down is let go of as its log has it, and keeps no other one here.
 */
export async function leaveTo(
  { rooms, logger, metrics }: RoomServices,
  roomId: string,
  to: Member | undefined,
): Promise<{ readonly isReleased: boolean; readonly moving: Promise<void> }> {
  try {
    await rooms.release(roomId, to?.processId);
    return { isReleased: true, moving: rooms.move(roomId, to?.info.address) };
  } catch (error) {
    metrics.fault("host", "release");
    logger.error({ roomId, err: error }, UNWRITTEN);
    return { isReleased: false, moving: rooms.drop(roomId, undefined) };
  }
}
