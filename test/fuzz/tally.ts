/** What many worlds come to, and what is said on the way: of each that fails at once, of the others now and then. To standard error. */
import { failureOf } from "../support/sim/report.ts";

const PROGRESS_MS = 2_000;

export interface TallyOptions<Counts> {
  readonly nothing: Counts;
  readonly add: (one: Counts, other: Counts) => Counts;
  /** What has to be said to get such worlds again, before their seed. */
  readonly kind: string;
  /** Of all so far. */
  readonly progress: (counts: Counts) => string;
}

export class Tally<Counts> {
  readonly failed: number[] = [];
  counts: Counts;
  worlds = 0;
  readonly #options: TallyOptions<Counts>;
  readonly #startedMs = performance.now();
  #toldMs = this.#startedMs;

  constructor(options: TallyOptions<Counts>) {
    this.#options = options;
    this.counts = options.nothing;
  }

  get seconds(): number {
    return (performance.now() - this.#startedMs) / 1000;
  }

  take(seed: number, faults: readonly string[], counts: Counts): void {
    const { add, kind, progress } = this.#options;
    this.worlds++;
    this.counts = add(this.counts, counts);
    if (faults.length > 0) {
      this.failed.push(seed);
      process.stderr.write(`${failureOf(seed, faults, kind)}\n`);
    }
    if (performance.now() - this.#toldMs < PROGRESS_MS) return;
    this.#toldMs = performance.now();
    const perSecond = this.worlds / this.seconds;
    process.stderr.write(`${this.worlds} worlds, ${perSecond.toFixed(0)}/s, ${progress(this.counts)}\n`);
  }
}
