/**
 * A real host in this process, on a free port. Colyseus's matchmaker is one per process: one host at a time, so a suite starts
 * one in `before` and stops it in `after`.
 */
import type { Room } from "@colyseus/core";
import { createLogger, type Host, type HostOptions, type RunningHost, startHost } from "@ninelives/server";
import { ManualClock } from "./manual-clock.ts";

export interface TestHost extends RunningHost {
  /** Every log line so far, as written. */
  readonly logText: () => string;
  /** Value of one line of /metrics, 0 when it is not there: `ninelives_refused_total{type="lab",code="X"}`. */
  metric(line: string): Promise<number>;
  /** The room as its class, so that a test may look inside. */
  inside<R extends Room>(roomId: string): R;
}

/** The process is the tests' as well, which keep it as busy as they can. */
const IDLE = { loop: 0, heap: 0 };

export async function startTestHost(host: Host, options: Partial<HostOptions> = {}): Promise<TestHost> {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  const logger = options.logger ?? createLogger({ level: "trace", pretty: false, destination });
  const running = await startHost(host, { port: 0, usage: () => IDLE, ...options, logger });
  return {
    ...running,
    logText: () => lines.join(""),
    async metric(line) {
      const text = await (await fetch(`${running.url}/metrics`)).text();
      const found = text.split("\n").find((other) => other.startsWith(`${line} `));
      return found === undefined ? 0 : Number(found.slice(line.length));
    },
    inside<R extends Room>(roomId: string): R {
      const room = running.room(roomId);
      if (room === undefined) throw new Error(`room ${roomId} is not on this host`);
      return room as R;
    },
    async stop() {
      const stopped = running.stop();
      await (options.clock instanceof ManualClock ? pump(options.clock, stopped) : stopped);
    },
  };
}

/** Rooms let players go at tick edges: a clock moved by hand has to move for a host to stop. */
export async function pump<T>(clock: ManualClock, promise: Promise<T>): Promise<T> {
  let settled = false;
  const settle = () => {
    settled = true;
  };
  promise.then(settle, settle);
  while (!settled) {
    clock.advance(20);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return promise;
}
