/**
 * Rooms that take more of their process than they may, although they are held back. By the host's `onOverBudget` they stay that way, go on
 * at another process that has more to spare, or are over. One that has just come here is not sent on: it would go in circles.
 */
import { CODES } from "@ninelives/shared-schema";
import type { RoomServices } from "../room/services.ts";
import { endRoom } from "./failing-rooms.ts";

/** `name`: it is only said. The others hold the room back first; `throttle` does nothing more. */
export const ON_OVER_BUDGET = ["name", "throttle", "move", "close"] as const;
export type OnOverBudget = (typeof ON_OVER_BUDGET)[number];

export class HeavyRooms {
  readonly #services: RoomServices;
  readonly #move: (roomId: string, load: number) => Promise<boolean>;
  /** Something is done about these. */
  readonly #underWay = new Set<string>();

  /** `move`: lets the room go on at another process. false: none has more to spare. */
  constructor(services: RoomServices, move: (roomId: string, load: number) => Promise<boolean>) {
    this.#services = services;
    this.#move = move;
  }

  /** `load`: share of this process that the room uses. Never rejects. */
  async heavy(roomId: string, load: number): Promise<void> {
    const { onOverBudget, logger } = this.#services;
    if (this.#underWay.has(roomId)) return;
    this.#underWay.add(roomId);
    try {
      if (onOverBudget === "move") await this.#moveOn(roomId, load);
      else if (onOverBudget === "close") await this.#close(roomId);
    } catch (error) {
      logger.error({ roomId, err: error }, "a room that is over its budget could not be let go of");
    } finally {
      this.#underWay.delete(roomId);
    }
  }

  async #moveOn(roomId: string, load: number): Promise<void> {
    const { rooms, logger, metrics } = this.#services;
    if (!rooms.mayMove(roomId)) return;
    const type = rooms.kindOf(roomId)?.type;
    if (type === undefined || !(await this.#move(roomId, load))) return;
    metrics.overBudget(type, "moved");
    logger.warn({ roomId, roomType: type }, "a room over its budget goes on at a process with more to spare");
  }

  async #close(roomId: string): Promise<void> {
    const { rooms, logger, metrics } = this.#services;
    const type = rooms.kindOf(roomId)?.type;
    if (type === undefined) return;
    const { code } = CODES.ROOM_OVER_BUDGET;
    metrics.overBudget(type, "closed");
    logger.error({ roomId, roomType: type, code }, "a room stays over its budget: it is over, its log is kept");
    await endRoom(this.#services, roomId, code);
  }
}
