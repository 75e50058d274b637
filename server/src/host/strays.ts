/**
 * What nobody in the process caught. Much of it is a game's: a promise that nobody awaits, a throw in a timer of Node's. It is put down to
 * the room in whose name it ran (room/own-code.ts), and the process goes on.
 *
 *   a rejection   names its room; nothing else was interrupted by it
 *   an exception  tore down whatever stood on the stack, and nobody knows what that left half done. Node says not to go on after one. What
 *                 is put at risk is mostly the room's, so it is not gone on with: it begins anew from its log, or is over
 *
 * What is nobody's is named as the host's own, and the process goes on as well: its matches would outlive it, but an error that comes
 * again would end each process they go to.
 */
import type { Room } from "@colyseus/core";
import { LIMITS } from "@ninelives/shared-schema";
import { LineLimit } from "../inspect/line-limit.ts";
import { report } from "../room/contain.ts";
import { errorOf, roomRunning } from "../room/own-code.ts";
import { runtimeOf } from "../room/inside.ts";
import type { RoomServices } from "../room/services.ts";

type Where = "unhandledRejection" | "uncaughtException";

export class Strays {
  readonly #services: Pick<RoomServices, "rooms" | "metrics" | "logger">;
  readonly #lines: LineLimit;

  constructor({ clock, metrics, logger, rooms }: RoomServices) {
    this.#services = { metrics, logger, rooms };
    this.#lines = new LineLimit(clock, () => metrics.lineSwallowed("host"), LIMITS.faultLines);
  }

  /** To be called where Node says so: it keeps in mind in whose name that ran. */
  rejected(reason: unknown): void {
    this.#named(reason, "unhandledRejection");
  }

  /** As {@link rejected}. */
  thrown(error: unknown): void {
    const room = this.#named(error, "uncaughtException");
    if (room !== undefined && this.#services.rooms.get(room.roomId) === room) runtimeOf(room).failures.failed();
  }

  #named(thrown: unknown, where: Where): Room | undefined {
    const room = roomRunning();
    if (room === undefined) this.#ours(errorOf(thrown), where);
    else report(room, thrown, where);
    return room;
  }

  #ours(error: Error, where: Where): void {
    const { metrics, logger } = this.#services;
    metrics.fault("host", where);
    const swallowed = this.#lines.next(where);
    if (swallowed === undefined) return;
    const more = swallowed === 0 ? {} : { swallowed };
    logger.error({ where, err: error, ...more }, "an error that nobody caught, and of no room: the process goes on");
  }
}
