/**
 * Members in the Redis that all processes share. Both keys have the same words in braces, so they live in one slot:
 *
 *   <prefix>{hosts}:lease   sorted set: process id -> end of its lease, ms by Redis's clock
 *   <prefix>{hosts}:info    hash: process id -> MemberInfo as JSON
 *
 * Nothing waits for a Redis that is away: a beat that comes late would renew a lease its owner no longer counts on.
 * A process that dies is noticed by the subscription of Colyseus's presence to `p:<processId>`, which its system closes.
 */
import { Cluster, Redis } from "ioredis";
import { LIMITS } from "@ninelives/shared-schema";
import type { Beat, Member, MemberInfo, Members } from "./members.ts";

const BEAT = `
local time = redis.call("TIME")
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local known = redis.call("ZSCORE", KEYS[1], ARGV[1]) or "-1"
redis.call("ZADD", KEYS[1], now + ARGV[3], ARGV[1])
redis.call("HSET", KEYS[2], ARGV[1], ARGV[2])
local answer = { known, now + ARGV[3] }
local leases = redis.call("ZRANGE", KEYS[1], 0, -1, "WITHSCORES")
for place = 1, #leases, 2 do
  local info = redis.call("HGET", KEYS[2], leases[place])
  if info then
    answer[#answer + 1] = leases[place]
    answer[#answer + 1] = info
    answer[#answer + 1] = leases[place + 1] - now
  end
end
return answer
`;

const REMOVE = `
redis.call("HDEL", KEYS[2], ARGV[1])
return redis.call("ZREM", KEYS[1], ARGV[1])
`;

interface Scripts {
  beatMember(lease: string, info: string, me: string, json: string, leaseMs: number): Promise<(string | number)[]>;
  removeMember(lease: string, info: string, processId: string): Promise<number>;
}

export interface RedisMembersOptions {
  /** One address, or some nodes of a Redis Cluster. */
  readonly urls: readonly string[];
  /** In front of every key. */
  readonly prefix: string;
  readonly onFault: (error: Error) => void;
}

export class RedisMembers implements Members {
  readonly #redis: (Redis | Cluster) & Scripts;
  readonly #keys: readonly [lease: string, info: string];
  /** The ends of leases that Redis has said last. */
  readonly #toldMs = new Map<string, number>();
  #opened: Promise<unknown> | undefined;

  constructor({ urls, prefix, onFault }: RedisMembersOptions) {
    this.#keys = [`${prefix}{hosts}:lease`, `${prefix}{hosts}:info`];
    this.#redis = connection(urls);
    this.#redis.on("error", onFault);
  }

  async beat(me: string, info: MemberInfo, leaseMs: number): Promise<Beat> {
    await this.#open();
    const answer = await this.#redis.beatMember(...this.#keys, me, JSON.stringify(info), leaseMs);
    const [knownMs, endsAtMs, ...rest] = answer;
    const isRemembered = Number(knownMs) >= (this.#toldMs.get(me) ?? -1);
    this.#toldMs.set(me, Number(endsAtMs));
    const members: Member[] = [];
    for (let place = 0; place < rest.length; place += 3) {
      const [processId, json, leaseLeftMs] = rest.slice(place, place + 3);
      members.push({
        processId: String(processId),
        info: JSON.parse(String(json)) as MemberInfo,
        leaseLeftMs: Number(leaseLeftMs),
      });
    }
    return { members, isRemembered };
  }

  async silent(processIds: readonly string[]): Promise<readonly string[]> {
    if (processIds.length === 0) return [];
    await this.#open();
    const channels = processIds.map((processId) => `p:${processId}`);
    const nodes = this.#redis instanceof Cluster ? this.#redis.nodes("all") : [this.#redis];
    const answers = await Promise.all(nodes.map((node) => node.pubsub("NUMSUB", ...channels)));
    const listeners = (place: number) => answers.reduce((sum, answer) => sum + Number(answer[place * 2 + 1]), 0);
    return processIds.filter((_, place) => listeners(place) === 0);
  }

  async remove(processId: string): Promise<boolean> {
    await this.#open();
    return (await this.#redis.removeMember(...this.#keys, processId)) === 1;
  }

  async close(): Promise<void> {
    this.#redis.disconnect();
  }

  /** Waits for the end of the first attempt to connect; later ones are not waited for. */
  #open(): Promise<unknown> {
    this.#opened ??= this.#redis.connect().catch(() => undefined);
    return this.#opened;
  }
}

function connection(urls: readonly string[]): (Redis | Cluster) & Scripts {
  const retry = () => LIMITS.redisReconnectMs;
  const patience = {
    connectTimeout: LIMITS.membersAnswerMs,
    commandTimeout: LIMITS.membersAnswerMs,
    /** A connection that swallows commands is given up, or it would be for minutes. */
    socketTimeout: LIMITS.membersAnswerMs,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
  };
  const common = { lazyConnect: true, enableOfflineQueue: false };
  const redis =
    urls.length === 1
      ? new Redis(urls[0]!, { ...patience, ...common, retryStrategy: retry })
      : new Cluster([...urls], { ...common, redisOptions: patience, clusterRetryStrategy: retry });
  redis.defineCommand("beatMember", { numberOfKeys: 2, lua: BEAT });
  redis.defineCommand("removeMember", { numberOfKeys: 2, lua: REMOVE });
  return redis as (Redis | Cluster) & Scripts;
}
