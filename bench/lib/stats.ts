/** The few statistics the benches need, over plain arrays of samples. */

/** The value below which `percentile` percent of the samples lie (nearest rank). NaN without samples. */
export function percentile(samples: readonly number[], percentile: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return (
    sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil((percentile / 100) * sorted.length) - 1))] ?? Number.NaN
  );
}

export function median(samples: readonly number[]): number {
  return percentile(samples, 50);
}

export function mean(samples: readonly number[]): number {
  return samples.reduce((total, sample) => total + sample, 0) / samples.length;
}

export function sum(samples: readonly number[]): number {
  return samples.reduce((total, sample) => total + sample, 0);
}

/** Of the line through these points that fits best, by least squares. */
export function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const [midX, midY] = [mean(points.map(([x]) => x)), mean(points.map(([, y]) => y))];
  return sum(points.map(([x, y]) => (x - midX) * (y - midY))) / sum(points.map(([x]) => (x - midX) ** 2));
}
