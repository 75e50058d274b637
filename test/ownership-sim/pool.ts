/** Many worlds in several threads, some at a time in each. Which thread runs a world changes nothing of it. */
import { Worker } from "node:worker_threads";
import type { OwnershipCounts } from "./report.ts";

export interface Range {
  readonly first: number;
  readonly worlds: number;
}

/** What a thread is given: every `step`-th seed. */
export interface Share extends Range {
  readonly step: number;
}

export interface Judged {
  readonly seed: number;
  readonly faults: readonly string[];
  readonly counts: OwnershipCounts;
}

/** Resolves when all are judged; `onJudged` hears of them in no order. */
export async function runSeeds(
  { first, worlds }: Range,
  threads: number,
  onJudged: (judged: Judged) => void,
): Promise<void> {
  const shares = Array.from({ length: Math.min(threads, worlds) }, (_, place): Share => {
    return { first: first + place, worlds: Math.ceil((worlds - place) / threads), step: threads };
  });
  await Promise.all(shares.map((share) => runShare(share, onJudged)));
}

function runShare(share: Share, onJudged: (judged: Judged) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("worker.ts", import.meta.url), { workerData: share });
    worker.on("message", onJudged);
    worker.on("error", reject);
    worker.on("exit", (code) => (code === 0 ? resolve() : reject(new Error(`a thread ended with exit code ${code}`))));
  });
}
