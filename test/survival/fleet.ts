/** Several real hosts that share one real Redis, and whoever has a room among them. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type MainProcess, ROOT, startMain } from "../support/main-process.ts";
import { startRedis, type TestRedis } from "../support/redis.ts";
import { until } from "../support/until.ts";

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

export class Fleet {
  readonly redis: TestRedis;
  readonly dir: string;
  readonly hosts: FleetHost[] = [];
  readonly #config: string;

  private constructor(redis: TestRedis, dir: string, config: string) {
    this.redis = redis;
    this.dir = dir;
    this.#config = config;
  }

  static async start(size: number, config = join(ROOT, "test/survival/nine.config.ts")): Promise<Fleet> {
    const fleet = new Fleet(await startRedis(), await mkdtemp(join(tmpdir(), "ninelives-fleet-")), config);
    await Promise.all(Array.from({ length: size }, () => fleet.add()));
    return fleet;
  }

  async add(): Promise<FleetHost> {
    const started = startMain(this.#config, { REDIS_URL: this.redis.url, NINELIVES_DIR: this.dir });
    const host: FleetHost = { ...started, url: await started.up() };
    this.hosts.push(host);
    return host;
  }

  /** Rooms as a living host lists them. */
  async rooms(): Promise<RoomRow[]> {
    return (await (await fetch(`${this.living().url}/rooms`)).json()) as RoomRow[];
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
    this.hosts.splice(this.hosts.indexOf(host), 1);
    await host.stop();
  }

  async stop(): Promise<void> {
    await Promise.all(this.hosts.map((host) => host.stop()));
    await this.redis.stop();
    await rm(this.dir, { recursive: true, force: true });
  }
}
