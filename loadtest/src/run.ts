/** One run: the fleet joins, everything is measured for as long as the plan says, the fleet leaves, and what it saw is a report. */
import { monitorEventLoopDelay } from "node:perf_hooks";
import type { RoomType } from "@ninelives/shared-schema";
import type { Bot } from "./bot.ts";
import { type Clock, pause } from "./clock.ts";
import { createFleet, type Fleet } from "./fleet.ts";
import type { Plan } from "./plan.ts";
import { type LoadReport, makeReport } from "./report/report.ts";

/** How often progress is told, ms. */
const PROGRESS_EVERY_MS = 250;
/** Sampling of the generator's own event loop, ms. */
const LOOP_RESOLUTION_MS = 5;
const REACH_MS = 5_000;

export interface Progress {
  readonly phase: "joining" | "playing";
  readonly bots: number;
  readonly joined: number;
  readonly failed: number;
  readonly connected: number;
  /** Time since the phase began and time it takes at most, ms. */
  readonly elapsedMs: number;
  readonly ofMs: number;
}

export interface RunServices {
  readonly url: string;
  readonly clock: Clock;
  /** Ends the run early; the report is made all the same. */
  readonly stop: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

/** Rejects only when nobody answers at the address at all. */
export async function runLoad(bot: Bot<RoomType>, plan: Plan, services: RunServices): Promise<LoadReport> {
  const { url, clock, stop, onProgress } = services;
  await reach(url);
  const fleet = createFleet(bot, plan, url, clock);
  const told = tell(clock, fleet, plan, onProgress);
  const loopDelay = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS });
  try {
    await fleet.join(stop);
    told.phase("playing", plan.forMs);
    for (const player of fleet.players) player.measure();
    loopDelay.enable();
    const cpuBefore = process.cpuUsage();
    const startedMs = clock.now();
    if (fleet.players.length > 0) await pause(clock, plan.forMs, stop);
    const seconds = (clock.now() - startedMs) / 1000;
    const cpu = process.cpuUsage(cpuBefore);
    loopDelay.disable();
    return makeReport({
      plan,
      url,
      tickHz: bot.type.tickHz,
      seconds,
      interrupted: stop.aborted,
      failures: [...fleet.failures.values()],
      players: fleet.players.map((player) => ({ roomId: player.roomId, figures: player.figures() })),
      generator: {
        loopDelayP99Ms: Math.max(0, loopDelay.percentile(99) / 1e6 - LOOP_RESOLUTION_MS),
        cpuShare: seconds > 0 ? (cpu.user + cpu.system) / 1e6 / seconds : 0,
      },
    });
  } finally {
    told.end();
    await fleet.leave();
  }
}

/** Any HTTP answer will do; a server that is away is told once, not once a bot. */
async function reach(url: string): Promise<void> {
  try {
    await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(REACH_MS) });
  } catch (error) {
    const { cause, message } = error as Error;
    throw new UnreachableError(
      `no server answers at ${url}: ${cause instanceof Error ? cause.message || String(cause) : message}`,
    );
  }
}

export class UnreachableError extends Error {}

function tell(clock: Clock, fleet: Fleet, plan: Plan, onProgress: (progress: Progress) => void) {
  let phase: Progress["phase"] = "joining";
  let ofMs = plan.rampMs;
  let startedMs = clock.now();
  let cancel = clock.after(PROGRESS_EVERY_MS, again);
  function again(): void {
    cancel = clock.after(PROGRESS_EVERY_MS, again);
    onProgress({
      phase,
      bots: plan.bots,
      joined: fleet.players.length,
      failed: fleet.settled - fleet.players.length,
      connected: fleet.players.filter((player) => player.connected).length,
      elapsedMs: clock.now() - startedMs,
      ofMs,
    });
  }
  return {
    phase(next: Progress["phase"], takesMs: number) {
      phase = next;
      ofMs = takesMs;
      startedMs = clock.now();
    },
    end: () => cancel(),
  };
}
