/**
 * One wake-up of a room, in order. This is the only place where a room changes:
 *
 *   inbox  -> joins, leaves, drops and commands that waited since the last tick, in order of arrival
 *   clock  -> the room's time moves by exactly one period; its timers fire
 *   step   -> the game's onTick, with inputs read by the game from `this.inputs`
 *   publish -> encode once, log entry, patch to clients; events and results follow the entry's commit
 *
 * After a stall the first three run once per due step and publish runs once: clients get the newest picture, not five.
 */
import type { Clock } from "./clock.ts";
import type { DueSteps } from "./fixed-step.ts";

export interface TickedRoom {
  runInbox(): void;
  advanceClock(stepMs: number): void;
  step(tick: number): void;
  publish(tick: number): void;
}

/** What a wake-up cost, for metrics. */
export interface TickReport {
  readonly steps: number;
  readonly dropped: number;
  readonly latenessMs: number;
  readonly costMs: number;
}

export class TickPipeline {
  /** Steps run so far; the number of the last one. 0 before the first. */
  tick = 0;
  readonly #room: TickedRoom;
  readonly #clock: Clock;
  readonly #stepMs: number;

  constructor(room: TickedRoom, clock: Clock, tickHz: number) {
    this.#room = room;
    this.#clock = clock;
    this.#stepMs = 1000 / tickHz;
  }

  run(due: DueSteps): TickReport {
    const startedMs = this.#clock.now();
    for (let step = 0; step < due.run; step++) {
      this.tick++;
      this.#room.runInbox();
      this.#room.advanceClock(this.#stepMs);
      this.#room.step(this.tick);
    }
    this.#room.publish(this.tick);
    return { steps: due.run, dropped: due.dropped, latenessMs: due.latenessMs, costMs: this.#clock.now() - startedMs };
  }
}
