/** Figures of many worlds, and what is said of a world that failed. */
import type { WorldCounts } from "./world.ts";

export const NOTHING: WorldCounts = {
  commands: 0,
  answered: 0,
  events: 0,
  messages: 0,
  gaps: 0,
  cuts: 0,
  reloads: 0,
  tabs: 0,
  freezes: 0,
};

export function add(one: WorldCounts, other: WorldCounts): WorldCounts {
  const names = Object.keys(NOTHING) as (keyof WorldCounts)[];
  return Object.fromEntries(names.map((name) => [name, one[name] + other[name]])) as unknown as WorldCounts;
}

/** The seed, how to run it again, and what went wrong first. `kind`: the options that make such worlds. */
export function failureOf(seed: number, faults: readonly string[], kind = ""): string {
  const shown = faults.slice(0, 5).map((fault) => `  ${fault}`);
  const more = faults.length > shown.length ? [`  and ${faults.length - shown.length} more`] : [];
  const again = ["npm run fuzz --", kind, `--seed ${seed}`].filter((part) => part !== "").join(" ");
  return [`seed ${seed} failed; again: ${again}`, ...shown, ...more].join("\n");
}

/** What one call of `npm run fuzz` did. */
export interface RunSummary {
  readonly size: "small" | "large";
  readonly first: number;
  readonly worlds: number;
  /** Seeds of worlds with a fault. */
  readonly failed: readonly number[];
  readonly seconds: number;
  readonly counts: WorldCounts;
}

export function summaryText({ first, worlds, failed, seconds, counts }: RunSummary): string {
  const { commands, answered, events, messages, gaps, cuts, reloads, tabs, freezes } = counts;
  return [
    `seeds ${first} to ${first + worlds - 1}: ${worlds} worlds in ${seconds.toFixed(1)} s, ${failed.length} failed`,
    `${commands} commands said, ${answered} answered; ${events} events, ${gaps} gaps; ${messages} messages in topics`,
    `${cuts} cuts, ${reloads} reloads, ${tabs} second tabs, ${freezes} freezes of the server`,
  ].join("\n");
}
