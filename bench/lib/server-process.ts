/** A server to be measured, in a process of its own, and its controls: see `control.ts`. */
import { fork, type ForkOptions } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { COMPILE_CACHE } from "../../test/support/main-process.ts";
import type { Answer, Ask, Ready } from "./control.ts";

const START_MS = 60_000;
const ANSWER_MS = 90_000;
const STOP_MS = 3_000;
const NEWLINE = 0x0a;
/** Of what it wrote last, to be shown when it does not start. */
const LAST_CHARS = 2_000;

/** How a process ended that was not asked to. */
export type Ended = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

export interface ServerProcess {
  readonly url: string;
  readonly pid: number;
  /** How it ended; undefined while it runs. */
  readonly ended: Ended | undefined;
  /** Lines it wrote so far; 0 where they are not counted. */
  readonly lines: number;
  ask<T>(command: string, argument?: unknown): Promise<T>;
  stop(): Promise<void>;
  /** Ends it at once, whatever it does. */
  kill(): void;
}

export interface ServerProcessOptions {
  /** Of Node, like `--max-old-space-size=512`. */
  readonly execArgv?: readonly string[];
  /** Lines it writes are counted, and not shown. Default: what it says of errors is shown. */
  readonly countsLines?: boolean;
}

/**
 * `script`: from `import.meta.url` of the bench; `args` reach the script as they are. Its logs go to a folder that is deleted, or to
 * the Redis at `redisUrl`.
 */
export async function startServer(
  script: string,
  from: string,
  args: readonly string[] = [],
  redisUrl?: string,
  { execArgv: more = [], countsLines = false }: ServerProcessOptions = {},
): Promise<ServerProcess> {
  const dir = await mkdtemp(join(tmpdir(), "ninelives-bench-"));
  const env = { ...process.env, ...COMPILE_CACHE, NINELIVES_DIR: dir, REDIS_URL: redisUrl };
  const { BENCH_CPU_PROF: profile } = process.env;
  const execArgv = [...more, ...(profile === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${profile}`])];
  const stdio: ForkOptions["stdio"] = countsLines
    ? ["ignore", "pipe", "pipe", "ipc"]
    : ["ignore", "ignore", "inherit", "ipc"];
  const child = fork(fileURLToPath(new URL(script, from)), args, { env, execArgv, stdio });
  let lines = 0;
  let last = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (text: Buffer) => {
      for (const byte of text) if (byte === NEWLINE) lines++;
      last = text.toString().slice(-LAST_CHARS);
    });
  const exited = once(child, "exit") as Promise<[Ended["code"], Ended["signal"]]>;
  const isReady = once(child, "message", { signal: AbortSignal.timeout(START_MS) }) as Promise<[Ready]>;
  const tooSoon = exited.then(() => Promise.reject(new Error(`${script} ended before it listened: ${last}`)));
  const [{ port }] = await Promise.race([isReady, tooSoon]);
  const waiting = new Map<number, (answer: Answer) => void>();
  let asked = 0;
  let ended: Ended | undefined;
  const death = exited.then(([code, signal]) => {
    ended = { code, signal };
    throw new Error(`${script} has ended`);
  });
  death.catch(() => {});
  child.on("message", (answer: Answer) => {
    waiting.get(answer.id)?.(answer);
    waiting.delete(answer.id);
  });
  return {
    url: `http://localhost:${port}`,
    pid: child.pid!,
    get ended() {
      return ended;
    },
    get lines() {
      return lines;
    },
    ask<T>(command: string, argument?: unknown): Promise<T> {
      const id = asked++;
      const answered = new Promise<T>((resolve, reject) => {
        const timer = setTimeout(
          () => reject(new Error(`${script} did not answer "${command}" in ${ANSWER_MS} ms`)),
          ANSWER_MS,
        );
        waiting.set(id, ({ answer, error }) => {
          clearTimeout(timer);
          if (error === undefined) resolve(answer as T);
          else reject(new Error(error));
        });
        if (child.connected) child.send({ id, command, argument } satisfies Ask);
      });
      return Promise.race([answered, death]);
    },
    async stop() {
      if (child.connected) child.disconnect();
      const timer = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
      await exited;
      clearTimeout(timer);
      await rm(dir, { recursive: true, force: true });
    },
    kill: () => void child.kill("SIGKILL"),
  };
}
