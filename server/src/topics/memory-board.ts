/** The board of a process that is alone. Its topics begin anew with the process. */
import { fits, LIMITS, type TopicPosition, type TopicStanding } from "@ninelives/shared-schema";
import type { BoardHooks, Channel, Post, TopicBoard } from "./board.ts";

interface Kept {
  readonly epoch: string;
  offset: number;
  bytes: number;
  readonly messages: TopicStanding["messages"];
  /** Key of a post -> its offset, oldest first. */
  readonly keys: Map<string, number>;
}

export class MemoryBoard implements TopicBoard {
  readonly #hooks: BoardHooks;
  readonly #epoch: string;
  #begun = 0;
  /** The one used longest ago first. */
  readonly #topics = new Map<string, Kept>();
  readonly #heard: Record<Channel, Set<string>> = { messages: new Set(), members: new Set() };
  readonly #members = new Map<string, Set<string>>();

  constructor(hooks: BoardHooks, epoch: string) {
    this.#hooks = hooks;
    this.#epoch = epoch;
  }

  async publish({ topic, from, payload, keep, key }: Post): Promise<TopicPosition> {
    const kept = this.#use(topic);
    const known = kept.keys.get(key);
    if (known !== undefined) return { epoch: kept.epoch, offset: known };
    const offset = ++kept.offset;
    kept.keys.set(key, offset);
    if (kept.keys.size > LIMITS.hostTopicKeys) kept.keys.delete(kept.keys.keys().next().value!);
    kept.messages.push({ offset, from, payload });
    kept.bytes += payload.length;
    while (kept.messages.length > keep || kept.bytes > LIMITS.topicHistoryBytes) {
      kept.bytes -= kept.messages.shift()!.payload.length;
    }
    for (const pattern of this.#heard.messages) {
      if (!fits(pattern, topic)) continue;
      this.#hooks.message({ topic, epoch: kept.epoch, offset, from, payload });
      break;
    }
    return { epoch: kept.epoch, offset };
  }

  async read(topic: string, after: number): Promise<TopicStanding> {
    const { epoch, offset, messages } = this.#topics.get(topic) ?? { epoch: "", offset: 0, messages: [] };
    const first = offset - messages.length + 1;
    return { topic, epoch, offset, first, messages: messages.filter((message) => message.offset > after) };
  }

  async listen(channel: Channel, pattern: string): Promise<void> {
    this.#heard[channel].add(pattern);
  }

  async unlisten(channel: Channel, pattern: string): Promise<void> {
    this.#heard[channel].delete(pattern);
  }

  async enter(topic: string, sessionIds: readonly string[]): Promise<void> {
    const members = this.#members.get(topic) ?? new Set();
    this.#members.set(topic, members);
    const before = members.size;
    for (const sessionId of sessionIds) members.add(sessionId);
    if (members.size > before) this.#changed(topic);
  }

  async leave(topic: string, sessionIds: readonly string[]): Promise<void> {
    const members = this.#members.get(topic);
    if (members === undefined) return;
    for (const sessionId of sessionIds) members.delete(sessionId);
    if (members.size === 0) this.#members.delete(topic);
    this.#changed(topic);
  }

  async members(topic: string): Promise<string[]> {
    return [...(this.#members.get(topic) ?? [])];
  }

  async close(): Promise<void> {
    for (const heard of Object.values(this.#heard)) heard.clear();
  }

  #changed(topic: string): void {
    if (this.#heard.members.has(topic)) this.#hooks.membersChanged(topic);
  }

  #use(topic: string): Kept {
    const kept = this.#topics.get(topic) ?? this.#begin();
    this.#topics.delete(topic);
    this.#topics.set(topic, kept);
    if (this.#topics.size > LIMITS.topicsPerProcess) this.#topics.delete(this.#topics.keys().next().value!);
    return kept;
  }

  /** A topic that was forgotten begins anew, so its epoch is another one. */
  #begin(): Kept {
    return { epoch: `${this.#epoch}.${++this.#begun}`, offset: 0, bytes: 0, messages: [], keys: new Map() };
  }
}
