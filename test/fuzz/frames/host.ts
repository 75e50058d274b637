/**
 * The host that is attacked, in a process of its own: one room of each kind. It says where it is, and when it is asked how it fares.
 *
 * A turn of its event loop is counted by the time its thread was on a core, so that other work of the machine is not taken for a stall;
 * how late turns came by the clock on the wall is said as well.
 */
import { EventEmitter } from "node:events";
import { monitorEventLoopDelay, PerformanceObserver } from "node:perf_hooks";
import { createLogger, defineHost, startHost } from "@ninelives/server";
import WebSocket from "ws";
import { ROOMS } from "./rooms.ts";

type Emit = (this: EventEmitter, event: string, ...args: unknown[]) => boolean;

const LOOK_MS = 2;
const LONG_MS = 25;
const LONG_KEPT = 50;

export interface Health {
  /** Errors nobody caught, as text. */
  readonly uncaught: readonly string[];
  /** Longest turn, ms on a core; and by the wall clock. */
  readonly busiestMs: number;
  readonly latestMs: number;
  /** What the costliest frame that the guard let pass took, ms on a core; and its bytes. */
  readonly costliestMs: number;
  readonly costliestBytes: number;
  /** Turns of more than LONG_MS: when after the beginning, and how long. */
  readonly long: readonly (readonly [atMs: number, ms: number])[];
  /** Longest pause for the garbage collector, which is part of a turn, ms. */
  readonly longestGcMs: number;
  readonly lines: number;
  readonly heapMb: number;
  /** Of /metrics: faults of handlers, and frames refused. */
  readonly faults: number;
  readonly refused: number;
}

const uncaught: string[] = [];
const long: [number, number][] = [];
let lines = 0;
let busiestMs = 0;
let beganMs = 0;
let longestGcMs = 0;
let costliest = { ms: 0, bytes: 0 };
const delay = monitorEventLoopDelay({ resolution: 5 });
delay.enable();

new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) longestGcMs = Math.max(longestGcMs, duration);
}).observe({ entryTypes: ["gc"] });

function watch(before = process.threadCpuUsage()): void {
  setTimeout(() => {
    const ms = spent(before);
    busiestMs = Math.max(busiestMs, ms);
    if (ms > LONG_MS && long.length < LONG_KEPT) long.push([performance.now() - beganMs, ms]);
    watch();
  }, LOOK_MS);
}

function spent(before: NodeJS.CpuUsage): number {
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000;
}

/** Below the guard, which takes hold of a connection before anybody listens. */
const { value: emit } = Object.getOwnPropertyDescriptor(EventEmitter.prototype, "emit") as { value: Emit };
WebSocket.prototype.emit = function (this: WebSocket, event: string, ...args: unknown[]): boolean {
  if (event !== "message") return emit.call(this, event, ...args);
  const before = process.threadCpuUsage();
  try {
    return emit.call(this, event, ...args);
  } finally {
    const ms = spent(before);
    if (ms > costliest.ms) costliest = { ms, bytes: (args[0] as Buffer).length };
  }
};

for (const event of ["uncaughtException", "unhandledRejection"])
  process.on(event, (error: unknown) => uncaught.push(String((error as Error)?.stack ?? error)));

const destination = { write: (line: string) => void (lines += line === "" ? 0 : 1) };
const logger = createLogger({ level: "warn", pretty: false, destination });
const host = defineHost({ rooms: ROOMS, store: { kind: "memory" }, seatHoldSeconds: 0 });
const running = await startHost(host, { port: 0, logger, usage: () => ({ loop: 0, heap: 0 }) });

async function health(): Promise<Health> {
  const text = await (await fetch(`${running.url}/metrics`)).text();
  const sum = (name: string) =>
    text.split("\n").reduce((all, line) => all + (line.startsWith(name) ? Number(line.split(" ").at(-1)) : 0), 0);
  return {
    uncaught,
    busiestMs,
    latestMs: delay.max / 1e6,
    costliestMs: costliest.ms,
    costliestBytes: costliest.bytes,
    long,
    longestGcMs,
    lines,
    heapMb: process.memoryUsage().heapUsed / 2 ** 20,
    faults: sum("ninelives_faults_total"),
    refused: sum('ninelives_refused_total{type="socket",code="BAD_FRAME"'),
  };
}

process.on("message", (asked) => {
  if (asked === "begin") {
    busiestMs = 0;
    longestGcMs = 0;
    beganMs = performance.now();
    costliest = { ms: 0, bytes: 0 };
    delay.reset();
    watch();
  } else void health().then((told) => process.send!(told));
});
process.on("disconnect", () => process.exit(0));
process.send!({ url: running.url });
