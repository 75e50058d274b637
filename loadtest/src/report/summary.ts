/** The report as a table for people. */
import type { DelaySummary } from "../delays.ts";
import type { LoadReport, PerBot } from "./report.ts";

const LABEL_CHARS = 24;

export function summaryText(report: LoadReport): string {
  const { bots, joined, rooms, seconds, room, tickHz, seed, url } = report;
  const head = `${room} at ${tickHz} Hz on ${url}, ${seconds.toFixed(1)} s measured${report.interrupted ? " (ended early)" : ""}, seed ${seed}`;
  const rows: [string, string][] = [
    ["joined", `${joined} of ${bots} in ${rooms} room${rooms === 1 ? "" : "s"}`],
    ["failed", String(bots - joined)],
    ...report.failed.map(({ name, code, count, message }): [string, string] => [
      `  ${name} (${code})`,
      `${count}x ${message}`,
    ]),
    ...Object.entries(report.lost).map(([reason, count]): [string, string] => [
      "connections lost",
      `${count}x ${reason}`,
    ]),
    ["reconnects", String(report.drops)],
    ["patches/s per bot", perBot(report.patchesPerSecond, 1)],
    ["bytes/s per bot", perBot(report.bytesPerSecond, 0)],
    ["inputs/s per bot", perBot(report.inputsPerSecond, 1)],
    ["input to state, ms", delays(report.delayMs, 1)],
    ["input to state, periods", delays(report.delayPeriods, 2)],
    [
      "generator",
      `loop p99 ${report.generator.loopDelayP99Ms.toFixed(1)} ms late, ${(report.generator.cpuShare * 100).toFixed(0)} % of a core`,
    ],
  ];
  const lines = rows.map(([label, text]) => `  ${label.padEnd(LABEL_CHARS)}  ${text}`);
  return [head, "", ...lines, ...report.warnings.map((warning) => `\nwarning: ${warning}`)].join("\n");
}

function perBot(values: PerBot | undefined, digits: number): string {
  if (values === undefined) return "not measured";
  return `${values.mean.toFixed(digits)} (${values.min.toFixed(digits)} to ${values.max.toFixed(digits)})`;
}

function delays(summary: DelaySummary | undefined, digits: number): string {
  if (summary === undefined) return "not measured: no input was acknowledged";
  const { p50, p95, p99, max, samples } = summary;
  const at = (name: string, value: number) => `${name} ${value.toFixed(digits)}`;
  return `${at("p50", p50)}  ${at("p95", p95)}  ${at("p99", p99)}  ${at("max", max)}  (${samples} inputs)`;
}
