/** Logs in a test's own Redis. */
import assert from "node:assert/strict";
import { JournalStore } from "../../src/log/journal-store.ts";
import { RedisJournal } from "../../src/log/redis-journal.ts";
import { systemClock } from "../../src/system-clock.ts";

export interface RedisStoreOptions {
  readonly replicas?: number;
  /** Default: a fault fails the test. */
  readonly onFault?: (message: string) => void;
}

export function redisStore(urls: readonly string[], options: RedisStoreOptions = {}): JournalStore {
  const { replicas = 0, onFault = (message: string) => assert.fail(message) } = options;
  const clock = systemClock;
  const onConnectionFault = options.onFault === undefined ? onFault : () => {};
  const journal = new RedisJournal({
    urls,
    prefix: "test:",
    replicas,
    clock,
    onFault: ({ message }) => onConnectionFault(message),
  });
  return new JournalStore({ journal, clock, onFault });
}
