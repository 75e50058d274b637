/**
 * Rooms whose own code fails at every tick, or threw where nobody caught it. What such a room was before may have come of it, so it begins anew from its log, once. One
 * that fails again soon is set aside with its log, and its players are told that the match is over: they play on nowhere, but nobody
 * pays for it. A room without a log has nothing to begin from.
 */
import { CODES, LIMITS } from "@ninelives/shared-schema";
import type { OwnedRoom } from "../log/store.ts";
import type { RoomServices } from "../room/services.ts";

export class FailingRooms {
  readonly #services: RoomServices;
  readonly #restore: (room: OwnedRoom) => void | Promise<void>;
  /** When each began anew for that. */
  readonly #begunMs = new Map<string, number>();
  /** Those that are on their way. */
  readonly #underWay = new Map<string, Promise<void>>();

  /** `restore`: takes a room over that is ours, and not here any more. */
  constructor(services: RoomServices, restore: (room: OwnedRoom) => void | Promise<void>) {
    this.#services = services;
    this.#restore = restore;
  }

  /** Resolves when the room is here again, or over; at once when it does not begin anew now. */
  async settled(roomId: string): Promise<void> {
    await this.#underWay.get(roomId);
  }

  /** Never rejects. */
  async failed(roomId: string): Promise<void> {
    const done = this.#beginAnew(roomId);
    this.#underWay.set(roomId, done);
    await done;
    if (this.#underWay.get(roomId) === done) this.#underWay.delete(roomId);
  }

  async #beginAnew(roomId: string): Promise<void> {
    const { rooms, store, logger, metrics, clock } = this.#services;
    rooms.halt(roomId);
    const local = rooms.owned().find((room) => room.roomId === roomId);
    const begunMs = this.#begunMs.get(roomId);
    for (const [other, atMs] of this.#begunMs)
      if (clock.now() - atMs > LIMITS.failsAgainMs) this.#begunMs.delete(other);
    try {
      if (local !== undefined && (begunMs === undefined || clock.now() - begunMs > LIMITS.failsAgainMs)) {
        this.#begunMs.set(roomId, clock.now());
        logger.error({ roomId }, "a room fails: it begins anew from its log");
        const current = await store.ownerOf(roomId);
        await rooms.drop(roomId, undefined);
        if (current !== undefined) await this.#restore(current);
        return;
      }
      this.#begunMs.delete(roomId);
      metrics.fault("host", "room");
      logger.error({ roomId, code: CODES.ROOM_FAILED.code }, "a room fails again: it is over, its log is kept");
      await endRoom(this.#services, roomId, CODES.ROOM_FAILED.code);
    } catch (error) {
      logger.error({ roomId, err: error }, "a room that fails could not be set aside");
    }
  }
}

/** The match is over for who is in, who are told `code`. It is restored by nobody, and its log is kept. */
export async function endRoom({ rooms, store }: RoomServices, roomId: string, code: number): Promise<void> {
  const local = rooms.owned().find((room) => room.roomId === roomId);
  await rooms.fail(roomId, code);
  if (local !== undefined) await store.quarantine(roomId, local.epoch);
}
