/** Several real hosts that share one real Redis, and whoever has a room among them. */
import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type MainProcess, ROOT, startMain } from "../support/main-process.ts";
import { startRedis, type TestRedis, type TestRedisOptions } from "../support/redis.ts";
import { until } from "../support/until.ts";
import { aofArgs } from "./history/aof.ts";

export interface FleetHost extends MainProcess {
  readonly url: string;
}

interface RoomRow {
  readonly roomId: string;
  readonly type: string;
  readonly players: number;
  readonly processId: string;
  readonly pid: number;
}

type Fsync = "no" | "everysec";

export class Fleet {
  redis: TestRedis;
  readonly dir: string;
  readonly hosts: FleetHost[] = [];
  readonly #config: string;
  readonly #fsync: Fsync;
  /** Those that were killed, too: what they said. */
  readonly #started: MainProcess[] = [];

  private constructor(redis: TestRedis, dir: string, config: string, fsync: Fsync) {
    this.redis = redis;
    this.dir = dir;
    this.#config = config;
    this.#fsync = fsync;
  }

  /** `fsync`: when Redis has its file written to the disk. */
  static async start(
    size: number,
    config = join(ROOT, "test/survival/nine.config.ts"),
    fsync: Fsync = "no",
  ): Promise<Fleet> {
    const dir = await mkdtemp(join(tmpdir(), "ninelives-fleet-"));
    const fleet = new Fleet(await startRedis(undefined, await onDisk(dir, fsync)), dir, config, fsync);
    try {
      await Promise.all(Array.from({ length: size }, () => fleet.add()));
      await Promise.all(fleet.hosts.map(({ url }) => fleet.#knowsAll(url)));
      return fleet;
    } catch (error) {
      await fleet.stop();
      throw error;
    }
  }

  /** `port`: default one that is free. `env`: on top of what all have. */
  async add(port = "0", env: NodeJS.ProcessEnv = {}): Promise<FleetHost> {
    const common = { REDIS_URL: this.redis.url, NINELIVES_DIR: this.dir, PORT: port };
    const started = startMain(this.#config, { ...common, ...env });
    this.#started.push(started);
    const host: FleetHost = { ...started, url: await started.up() };
    this.hosts.push(host);
    return host;
  }

  /** Where Redis keeps its files, every write since the start among them. */
  get redisDir(): string {
    return redisHome(this.dir);
  }

  /** Ends Redis at once, lets `meanwhile` happen, and starts it at the same port: with what it had, or with nothing. */
  async withoutRedis(has: "kept" | "nothing", meanwhile: () => Promise<void>): Promise<void> {
    await this.redis.stop();
    try {
      await meanwhile();
    } finally {
      if (has === "nothing") await rm(this.redisDir, { recursive: true });
      this.redis = await startRedis(Number(new URL(this.redis.url).port), await onDisk(this.dir, this.#fsync));
    }
  }

  /** What every host has said so far. */
  said(): string {
    return this.#started.map(({ pid, stdout, stderr }) => `--- host ${pid}\n${stdout()}${stderr()}`).join("");
  }

  /** Rooms as a living host lists them. Rejects while it cannot. */
  async rooms(): Promise<RoomRow[]> {
    const answer = await fetch(`${this.living().url}/rooms`);
    assert.equal(answer.status, 200, "the list of rooms");
    return (await answer.json()) as RoomRow[];
  }

  living(): FleetHost {
    return this.hosts.at(-1)!;
  }

  /** The host that has the room. */
  async owner(roomId: string): Promise<FleetHost> {
    return until(`an owner of ${roomId}`, async () => {
      const row = (await this.rooms()).find((other) => other.roomId === roomId);
      return this.hosts.find(({ pid }) => pid === row?.pid);
    });
  }

  /** Ends it as `kill -9` does. */
  async kill(host: FleetHost): Promise<void> {
    this.forget(host);
    await host.stop();
  }

  /** Resolves when it has ended by its own hand; fails when it ended in any other way. */
  async died(host: FleetHost): Promise<void> {
    assert.equal(await host.exited(), null, "a process that was killed has no exit code");
    this.forget(host);
  }

  /** Players who join there are told of every host: one that has just come is known to the others at their next beat. */
  #knowsAll(url: string): Promise<unknown> {
    return until(`${url} to know ${this.hosts.length} hosts`, async () => {
      const text = await (await fetch(`${url}/metrics`)).text();
      return Number(/^ninelives_doors (\d+)$/m.exec(text)![1]) >= this.hosts.length;
    });
  }

  /** Asks it nothing any more. */
  forget(host: FleetHost): void {
    this.hosts.splice(this.hosts.indexOf(host), 1);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#started.map((host) => host.stop()));
    await this.redis.stop();
    await rm(this.dir, { recursive: true, force: true });
  }
}

/** What is written is there after a kill of Redis: every write is on its way to the disk before it is answered. None is rewritten. */
async function onDisk(dir: string, fsync: Fsync): Promise<TestRedisOptions> {
  const home = redisHome(dir);
  await mkdir(home, { recursive: true });
  return { dir: home, args: aofArgs(fsync) };
}

function redisHome(dir: string): string {
  return join(dir, "redis");
}
