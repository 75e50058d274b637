/** One thread of the pool: runs its share of worlds, and says of each how it went. */
import { parentPort, workerData } from "node:worker_threads";
import type { Judged, Share } from "./pool.ts";
import { countsOf, NOTHING } from "./report.ts";
import { runWorld } from "./world.ts";

/** They wait in turn for the event loop, which costs less for many. */
const WORLDS_AT_ONCE = 8;

async function judge(seed: number): Promise<Judged> {
  try {
    const report = await runWorld(seed);
    return { seed, faults: report.faults, counts: countsOf(report) };
  } catch (error) {
    return { seed, faults: [`the world broke: ${String((error as Error).stack)}`], counts: NOTHING };
  }
}

const { first, worlds, step } = workerData as Share;
let done = 0;
const work = async () => {
  while (done < worlds) parentPort!.postMessage(await judge(first + step * done++));
};
await Promise.all(Array.from({ length: WORLDS_AT_ONCE }, work));
