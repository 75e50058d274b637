/**
 * The board that several processes share. What one script does is whole or did not happen (redis-scripts.ts); a post that is
 * sent again after a lost answer finds its key. Two connections of its own, made at the first use; it is back when both are.
 */
import { Redis } from "ioredis";
import {
  LIMITS,
  NetError,
  pack,
  type TopicMessageItem,
  type TopicPosition,
  type TopicStanding,
  unpack,
} from "@ninelives/shared-schema";
import type { BoardHooks, Channel, Post, TopicBoard } from "./board.ts";
import { type ScriptedRedis, withScripts } from "./redis-scripts.ts";

const PREFIX = "ninelives:topic:";
const SPACE = 32;

export class RedisBoard implements TopicBoard {
  readonly #hooks: BoardHooks;
  /** Epoch of a topic that begins here. */
  readonly #epoch: () => string;
  readonly #redis: ScriptedRedis;
  readonly #heard: Redis;
  #wasReady = false;

  constructor(url: string, hooks: BoardHooks, epoch: () => string, onFault: (error: Error) => void) {
    this.#hooks = hooks;
    this.#epoch = epoch;
    const retryStrategy = () => LIMITS.redisReconnectMs;
    const options = { lazyConnect: true, maxRetriesPerRequest: 1, commandTimeout: LIMITS.topicBoardMs, retryStrategy };
    this.#redis = withScripts(new Redis(url, options));
    this.#heard = new Redis(url, { ...options, maxRetriesPerRequest: null });
    for (const connection of [this.#redis, this.#heard])
      connection.on("error", onFault).on("ready", () => this.#ready());
    this.#heard.on("messageBuffer", (channel: Buffer, data: Buffer) => this.#told(channel.toString(), data));
    this.#heard.on("pmessageBuffer", (_pattern: Buffer, channel: Buffer, data: Buffer) =>
      this.#told(channel.toString(), data),
    );
  }

  publish({ topic, from, payload, keep, key }: Post): Promise<TopicPosition> {
    const packed = Buffer.from(pack([from, payload]));
    const caps = [keep, LIMITS.topicHistoryBytes, LIMITS.hostTopicSeconds, LIMITS.hostTopicKeySeconds];
    return answered(topic, async () => {
      const byKey = `${keyOf(topic)}:by:${key}`;
      const channel = channelOf("messages", topic);
      const [epoch, offset] = await this.#redis.postBuffer(
        keyOf(topic),
        byKey,
        this.#epoch(),
        packed,
        ...caps,
        channel,
      );
      return { epoch: String(epoch), offset: Number(offset) };
    });
  }

  read(topic: string, after: number): Promise<TopicStanding> {
    return answered(topic, async () => {
      const [epoch, offset, first, ...packed] = await this.#redis.standBuffer(keyOf(topic), after);
      const begins = Number(offset) - packed.length + 1;
      const messages = packed.map((bytes, place) => ({ offset: begins + place, ...unpacked(bytes as Buffer) }));
      return { topic, epoch: String(epoch), offset: Number(offset), first: Number(first), messages };
    });
  }

  async listen(channel: Channel, pattern: string): Promise<void> {
    await answered(pattern, () =>
      isWild(pattern)
        ? this.#heard.psubscribe(channelOf(channel, globOf(pattern)))
        : this.#heard.subscribe(channelOf(channel, pattern)),
    );
  }

  async unlisten(channel: Channel, pattern: string): Promise<void> {
    await answered(pattern, () =>
      isWild(pattern)
        ? this.#heard.punsubscribe(channelOf(channel, globOf(pattern)))
        : this.#heard.unsubscribe(channelOf(channel, pattern)),
    );
  }

  async enter(topic: string, sessionIds: readonly string[]): Promise<void> {
    const channel = channelOf("members", topic);
    await answered(topic, () =>
      this.#redis.enter(membersKeyOf(topic), LIMITS.topicMemberSeconds, channel, ...sessionIds),
    );
  }

  async leave(topic: string, sessionIds: readonly string[]): Promise<void> {
    await answered(topic, () => this.#redis.leave(membersKeyOf(topic), channelOf("members", topic), ...sessionIds));
  }

  members(topic: string): Promise<string[]> {
    return answered(topic, () => this.#redis.members(membersKeyOf(topic)));
  }

  async close(): Promise<void> {
    this.#redis.disconnect();
    this.#heard.disconnect();
  }

  #ready(): void {
    if (this.#redis.status !== "ready" || this.#heard.status !== "ready") return;
    if (this.#wasReady) this.#hooks.back();
    this.#wasReady = true;
  }

  #told(channel: string, data: Buffer): void {
    const [kind, topic] = channel.slice(PREFIX.length).split(":") as [Channel, string];
    if (kind === "members") this.#hooks.membersChanged(topic);
    else this.#hooks.message({ topic, ...messageIn(data) });
  }
}

/** `<epoch> <offset> <packed message>` */
function messageIn(data: Buffer): Omit<TopicMessageItem, "topic"> {
  const afterEpoch = data.indexOf(SPACE);
  const afterOffset = data.indexOf(SPACE, afterEpoch + 1);
  const epoch = data.toString("latin1", 0, afterEpoch);
  const offset = Number(data.toString("latin1", afterEpoch + 1, afterOffset));
  return { epoch, offset, ...unpacked(data.subarray(afterOffset + 1)) };
}

function unpacked(bytes: Buffer): { from: string; payload: Uint8Array } {
  const [from, payload] = unpack(bytes) as [string, Uint8Array];
  return { from, payload };
}

function isWild(pattern: string): boolean {
  return pattern.includes("*") || pattern.endsWith("#");
}

/** Redis's `*` is any text, so what it lets through is looked at again. Two patterns never get one glob. */
function globOf(pattern: string): string {
  return pattern.replace(/#$/, "**");
}

function keyOf(topic: string): string {
  return `${PREFIX}{${topic}}`;
}

function membersKeyOf(topic: string): string {
  return `${keyOf(topic)}:members`;
}

function channelOf(channel: Channel, topic: string): string {
  return `${PREFIX}${channel}:${topic}`;
}

async function answered<R>(topic: string, ask: () => Promise<R>): Promise<R> {
  try {
    return await ask();
  } catch (error) {
    const { message } = error as Error;
    throw new NetError("TOPIC_AWAY", `topic "${topic}": no answer from Redis: ${message}`, {}, error);
  }
}
