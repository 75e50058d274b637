/** One real host with its logs in files, at a port of its own, that is killed and started again. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type MainProcess, ROOT, startMain } from "../support/main-process.ts";
import { freePort } from "../support/redis.ts";

export class Solo {
  readonly dir: string;
  readonly url: string;
  readonly #port: string;
  readonly #config: string;
  readonly #lives: MainProcess[] = [];

  private constructor(dir: string, port: string, config: string) {
    this.dir = dir;
    this.url = `http://localhost:${port}`;
    this.#port = port;
    this.#config = config;
  }

  /** `dir`: default one of its own. */
  static async start(config = join(ROOT, "test/survival/nine.config.ts"), dir?: string): Promise<Solo> {
    const home = dir ?? (await mkdtemp(join(tmpdir(), "ninelives-solo-")));
    const solo = new Solo(home, String(await freePort()), config);
    await solo.begin().up();
    return solo;
  }

  /** The process that runs now, or ran last. */
  get host(): MainProcess {
    return this.#lives.at(-1)!;
  }

  begin(): MainProcess {
    const env = { PORT: this.#port, NINELIVES_DIR: this.dir, REDIS_URL: undefined };
    this.#lives.push(startMain(this.#config, env));
    return this.host;
  }

  /** Ends it as `kill -9` does, lets `meanwhile` happen, and starts it again. */
  async killAndStart(meanwhile: () => void | Promise<void> = () => {}): Promise<void> {
    await this.host.stop();
    await meanwhile();
    await this.begin().up();
  }

  /** File of a room's log. */
  logOf(roomId: string): string {
    return join(this.dir, "rooms", `${roomId}.log`);
  }

  /** What it has said in all its lives. */
  said(): string {
    return this.#lives.map(({ pid, stdout, stderr }) => `--- host ${pid}\n${stdout()}${stderr()}`).join("");
  }

  async stop(): Promise<void> {
    await Promise.all(this.#lives.map((life) => life.stop()));
    await rm(this.dir, { recursive: true, force: true });
  }
}
