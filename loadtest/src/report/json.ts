/** The report for programs: one JSON object, figures rounded to what they are worth. */
import type { LoadReport } from "./report.ts";

const DIGITS = 1_000;

export function reportJson(report: LoadReport): string {
  return JSON.stringify(report, (_, value: unknown) =>
    typeof value === "number" ? Math.round(value * DIGITS) / DIGITS : value,
  );
}
