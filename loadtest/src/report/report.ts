/** What a run found, as plain data: the table and the JSON are two views of it. */
import { Delays, type DelaySummary } from "../delays.ts";
import type { JoinFailure } from "../fleet.ts";
import type { Plan } from "../plan.ts";
import type { PlayerFigures } from "../player.ts";

/** A generator whose own loop was later than this measures itself, ms at p99. */
const LATE_LOOP_MS = 20;
/** Share of skipped thoughts from which the bots no longer play as planned. */
const SKIPPED_SHARE = 0.01;

/** One value per bot, told as the bots' mean and range. */
export interface PerBot {
  readonly mean: number;
  readonly min: number;
  readonly max: number;
}

export interface LoadReport {
  /** Every bot joined, none was lost, none of their own code threw. */
  readonly ok: boolean;
  readonly room: string;
  readonly tickHz: number;
  readonly url: string;
  readonly seed: number;
  /** Measured time, after the joins. */
  readonly seconds: number;
  readonly interrupted: boolean;
  readonly bots: number;
  readonly joined: number;
  readonly rooms: number;
  readonly failed: readonly JoinFailure[];
  /** Bots whose connection ended for good, by reason. */
  readonly lost: Readonly<Record<string, number>>;
  /** Times a connection went and the client tried to come back. */
  readonly drops: number;
  readonly patchesPerSecond: PerBot | undefined;
  readonly bytesPerSecond: PerBot | undefined;
  readonly inputsPerSecond: PerBot | undefined;
  /** From sending an input to the arrival of the patch that acknowledges it. */
  readonly delayMs: DelaySummary | undefined;
  /** The same in periods of the tick. */
  readonly delayPeriods: DelaySummary | undefined;
  readonly generator: { readonly loopDelayP99Ms: number; readonly cpuShare: number };
  readonly warnings: readonly string[];
}

export interface RunFacts {
  readonly plan: Plan;
  readonly url: string;
  readonly tickHz: number;
  readonly seconds: number;
  readonly interrupted: boolean;
  readonly failures: readonly JoinFailure[];
  readonly players: readonly { readonly roomId: string; readonly figures: PlayerFigures }[];
  readonly generator: LoadReport["generator"];
}

export function makeReport({
  plan,
  url,
  tickHz,
  seconds,
  interrupted,
  failures,
  players,
  generator,
}: RunFacts): LoadReport {
  const figures = players.map((player) => player.figures);
  const delays = new Delays();
  for (const one of figures) delays.merge(one.delays);
  const lost = tally(figures.flatMap((one) => one.lost ?? []));
  const faults = sum(figures, (one) => one.faults);
  const perSecond = (read: (one: PlayerFigures) => number) => perBot(figures.map((one) => read(one) / seconds));
  return {
    ok: failures.length === 0 && Object.keys(lost).length === 0 && faults === 0 && players.length > 0,
    room: plan.room,
    tickHz,
    url,
    seed: plan.seed,
    seconds,
    interrupted,
    bots: plan.bots,
    joined: players.length,
    rooms: new Set(players.map((player) => player.roomId)).size,
    failed: failures,
    lost,
    drops: sum(figures, (one) => one.drops),
    patchesPerSecond: perSecond((one) => one.patches),
    bytesPerSecond: perSecond((one) => one.bytes),
    inputsPerSecond: perSecond((one) => one.inputs),
    delayMs: delays.summary(1),
    delayPeriods: delays.summary(1000 / tickHz),
    generator,
    warnings: warningsOf(figures, faults, generator),
  };
}

/** The same report with more to say at its end. */
export function withWarnings(report: LoadReport, more: readonly string[]): LoadReport {
  return { ...report, warnings: [...report.warnings, ...more] };
}

function warningsOf(figures: readonly PlayerFigures[], faults: number, generator: LoadReport["generator"]): string[] {
  const warnings: string[] = [];
  if (generator.loopDelayP99Ms > LATE_LOOP_MS) {
    const late = generator.loopDelayP99Ms.toFixed(1);
    warnings.push(
      `the generator's own event loop was ${late} ms late (p99): the delays are the generator's, not the server's; use fewer bots`,
    );
  }
  const skipped = sum(figures, (one) => one.skippedThoughts);
  const thoughts = skipped + sum(figures, (one) => one.inputs);
  if (skipped > thoughts * SKIPPED_SHARE) {
    warnings.push(
      `${skipped} of ${thoughts} thoughts came too late and were skipped: the bots sent fewer inputs than planned`,
    );
  }
  if (faults > 0) {
    const first = figures.find((one) => one.fault !== undefined)?.fault;
    warnings.push(`the bot's own code threw ${faults} times, first: ${first}`);
  }
  return warnings;
}

function perBot(values: readonly number[]): PerBot | undefined {
  if (values.length === 0 || !values.every(Number.isFinite)) return undefined;
  return {
    mean: values.reduce((total, value) => total + value, 0) / values.length,
    min: Math.min(...values),
    max: Math.max(...values),
  };
}

function sum(figures: readonly PlayerFigures[], read: (one: PlayerFigures) => number): number {
  return figures.reduce((total, one) => total + read(one), 0);
}

function tally(reasons: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const reason of reasons) counts[reason] = (counts[reason] ?? 0) + 1;
  return counts;
}
