/** A server to be measured, in a process of its own, and its controls: see `control.ts`. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Answer, Ask, Ready } from "./control.ts";

const START_MS = 60_000;
const ANSWER_MS = 90_000;
const STOP_MS = 3_000;

export interface ServerProcess {
  readonly url: string;
  ask<T>(command: string, argument?: unknown): Promise<T>;
  stop(): Promise<void>;
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
): Promise<ServerProcess> {
  const dir = await mkdtemp(join(tmpdir(), "ninelives-bench-"));
  const env = { ...process.env, NINELIVES_DIR: dir, REDIS_URL: redisUrl };
  const execArgv =
    process.env.BENCH_CPU_PROF === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${process.env.BENCH_CPU_PROF}`];
  const child = fork(fileURLToPath(new URL(script, from)), args, {
    env,
    execArgv,
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const [{ port }] = (await once(child, "message", { signal: AbortSignal.timeout(START_MS) })) as [Ready];
  const waiting = new Map<number, (answer: unknown) => void>();
  let asked = 0;
  const ended = once(child, "exit");
  const death = ended.then(() => Promise.reject(new Error(`${script} has ended`)));
  death.catch(() => {});
  child.on("message", ({ id, answer }: Answer) => {
    waiting.get(id)?.(answer);
    waiting.delete(id);
  });
  return {
    url: `http://localhost:${port}`,
    ask<T>(command: string, argument?: unknown): Promise<T> {
      const id = asked++;
      const answered = new Promise<T>((resolve, reject) => {
        const timer = setTimeout(
          () => reject(new Error(`${script} did not answer "${command}" in ${ANSWER_MS} ms`)),
          ANSWER_MS,
        );
        waiting.set(id, (answer) => {
          clearTimeout(timer);
          resolve(answer as T);
        });
        if (child.connected) child.send({ id, command, argument } satisfies Ask);
      });
      return Promise.race([answered, death]);
    },
    async stop() {
      if (child.connected) child.disconnect();
      const timer = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
      await ended;
      clearTimeout(timer);
      await rm(dir, { recursive: true, force: true });
    },
  };
}
