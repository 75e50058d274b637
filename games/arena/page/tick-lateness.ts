/** How late the server's ticks begin: the 99th percentile between two readings of its histogram at /metrics. */
const BUCKET = /^ninelives_tick_lateness_seconds_bucket\{(.*)\} (\S+)$/gm;
const PERCENTILE = 0.99;

/** Ticks by upper bound of lateness, seconds, cumulative. */
export type Histogram = ReadonlyMap<number, number>;

export function readHistogram(metrics: string, roomType: string): Histogram {
  const buckets = new Map<number, number>();
  for (const [, labels = "", count] of metrics.matchAll(BUCKET)) {
    if (!labels.includes(`type="${roomType}"`)) continue;
    const bound = /le="([^"]+)"/.exec(labels)?.[1];
    if (bound !== undefined) buckets.set(bound === "+Inf" ? Number.POSITIVE_INFINITY : Number(bound), Number(count));
  }
  return buckets;
}

/** Between the readings, ms, a straight line within a bucket; undefined when no tick ran in between. */
export function latenessP99Ms(before: Histogram, after: Histogram): number | undefined {
  const grown = [...after]
    .map(([bound, count]) => ({ bound, count: count - (before.get(bound) ?? 0) }))
    .sort((a, b) => a.bound - b.bound);
  const total = grown.at(-1)?.count ?? 0;
  if (total <= 0) return undefined;
  let low = { bound: 0, count: 0 };
  for (const high of grown) {
    if (high.count >= total * PERCENTILE) {
      if (!Number.isFinite(high.bound)) return low.bound * 1000;
      const part = high.count === low.count ? 1 : (total * PERCENTILE - low.count) / (high.count - low.count);
      return (low.bound + (high.bound - low.bound) * part) * 1000;
    }
    low = high;
  }
  return undefined;
}
