/**
 * Whether this process has anything to spare. One that has not keeps the rooms and players it has, and makes no new room: others do, or
 * whoever asks comes again. Judged over seconds, and forgiven more slowly than found, so that it does not flap.
 */
import { performance } from "node:perf_hooks";
import { getHeapStatistics } from "node:v8";
import { LIMITS } from "@ninelives/shared-schema";
import type { Logger } from "../inspect/logger.ts";
import type { Clock, Timer } from "../tick/clock.ts";

const LOOK_MS = 1_000;

export interface Usage {
  /** Share of the time in which the event loop was busy, 0 to 1. */
  readonly loop: number;
  /** Share of the heap that may be used that is, 0 to 1. */
  readonly heap: number;
}

export class Budget {
  readonly #clock: Clock;
  readonly #measure: () => Usage;
  readonly #onChange: (isOver: boolean, usage: Usage) => void;
  #timer: Timer | undefined;
  #isOver = false;
  /** Looks in a row that speak against what holds now. */
  #doubts = 0;

  /** `measure`: of the time since it was asked last. */
  constructor(clock: Clock, measure: () => Usage, onChange: (isOver: boolean, usage: Usage) => void) {
    this.#clock = clock;
    this.#measure = measure;
    this.#onChange = onChange;
    this.#wait();
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  stop(): void {
    this.#timer?.cancel();
  }

  #wait(): void {
    this.#timer = this.#clock.after(LOOK_MS, () => {
      this.#look(this.#measure());
      this.#wait();
    });
  }

  #look(usage: Usage): void {
    const { loop, heap } = usage;
    const isOtherwise = this.#isOver
      ? loop < LIMITS.loopRelievedAt && heap < LIMITS.heapRelievedAt
      : loop >= LIMITS.loopFullAt || heap >= LIMITS.heapFullAt;
    this.#doubts = isOtherwise ? this.#doubts + 1 : 0;
    if (this.#doubts < (this.#isOver ? LIMITS.relievedSeconds : LIMITS.fullSeconds)) return;
    this.#doubts = 0;
    this.#isOver = !this.#isOver;
    this.#onChange(this.#isOver, usage);
  }
}

/** Of this process. */
export function usageMeter(): () => Usage {
  let last = performance.eventLoopUtilization();
  return () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, last);
    last = now;
    const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics();
    return { loop: utilization, heap: used / limit };
  };
}

/** Says it in the log. */
export function budgetTold(logger: Logger): (isOver: boolean, usage: Usage) => void {
  return (isOver, { loop, heap }) => {
    const usage = { loop: Math.round(loop * 100) / 100, heap: Math.round(heap * 100) / 100 };
    if (isOver) logger.warn(usage, "this process is over its budget: it makes no new room");
    else logger.info(usage, "this process has something to spare again");
  };
}
