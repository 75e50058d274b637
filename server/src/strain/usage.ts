/** How much a process uses of what it has, and how much of a strain that is. */
import { performance } from "node:perf_hooks";
import { getHeapStatistics } from "node:v8";
import { LIMITS } from "@ninelives/shared-schema";
import type { TickReport } from "../tick/pipeline.ts";

export interface Usage {
  /** Share of the time in which the event loop was busy, 0 to 1. */
  readonly loop: number;
  /** Share of the heap that may be used that is, 0 to 1. */
  readonly heap: number;
  /** How late rooms' ticks began, in periods, on average, each at most 1. Default 0. */
  readonly late?: number;
}

/** Of the ticks of all rooms since it was asked last. */
export class Lateness {
  #sum = 0;
  #ticks = 0;

  ticked({ steps, dropped, latenessMs }: TickReport, periodMs: number): void {
    this.#ticks += steps + dropped;
    // The second of several steps at once is late by one period less than the first, and so on; what was dropped never came.
    for (let step = 0; step < steps; step++) this.#sum += Math.min(1, Math.max(0, latenessMs / periodMs - step));
    this.#sum += dropped;
  }

  /** 0 to 1; 0 where nothing ticked. */
  take(): number {
    const mean = this.#ticks === 0 ? 0 : this.#sum / this.#ticks;
    this.#sum = 0;
    this.#ticks = 0;
    return mean;
  }
}

/** Of this process, since it was asked last. */
export function usageMeter(lateness: Lateness): () => Usage {
  let last = performance.eventLoopUtilization();
  return () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, last);
    last = now;
    const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics();
    return { loop: utilization, heap: used / limit, late: lateness.take() };
  };
}

/** 0, nothing to do, to 1, more than can be done: the highest of the three. */
export function strainOf({ loop, heap, late = 0 }: Usage): number {
  return Math.min(1, Math.max(0, loop, late, heapStrain(heap)));
}

/** Half a heap in use is no strain at all; one that is nearly full is as bad as a loop that is busy all the time. */
function heapStrain(heap: number): number {
  const { heapFullAt, heapRelievedAt, strainSlack, strain } = LIMITS;
  return strain.refuseRoomsAt - ((heapFullAt - heap) / (heapFullAt - heapRelievedAt)) * strainSlack;
}
