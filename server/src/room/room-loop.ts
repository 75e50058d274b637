/**
 * The loop of a room that has none of its own: wakes it when its steps are due, counts what they cost against its budget, and keeps
 * whatever fails in one within the room.
 */
import { LIMITS, type RoomType } from "@ninelives/shared-schema";
import type { DueSteps } from "../tick/fixed-step.ts";
import type { TickReport } from "../tick/pipeline.ts";
import { Ticker } from "../tick/ticker.ts";
import type { RoomBudget } from "./room-budget.ts";
import type { RoomServices } from "./services.ts";

export interface RoomLoopOptions {
  readonly type: RoomType;
  readonly services: RoomServices;
  readonly budget: RoomBudget;
  readonly mayStep: () => boolean;
  readonly run: (due: DueSteps) => TickReport;
  readonly onFault: (error: unknown) => void;
}

export class RoomLoop {
  readonly #options: RoomLoopOptions;
  readonly #ticker: Ticker;

  constructor(options: RoomLoopOptions) {
    this.#options = options;
    const { clock } = options.services;
    this.#ticker = new Ticker(clock, options.type.tickHz, LIMITS.catchUpSteps, (due) => this.#wake(due));
  }

  start(): void {
    this.#ticker.start();
  }

  stop(): void {
    this.#ticker.stop();
  }

  /** One step is made where so many are due. */
  hold(every: number): boolean {
    this.#ticker.pace(every);
    return true;
  }

  #wake(due: DueSteps): void {
    const { type, services, budget, mayStep, run, onFault } = this.#options;
    if (!mayStep()) return;
    const { every } = budget;
    try {
      const report = run(due);
      services.metrics.ticked(type.name, report);
      services.strain.ticked(report, 1000 / type.tickHz);
      services.metrics.stepsHeld(type.name, due.run * (every - 1));
      budget.woke(report.costMs, (due.run * 1000) / type.tickHz);
    } catch (error) {
      onFault(error);
    }
  }
}
