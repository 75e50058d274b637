/** Several hosts as an operator runs them: one supervisor, one port, a real Redis. What deploys are tried on. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type MainProcess, ROOT, startMain } from "../support/main-process.ts";
import { startRedis, type TestRedis } from "../support/redis.ts";
import { until } from "../support/until.ts";

/** What replacing one host may take, ms: a start on a busy machine, a drain. */
const REPLACED_MS = 20_000;

export class Supervised {
  readonly #processes: number;
  readonly #dir: string;
  readonly #redis: TestRedis;
  readonly #main: MainProcess;

  #url = "";

  private constructor(processes: number, dir: string, redis: TestRedis, main: MainProcess) {
    this.#processes = processes;
    this.#dir = dir;
    this.#redis = redis;
    this.#main = main;
  }

  static async start(processes: number, config = join(ROOT, "test/survival/nine.config.ts")): Promise<Supervised> {
    const dir = await mkdtemp(join(tmpdir(), "ninelives-supervised-"));
    const redis = await startRedis();
    const env = { REDIS_URL: redis.url, NINELIVES_DIR: dir };
    const main = startMain(config, env, ["--processes", String(processes)]);
    const supervised = new Supervised(processes, dir, redis, main);
    try {
      supervised.#url = await main.up();
    } catch (error) {
      await supervised.stop();
      throw error;
    }
    return supervised;
  }

  /** Any of the hosts takes what comes here. */
  get url(): string {
    return this.#url;
  }

  /** Replaces every host, one at a time. Resolves when the last one was, with how long it took, ms. */
  async roll(): Promise<number> {
    const startedMs = performance.now();
    const before = this.#replaced();
    this.#main.kill("SIGHUP");
    const wanted = before + this.#processes;
    await until("every host to be replaced", () => this.#replaced() >= wanted, this.#processes * REPLACED_MS);
    return performance.now() - startedMs;
  }

  /** What the supervisor and every host have said so far. */
  said(): string {
    return this.#main.stdout() + this.#main.stderr();
  }

  async stop(): Promise<void> {
    this.#main.kill("SIGTERM");
    await this.#main.exited().catch(() => this.#main.stop());
    await this.#redis.stop();
    await rm(this.#dir, { recursive: true, force: true });
  }

  #replaced(): number {
    return this.said().match(/host \d+ of \d+ was replaced/g)?.length ?? 0;
  }
}
