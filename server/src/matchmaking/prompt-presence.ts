/**
 * Colyseus's messages between processes, with one thing more: a request that nobody hears fails at once. Who dies hears nothing from
 * that moment on, since the system closes its connection to Redis; stock waits 2 s for the answer and 2 s more to find out why.
 *
 * A request is `[method, request id, arguments]`; its answer `[outcome, value]` comes at the channel `ipc:<request id>`.
 */
import { RedisPresence } from "@colyseus/redis-presence";
import type { Redis } from "ioredis";
import { connected, patientRedis } from "./patient-redis.ts";

/** As Colyseus says it of a request that was not answered. */
const UNHEARD = [1, JSON.stringify("ipc_timeout")] as const;

export class PromptPresence extends RedisPresence {
  /** `onFault`: told whenever a connection fails, which it does many times while Redis is away. */
  constructor(redisUrl: string, onFault: (error: Error) => void) {
    super(patientRedis(redisUrl));
    for (const redis of [this.pub, this.sub]) redis.removeAllListeners("error").on("error", onFault);
  }

  /** Resolves when both connections are there. */
  get connected(): Promise<unknown> {
    return Promise.all([connected(this.pub as Redis), connected(this.sub as Redis)]);
  }

  get isConnected(): boolean {
    return this.pub.status === "ready" && this.sub.status === "ready";
  }

  override async publish(topic: string, data: unknown): Promise<void> {
    const heardBy = await this.pub.publish(topic, JSON.stringify(data === undefined ? false : data));
    const requestId = requestIn(data);
    if (heardBy === 0 && requestId !== undefined) this.subscriptions.emit(`ipc:${requestId}`, UNHEARD);
  }
}

function requestIn(data: unknown): string | undefined {
  if (!Array.isArray(data) || data.length !== 3) return undefined;
  const [, requestId, args] = data as readonly unknown[];
  return typeof requestId === "string" && Array.isArray(args) ? requestId : undefined;
}
