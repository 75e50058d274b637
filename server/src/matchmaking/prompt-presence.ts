/**
 * Colyseus's messages between processes, with two things more. A request that nobody hears fails at once: who dies hears nothing from
 * that moment on, since the system closes its connection to Redis; stock waits 2 s for the answer and 2 s more to find out why. And what
 * comes is looked at (remote-calls.ts): a call that nobody of ours makes is refused, and what a message makes throw ends nothing.
 *
 * A request is `[method, request id, arguments]`; its answer `[outcome, value]` comes at the channel `ipc:<request id>`.
 */
import { RedisPresence } from "@colyseus/redis-presence";
import type { Redis } from "ioredis";
import { connected, patientRedis } from "./patient-redis.ts";
import type { RefusedCall, RemoteCalls } from "./remote-calls.ts";

/** As Colyseus says it of a request that was not answered. */
const UNHEARD = [1, JSON.stringify("ipc_timeout")] as const;

export interface PresenceOptions {
  readonly url: string;
  readonly calls: RemoteCalls;
  /** Told whenever a connection fails, which it does many times while Redis is away. */
  readonly onFault: (error: Error) => void;
  /** Told of each call that was not made. */
  readonly onRefused: (call: RefusedCall) => void;
  /** Told of what a message made throw. */
  readonly onThrow: (error: unknown, channel: string) => void;
}

export class PromptPresence extends RedisPresence {
  readonly #options: PresenceOptions;

  constructor(options: PresenceOptions) {
    super(patientRedis(options.url));
    this.#options = options;
    const { onFault } = options;
    for (const redis of [this.pub, this.sub]) redis.removeAllListeners("error").on("error", onFault);
  }

  /** Resolves when both connections are there. */
  get connected(): Promise<unknown> {
    return Promise.all([connected(this.pub as Redis), connected(this.sub as Redis)]);
  }

  get isConnected(): boolean {
    return this.pub.status === "ready" && this.sub.status === "ready";
  }

  /** Called with each message of a channel that was subscribed to. */
  protected override handleSubscription = (channel: string, text: string): void => {
    const { calls, onRefused, onThrow } = this.#options;
    try {
      const message: unknown = JSON.parse(text);
      const refused = calls.refusalOf(channel, message);
      if (refused === undefined) this.subscriptions.emit(channel, message);
      else {
        onRefused(refused);
        this.#sayNo(refused);
      }
    } catch (error) {
      onThrow(error, channel);
    }
  };

  override async publish(topic: string, data: unknown): Promise<void> {
    const heardBy = await this.pub.publish(topic, JSON.stringify(data === undefined ? false : data));
    const requestId = requestIn(data);
    if (heardBy === 0 && requestId !== undefined) this.subscriptions.emit(`ipc:${requestId}`, UNHEARD);
  }

  #sayNo({ method, requestId }: RefusedCall): void {
    if (requestId === undefined) return;
    const text = `"${method}" may not be called from another process: list it in "remoteMethods" of the configuration`;
    this.publish(`ipc:${requestId}`, [1, JSON.stringify(text)]).catch(() => {
      // Redis is away; whoever asked waits its time out.
    });
  }
}

function requestIn(data: unknown): string | undefined {
  if (!Array.isArray(data) || data.length !== 3) return undefined;
  const [, requestId, args] = data as readonly unknown[];
  return typeof requestId === "string" && Array.isArray(args) ? requestId : undefined;
}
