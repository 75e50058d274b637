/** What a host keeps things in, by its configuration and the Redis it was given. */
import { randomBytes } from "node:crypto";
import type { StoreChoice } from "../config.ts";
import { LineLimit } from "../inspect/line-limit.ts";
import type { Logger } from "../inspect/logger.ts";
import type { Metrics } from "../inspect/metrics.ts";
import { FileStore } from "../log/file-store.ts";
import { JournalStore } from "../log/journal-store.ts";
import { MemoryStore } from "../log/memory-store.ts";
import { RedisJournal } from "../log/redis-journal.ts";
import type { LogStore } from "../log/store.ts";
import type { RefusedCall } from "../matchmaking/remote-calls.ts";
import type { Members } from "../ownership/members.ts";
import { RedisMembers } from "../ownership/redis-members.ts";
import type { Clock } from "../tick/clock.ts";
import { HostTopics } from "../topics/host-topics.ts";
import { MemoryBoard } from "../topics/memory-board.ts";
import { RedisBoard } from "../topics/redis-board.ts";

const PREFIX = "ninelives:";

export function openStore(choice: StoreChoice, clock: Clock, logger: Logger, metrics: Metrics): LogStore {
  const onFault = (message: string, error: unknown) => {
    metrics.fault("store", "append");
    logger.error({ err: error }, message);
  };
  if (choice.kind === "memory") return new MemoryStore(clock);
  if (choice.kind === "file") return new FileStore({ dir: choice.dir, clock, onFault });
  const { urls, prefix = PREFIX, replicas = 0 } = choice;
  const onConnectionFault = awayOnce(logger, "the logs' Redis");
  const journal = new RedisJournal({ urls, prefix, replicas, clock, onFault: onConnectionFault });
  return new JournalStore({ journal, clock, onFault });
}

/** Who else uses a shared store. */
export function openMembers(choice: StoreChoice, logger: Logger): Members {
  if (choice.kind !== "redis") throw new TypeError(`a store that processes share expected, ${choice.kind} got`);
  const { urls, prefix = PREFIX } = choice;
  return new RedisMembers({ urls, prefix, onFault: awayOnce(logger, "the members' Redis") });
}

/** A Redis that is away fails many times a second, always alike. */
export function awayOnce(logger: Logger, what: string): (error: Error) => void {
  let last = "";
  return (error) => {
    if (error.message === last) return;
    last = error.message;
    logger.error({ err: error }, `${what} does not answer`);
  };
}

/** What others than hosts say at the listings' Redis: counted, and one line a second of each kind. */
export function foreignersTold(clock: Clock, logger: Logger, metrics: Metrics) {
  const lines = new LineLimit(clock, () => metrics.lineSwallowed("redis"));
  const warn = (about: object, text: string) => {
    const swallowed = lines.next(text);
    if (swallowed !== undefined) logger.warn(swallowed === 0 ? about : { ...about, swallowed }, text);
  };
  return {
    onRefused({ channel, method }: RefusedCall): void {
      metrics.refused("redis", "REMOTE_CALL");
      warn(
        { channel, method },
        "a call from another process was not made: list its method in remoteMethods, if it is yours",
      );
    },
    onThrow(error: unknown, channel: string): void {
      metrics.fault("redis", "message");
      warn({ channel, err: error }, "a message of the listings' Redis could not be understood");
    },
  };
}

/** Once for each time that the listings' Redis keeps its connection and says nothing. */
export function silenceTold(logger: Logger): (isSilent: boolean) => void {
  return (isSilent) => {
    if (isSilent) logger.error("the listings' Redis is silent: joins are told to come again");
    else logger.info("the listings' Redis answers again");
  };
}

export function openTopics(redisUrl: string | undefined, clock: Clock, logger: Logger, metrics: Metrics): HostTopics {
  const onFault = (error: unknown) => {
    metrics.fault("host", "topics");
    logger.error({ err: error }, "topics of the host");
  };
  return new HostTopics(
    (hooks) =>
      redisUrl === undefined
        ? new MemoryBoard(hooks, newTopicEpoch())
        : new RedisBoard(redisUrl, hooks, newTopicEpoch, onFault),
    clock,
    onFault,
  );
}

export function newTopicEpoch(): string {
  return randomBytes(8).toString("base64url");
}
