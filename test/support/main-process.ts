/** The server as an operator starts it: `server/src/main.ts` in a process of its own. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { until, within } from "./until.ts";

const MAIN = resolve(import.meta.dirname, "../../server/src/main.ts");
export const ROOT = resolve(import.meta.dirname, "../..");
/** What a host needs to start in production; guests may come in. */
export const PRODUCTION: NodeJS.ProcessEnv = {
  NODE_ENV: "production",
  AUTH_SECRET: "a secret of tests: at least 32 bytes long",
  AUTH_GUESTS: "true",
  BEHIND_TLS: "true",
};
/** A deadline, for machines that have other things to do. */
const START_MS = 60_000;
/** Half of what a start costs is the reading of sources; who ends in peace leaves it here for the next. It would blur a coverage. */
export const COMPILE_CACHE =
  process.env.NODE_V8_COVERAGE === undefined ? { NODE_COMPILE_CACHE: join(tmpdir(), "ninelives-compile-cache") } : {};

export interface MainProcess {
  readonly pid: number;
  /** Resolves with the URL once the host is up; rejects when the process ends first. */
  readonly up: () => Promise<string>;
  /** Resolves with the exit code, null when a signal ended it. */
  readonly exited: () => Promise<number | null>;
  readonly hasEnded: () => boolean;
  readonly stdout: () => string;
  readonly stderr: () => string;
  kill(signal: NodeJS.Signals): void;
  /** Ends it at once, whatever it does. */
  stop(): Promise<void>;
}

/** `env` comes on top of this process's own; PORT is 0 unless given. `args` stand before the configuration. */
export function startMain(config: string, env: NodeJS.ProcessEnv = {}, args: readonly string[] = []): MainProcess {
  const child = spawn(process.execPath, [MAIN, ...args, config], {
    cwd: ROOT,
    env: { ...process.env, ...COMPILE_CACHE, PORT: "0", LOG_LEVEL: "info", NODE_ENV: "test", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const closed = once(child, "close").then(([code]) => code as number | null);
  let ended = false;
  void closed.then(() => (ended = true));
  return {
    pid: child.pid!,
    hasEnded: () => ended,
    stdout: () => stdout,
    stderr: () => stderr,
    up: () =>
      until(
        "the host's line with its address",
        () => {
          if (ended) throw new Error(`the process ended before it was up: ${stderr}${stdout}`);
          return /Ninelives is up: (http:\/\/[^"\s]+)/.exec(stdout)?.[1];
        },
        START_MS,
      ),
    exited: () => within("the process to end", closed, START_MS),
    kill: (signal) => void child.kill(signal),
    async stop() {
      child.kill("SIGKILL");
      await closed;
    },
  };
}
