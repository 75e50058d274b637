/** Figures of many worlds, and what is said of them. */
import { storedCounts } from "./history.ts";
import { HAPPENINGS, type Happening } from "./storm.ts";
import type { WorldReport } from "./world.ts";

const FIGURES = {
  /** Said by players, and answered. */
  commands: 0,
  answered: 0,
  /** Rooms given to a process by the store, and batches it took. */
  claims: 0,
  batches: 0,
  /** What processes did: rooms restored, leases that ended, rooms they let go. */
  restores: 0,
  freezes: 0,
  drops: 0,
  /** Until everyone was served after the storm: all together, and the longest. */
  calmMs: 0,
  slowestMs: 0,
  simulatedMs: 0,
};

export type OwnershipCounts = Readonly<Record<keyof typeof FIGURES | Happening, number>>;

export const NOTHING: OwnershipCounts = {
  ...FIGURES,
  ...(Object.fromEntries(HAPPENINGS.map((name) => [name, 0])) as Record<Happening, number>),
};

/** What one call of `npm run fuzz -- ownership` did. */
export interface OwnershipSummary {
  readonly first: number;
  readonly worlds: number;
  /** Seeds of worlds with a fault. */
  readonly failed: readonly number[];
  readonly seconds: number;
  readonly counts: OwnershipCounts;
}

export function countsOf({ history, troubles, hosts, calmMs, simulatedMs }: WorldReport): OwnershipCounts {
  const { players, store } = history;
  return {
    ...NOTHING,
    ...troubles,
    ...hosts,
    ...storedCounts(store),
    commands: players.reduce((sum, { issued }) => sum + issued.length, 0),
    answered: players.reduce((sum, { told }) => sum + told.length, 0),
    calmMs,
    slowestMs: calmMs,
    simulatedMs,
  };
}

export function add(one: OwnershipCounts, other: OwnershipCounts): OwnershipCounts {
  const names = Object.keys(NOTHING) as (keyof OwnershipCounts)[];
  const sums = Object.fromEntries(names.map((name) => [name, one[name] + other[name]])) as OwnershipCounts;
  return { ...sums, slowestMs: Math.max(one.slowestMs, other.slowestMs) };
}

export function hoursOf({ simulatedMs }: OwnershipCounts): string {
  return (simulatedMs / 3_600_000).toFixed(1);
}

export function summaryText({ first, worlds, failed, seconds, counts }: OwnershipSummary): string {
  const { commands, answered, claims, batches, restores, freezes, drops, calmMs, slowestMs } = counts;
  const happened = HAPPENINGS.map((name) => `${counts[name]} ${name}`).join(", ");
  return [
    `seeds ${first} to ${first + worlds - 1}: ${worlds} worlds, ${hoursOf(counts)} h, in ${seconds.toFixed(1)} s, ${failed.length} failed`,
    `${commands} commands said, ${answered} answered; ${claims} claims, ${batches} batches`,
    `${restores} rooms restored, ${freezes} leases over, ${drops} rooms let go`,
    `after the storm everyone was served in ${(calmMs / worlds).toFixed(0)} ms on average, ${slowestMs} ms at most`,
    `the storm: ${happened}`,
  ].join("\n");
}
