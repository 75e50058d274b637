/**
 * The connection of logs to Redis, or to a Redis Cluster when there are several addresses. All commands of a turn of the event loop
 * go out in one write. Nothing is sent twice by the connection: what a lost answer means is decided above it.
 *
 * ioredis can gather commands by itself and makes an object for each gathering: we do without for one Redis, and leave a cluster to it.
 */
import { Cluster, Redis } from "ioredis";
import { LIMITS } from "@ninelives/shared-schema";
import type { Clock } from "../tick/clock.ts";
import { type LogRedis, withLogScripts } from "./redis-scripts.ts";

export interface RedisAddress {
  /** One address, or some nodes of a Redis Cluster. */
  readonly urls: readonly string[];
  readonly onFault: (error: Error) => void;
}

export class RedisConnection {
  readonly #redis: LogRedis;
  readonly #clock: Clock;
  #opening: Promise<LogRedis> | undefined;
  #isGathering = false;

  constructor({ urls, onFault }: RedisAddress, clock: Clock) {
    this.#clock = clock;
    this.#redis = withLogScripts(urls.length === 1 ? single(urls[0]!) : cluster(urls));
    this.#redis.on("error", onFault);
  }

  get isCluster(): boolean {
    return this.#redis instanceof Cluster;
  }

  /** Rejects when there is no connection within LIMITS.journalAnswerMs. */
  async open(): Promise<LogRedis> {
    if (this.#redis.status === "ready") {
      this.#gather();
      return this.#redis;
    }
    this.#opening ??= this.#ready().finally(() => (this.#opening = undefined));
    return this.#opening;
  }

  close(): void {
    this.#redis.disconnect();
  }

  /** What is written in this turn waits for its end. */
  #gather(): void {
    if (this.#isGathering || this.#redis instanceof Cluster) return;
    this.#isGathering = true;
    const { stream } = this.#redis;
    stream.cork();
    process.nextTick(() => {
      this.#isGathering = false;
      stream.uncork();
    });
  }

  #ready(): Promise<LogRedis> {
    if (this.#redis.status === "wait") this.#redis.connect().catch(() => {});
    return new Promise((resolve, reject) => {
      const ended = () => done(() => reject(new Error("the connection to Redis was closed")));
      const ready = () => done(() => resolve(this.#redis));
      const timer = this.#clock.after(LIMITS.journalAnswerMs, () =>
        done(() => reject(new Error(`no connection to Redis in ${LIMITS.journalAnswerMs} ms`))),
      );
      const done = (settle: () => void) => {
        timer.cancel();
        this.#redis.off("ready", ready);
        this.#redis.off("end", ended);
        settle();
      };
      this.#redis.once("ready", ready);
      this.#redis.once("end", ended);
    });
  }
}

const COMMON = { lazyConnect: true, enableOfflineQueue: false };
const PATIENCE = {
  connectTimeout: LIMITS.journalAnswerMs,
  commandTimeout: LIMITS.journalAnswerMs,
  /** A connection that swallows commands is given up, or it would be for minutes. */
  socketTimeout: LIMITS.journalAnswerMs,
  /** A Redis that reads its file is asked again so soon. */
  maxLoadingRetryTime: LIMITS.redisReconnectMs,
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
};
const retry = () => LIMITS.redisReconnectMs;

function single(url: string): Redis {
  return new Redis(url, { ...COMMON, ...PATIENCE, retryStrategy: retry });
}

function cluster(urls: readonly string[]): Cluster {
  return new Cluster([...urls], {
    ...COMMON,
    enableAutoPipelining: true,
    redisOptions: PATIENCE,
    clusterRetryStrategy: retry,
  });
}
