/** What tests of real processes ask about them. */
import { readFileSync } from "node:fs";
import { get } from "node:http";
import { json } from "node:stream/consumers";
import type { MainProcess } from "../../../test/support/main-process.ts";
import { until } from "../../../test/support/until.ts";

export interface Health {
  readonly pid: number;
  readonly processId: string;
}

/** Asked over a connection of its own, so that any process on the port may answer. */
export function health(url: string): Promise<Health> {
  return new Promise((resolve, reject) => {
    const request = get(`${url}/healthz`, { agent: false, timeout: 5_000 }, (response) => {
      if (response.statusCode === 200) resolve(json(response) as Promise<Health>);
      else reject(new Error(`200 expected, ${response.statusCode} got`));
    });
    request.once("timeout", () => request.destroy(new Error("no answer in 5 s")));
    request.once("error", reject);
  });
}

interface Line {
  readonly pid: number;
  readonly port?: number;
  readonly msg: string;
}

/** What the supervisor and its hosts have logged. */
export function linesOf(main: MainProcess): Line[] {
  return main
    .stdout()
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as Line);
}

/** Every host that ever was ready, oldest first. */
export function hostsOf(main: MainProcess): Line[] {
  return linesOf(main).filter(({ msg }) => msg === "a host is ready");
}

export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== "linux" || !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

export async function gone(pids: readonly number[], deadlineMs?: number): Promise<void> {
  await until("the processes' end", () => !pids.some(isRunning), deadlineMs);
}
