/**
 * What is done about a room whose steps take more of its process than the host lets it have: it is named, then held back, and at last what
 * the host's `onOverBudget` says (ownership/heavy-rooms.ts). A room that is alone in its process hurts nobody, and is only named.
 *
 * Held back, it makes one step where LIMITS.heldEvery were due. Each step is as long as ever, so the room's time goes slower; it
 * is not made up for later. A plain room has a loop of its own, which nobody can hold back.
 */
import { LIMITS, type RoomType } from "@ninelives/shared-schema";
import { type Spent, type Standing, TickBudget } from "../tick/tick-budget.ts";
import type { RoomServices } from "./services.ts";

export interface RoomBudgetOptions {
  readonly type: RoomType;
  readonly services: RoomServices;
  readonly roomId: () => string;
  /** It was taken over, not made here. */
  readonly isTaken: boolean;
  /** Has one step made where so many are due. false: it cannot. */
  readonly hold: (every: number) => boolean;
}

export class RoomBudget {
  readonly #options: RoomBudgetOptions;
  readonly #budget: TickBudget;
  /** One step is made where so many are due. */
  #every = 1;
  #ranMs: number;
  readonly #movableFromMs: number;

  constructor(options: RoomBudgetOptions) {
    this.#options = options;
    const { services, isTaken } = options;
    this.#ranMs = services.clock.now();
    this.#movableFromMs = isTaken ? this.#ranMs + LIMITS.movedAgainMs : this.#ranMs;
    this.#budget = new TickBudget({
      share: services.tickBudget,
      hurts: () => services.onOverBudget !== "name" && services.rooms.size > 1,
      onWindow: (standing, was, share) => this.#window(standing, was, share),
      onBlocked: (costMs) => this.#blocked(costMs),
    });
  }

  get every(): number {
    return this.#every;
  }

  /** It has been here for long enough to be sent on: else it would go in circles. */
  get mayMove(): boolean {
    return this.#options.services.clock.now() >= this.#movableFromMs;
  }

  get standing(): Standing {
    return this.#budget.standing;
  }

  /** Of its time that its steps took, in the last window. */
  get share(): number {
    return this.#budget.share;
  }

  /** A wake-up took so long, and had `dueMs` for it. */
  woke(costMs: number, dueMs: number): void {
    this.#budget.spent({ ms: costMs, longestMs: costMs }, dueMs, this.#options.services.clock.now());
  }

  /** A room with a loop of its own had the time since this was said last. */
  ranOwnLoop(spent: Spent): void {
    const nowMs = this.#options.services.clock.now();
    this.#budget.spent(spent, nowMs - this.#ranMs, nowMs);
    this.#ranMs = nowMs;
  }

  #window(standing: Standing, was: Standing, share: number): void {
    const { type, services } = this.#options;
    const { metrics, onHeavy } = services;
    this.#hold(standing === "held" ? LIMITS.heldEvery : 1);
    if (standing !== was) {
      metrics.overBudget(type.name, standing);
      this.#tell(standing, was, share);
    }
    if (standing === "held" && was === "held") onHeavy(this.#options.roomId(), share / this.#every);
  }

  #hold(every: number): void {
    if (every !== this.#every && this.#options.hold(every)) this.#every = every;
  }

  #tell(standing: Standing, was: Standing, share: number): void {
    const { type, services, roomId } = this.#options;
    const { logger, tickBudget } = services;
    const about = { roomId: roomId(), roomType: type.name, share: Math.round(share * 100) / 100, tickBudget };
    if (standing === "within") logger.info(about, "a room is within its budget again");
    else if (standing === "held")
      logger.warn(
        about,
        `a room is still over its budget: ${this.#every > 1 ? "it is held back" : "its loop is its own"}`,
      );
    else if (was === "held") logger.info(about, "a room over its budget is alone now: it is not held back");
    else logger.warn(about, "a room is over its budget");
  }

  #blocked(costMs: number): void {
    const { type, services, roomId } = this.#options;
    services.metrics.overBudget(type.name, "blocked");
    services.logger.error(
      { roomId: roomId(), roomType: type.name, ms: Math.round(costMs) },
      "a room blocked its process: nothing else ran meanwhile",
    );
  }
}
