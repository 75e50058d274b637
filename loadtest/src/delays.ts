/**
 * Delays in a histogram of fixed size with three significant digits, whatever the number of samples. Histograms of several
 * bots are merged; percentiles are only ever read from the merged one, because an average of percentiles means nothing.
 */
import { build, type Histogram } from "hdr-histogram-js";

/** Longest delay told apart, ms; a longer one counts as this. */
const DELAY_MAX_MS = 60_000;
const US_PER_MS = 1_000;

export interface DelaySummary {
  readonly samples: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

export class Delays {
  readonly #histogram: Histogram = build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: DELAY_MAX_MS * US_PER_MS,
    numberOfSignificantValueDigits: 3,
  });

  get samples(): number {
    return this.#histogram.totalCount;
  }

  record(delayMs: number): void {
    this.#histogram.recordValue(Math.round(Math.min(DELAY_MAX_MS, Math.max(0, delayMs)) * US_PER_MS));
  }

  merge(other: Delays): void {
    this.#histogram.add(other.#histogram);
  }

  /** In units of `unitMs` ms: 1 for ms, a tick's period for periods. undefined without samples. */
  summary(unitMs: number): DelaySummary | undefined {
    if (this.samples === 0) return undefined;
    const at = (percentile: number) => this.#histogram.getValueAtPercentile(percentile) / US_PER_MS / unitMs;
    return {
      samples: this.samples,
      p50: at(50),
      p95: at(95),
      p99: at(99),
      max: this.#histogram.maxValue / US_PER_MS / unitMs,
    };
  }
}
