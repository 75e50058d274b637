/** Who is in a topic: the members when the watch began, then who came and who left. */
import type { SubscribeRequest, SubscribeResult, TopicMembersItem } from "@ninelives/shared-schema";

/** Session ids: members are subscribed to the topic by its own name, also while they are away. */
export interface TopicMembers {
  /** Everybody who is there now. */
  readonly members: readonly string[];
  /** Since the last call. */
  readonly joined: readonly string[];
  readonly left: readonly string[];
}

export interface WatchHooks {
  changed(members: TopicMembers): void;
  subscribe(request: SubscribeRequest): Promise<SubscribeResult>;
}

export class TopicWatch {
  readonly topic: string;
  readonly #hooks: WatchHooks;
  #members: ReadonlySet<string> = new Set();
  /** What came before the answer. */
  #held: { readonly seq: number; readonly item: TopicMembersItem }[] | undefined = [];
  #isClosed = false;

  constructor(topic: string, hooks: WatchHooks) {
    this.topic = topic;
    this.#hooks = hooks;
  }

  /** Asks who is there. Rejects when the server says no. */
  async begin(): Promise<void> {
    this.#held ??= [];
    const request = { pattern: this.topic, history: 0, since: [], members: true };
    const { members, toldSeq } = await this.#hooks.subscribe(request);
    this.#become(new Set(members));
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const { seq, item } of held) if (seq > toldSeq) this.take(seq, item);
  }

  close(): void {
    this.#isClosed = true;
  }

  /** `seq`: its number in the session. */
  take(seq: number, item: TopicMembersItem): void {
    if (item.topic !== this.topic) return;
    if (this.#held !== undefined) {
      this.#held.push({ seq, item });
      return;
    }
    const members = new Set([...this.#members, ...item.joined]);
    for (const sessionId of item.left) members.delete(sessionId);
    this.#become(members);
  }

  #become(now: ReadonlySet<string>): void {
    const before = this.#members;
    this.#members = now;
    const joined = [...now].filter((sessionId) => !before.has(sessionId));
    const left = [...before].filter((sessionId) => !now.has(sessionId));
    if (this.#isClosed || (joined.length === 0 && left.length === 0)) return;
    this.#hooks.changed({ members: [...now], joined, left });
  }
}
