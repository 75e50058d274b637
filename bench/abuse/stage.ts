/** Runs one row on one side: a fresh server and attacker in processes of their own, honest players, and nothing left at the end. */
import { setTimeout as pause } from "node:timers/promises";
import { within } from "../../test/support/until.ts";
import { startRedis } from "../../test/support/redis.ts";
import { HZ } from "../flood/rooms.ts";
import { type Ended, type ServerProcess, startServer } from "../lib/server-process.ts";
import { percentile } from "../lib/stats.ts";
import { Honest } from "./honest.ts";
import { type Check, exactly, type Found, type Row, type ServerWish, type Side, type Stage } from "./row.ts";
import type { Seen } from "./server.ts";
import type { Size } from "./sizes.ts";

const STEPS_MIN = 0.95 * HZ;
const ASK_MS = 5_000;
const LOOK_MS = 100;
/** Over less nothing can be said of a pace, ms. */
const PACE_MS = 2_000;

/** How honest players fared for a while. */
export interface Pace {
  readonly stepsPerSecond: number;
  readonly stepsP99Ms: number;
  readonly patchesP50Ms: number;
  readonly patchesP99Ms: number;
  readonly rssMb: Seen["rssMb"];
}

export interface Result {
  readonly id: string;
  readonly side: Side;
  readonly figure: string;
  readonly checks: readonly Check[];
  readonly figures: unknown;
  /** Honest players, and those of them who lost the connection. */
  readonly honest: number;
  readonly lost: number;
  /** undefined: not measured, or the server was not there any more to tell. */
  readonly calm: Pace | undefined;
  readonly during: Pace | undefined;
  /** Lines the server wrote meanwhile. */
  readonly lines: number;
  readonly tookMs: number;
}

/** Never rejects: a row that cannot be run has failed, and the next one can be. */
export async function runRow(row: Row, side: Side, size: Size): Promise<Result> {
  const running = new AsyncDisposableStack();
  try {
    return await runWith(running, row, side, size);
  } catch (error) {
    const { figure, checks, figures } = notRun((error as Error).message);
    const nobody = { honest: 0, lost: 0, calm: undefined, during: undefined, lines: 0, tookMs: 0 };
    return { id: row.id, side, figure, checks, figures, ...nobody };
  } finally {
    await running.disposeAsync();
  }
}

/** Whatever is started is ended by `running`. */
async function runWith(running: AsyncDisposableStack, row: Row, side: Side, size: Size): Promise<Result> {
  const wish: ServerWish = row.server?.(size) ?? {};
  const redis = wish.redis === true ? await startRedis() : undefined;
  running.defer(() => redis?.stop());
  const server = await startServer("./server.ts", import.meta.url, [side, JSON.stringify(wish)], redis?.url, {
    execArgv: wish.heapMb === undefined ? [] : [`--max-old-space-size=${wish.heapMb}`],
    countsLines: true,
  });
  running.defer(async () => {
    if (server.ended === undefined && (await isHung(server))) server.kill();
    await server.stop();
  });
  const attacker = await startServer("./attacker.ts", import.meta.url);
  running.defer(() => attacker.stop());
  const honest = await Honest.join(server.url, size.honest);
  running.defer(() => honest.stop());
  const isPaced = row.isBrief !== true && size.calmMs > 0;
  const calm = isPaced ? await paceOf(server, honest, () => pause(size.calmMs)) : undefined;
  const linesBefore = server.lines;
  const startMs = performance.now();
  let found: Found | undefined;
  const stage = stageAt(side, size, server, attacker, redis?.url);
  const during = await paceOf(server, honest, async () => {
    const longEnough = pause(isPaced ? PACE_MS : 0);
    found = await foundBy(row, stage);
    await longEnough;
  });
  const tookMs = performance.now() - startMs;
  const { lost, players } = honest;
  const { figure, checks, figures } = found!;
  return {
    id: row.id,
    side,
    figure,
    checks: [...checks, ...checksOf(lost, isPaced ? during : undefined)],
    figures,
    honest: players,
    lost,
    calm,
    during: row.isBrief === true ? undefined : during,
    lines: server.lines - linesBefore,
    tookMs,
  };
}

function stageAt(
  side: Side,
  size: Size,
  server: ServerProcess,
  attacker: ServerProcess,
  redisUrl: string | undefined,
): Stage {
  const { url } = server;
  const port = Number(new URL(url).port);
  return {
    side,
    size,
    server,
    url,
    port,
    redisUrl,
    attack: <T>(what: string, argument: unknown) => attacker.ask<T>(what, { url, port, ...(argument as object) }),
    sleep: async (ms) => {
      const endMs = performance.now() + ms;
      while (performance.now() < endMs && server.ended === undefined) await pause(LOOK_MS);
    },
  };
}

/** A row that cannot be run to its end, or takes for ever, has been found to fail. */
async function foundBy(row: Row, stage: Stage): Promise<Found> {
  try {
    return await within(`row ${row.id}`, row.run(stage), stage.size.rowMs);
  } catch (error) {
    const { ended } = stage.server;
    return notRun(ended === undefined ? (error as Error).message : `the process ${endedHow(ended)}`);
  }
}

function notRun(why: string): Found {
  const figure = `not run to its end: ${why}`;
  return { figure, checks: [exactly("the row was run to its end", "no", "yes")], figures: { why } };
}

/** In words, of a process. */
export function endedHow({ code, signal }: Ended): string {
  return `ended (${signal ?? `exit code ${code}`})`;
}

async function paceOf(server: ServerProcess, honest: Honest, run: () => Promise<unknown>): Promise<Pace | undefined> {
  await server.ask("begin");
  honest.takePatchesMs();
  const startMs = performance.now();
  await run();
  const seconds = (performance.now() - startMs) / 1_000;
  const patchesMs = honest.takePatchesMs();
  const seen = await within("how the server fared", server.ask<Seen>("end"), ASK_MS).catch(() => undefined);
  if (seen === undefined) return undefined;
  return {
    stepsPerSecond: seen.intervalsMs.length / seconds,
    stepsP99Ms: percentile(seen.intervalsMs, 99),
    patchesP50Ms: percentile(patchesMs, 50),
    patchesP99Ms: percentile(patchesMs, 99),
    rssMb: seen.rssMb,
  };
}

function checksOf(lost: number, during: Pace | undefined): Check[] {
  const kept = exactly("honest players who lost the connection", lost, 0);
  if (during === undefined) return [kept];
  const { stepsPerSecond } = during;
  const least = `at least ${STEPS_MIN}`;
  const holds = stepsPerSecond >= STEPS_MIN;
  const got = stepsPerSecond.toFixed(1);
  return [kept, { what: "steps a second beside it", promised: least, got, holds, isTimed: true }];
}

async function isHung(server: ServerProcess): Promise<boolean> {
  return within("an answer", server.ask("counted"), ASK_MS).then(
    () => false,
    () => true,
  );
}
