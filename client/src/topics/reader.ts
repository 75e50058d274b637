/**
 * One listener's way through the topics its pattern fits: every message once and in order from where it began, and a gap where
 * the server kept too little. While the server has not answered yet, and while a hole is being filled, messages wait here.
 */
import { fits, LIMITS, NetError, type TopicMessageItem, type TopicPosition, unpack } from "@ninelives/shared-schema";
import type { SubscribeRequest, SubscribeResult, TopicStanding } from "@ninelives/shared-schema";

/** What is known of a message beside what it says. */
export interface TopicMeta {
  /** The topic it was said in: no wildcard. */
  readonly topic: string;
  /** Session id of who said it; empty for the server. */
  readonly from: string;
  /** Number within its topic, from 1. */
  readonly offset: number;
  /** It was said before the subscription began. */
  readonly isHistory: boolean;
}

/** Messages of a topic that are not kept any more. */
export interface TopicGap {
  readonly topic: string;
  /** undefined: nobody knows how many; the topic began anew, or the server could not be asked. */
  readonly missed: number | undefined;
}

export interface SubscriptionHooks {
  message(payload: unknown, meta: TopicMeta): void;
  gap(gap: TopicGap): void;
  subscribe(request: SubscribeRequest): Promise<SubscribeResult>;
}

export class TopicReader {
  readonly pattern: string;
  readonly #hooks: SubscriptionHooks;
  readonly #positions = new Map<string, TopicPosition>();
  /** Messages that wait for an answer of the server; undefined when none is awaited. */
  #held: TopicMessageItem[] | undefined;
  /** What was asked may be out of date already. */
  #again = false;
  #isClosed = false;

  constructor(pattern: string, hooks: SubscriptionHooks) {
    this.pattern = pattern;
    this.#hooks = hooks;
  }

  /** Begins with at most so many kept messages of each topic. Rejects when the server says no. */
  async begin(history: number): Promise<void> {
    this.#held = [];
    this.#answered(await this.#ask(history), false);
  }

  /** Nothing is passed on any more. */
  close(): void {
    this.#isClosed = true;
  }

  take(item: TopicMessageItem): void {
    if (this.#isClosed || !fits(this.pattern, item.topic)) return;
    if (this.#held !== undefined) {
      this.#held.push(item);
      if (this.#held.length > LIMITS.heldTopicMessages) this.#held.shift();
      return;
    }
    const known = this.#positions.get(item.topic) ?? { epoch: item.epoch, offset: item.offset - 1 };
    const isSame = known.epoch === item.epoch || known.offset === 0;
    if (isSame && item.offset <= known.offset) return;
    if (isSame && item.offset > known.offset + 1) {
      this.#fill();
      this.#held = [item];
      return;
    }
    if (!isSame) this.#hooks.gap({ topic: item.topic, missed: undefined });
    this.#pass(item, false);
  }

  /** Something this session was told is lost: what is kept of it is fetched. */
  missed(): void {
    if (this.#held === undefined) this.#fill();
    else this.#again = true;
  }

  #fill(): void {
    this.#held = [];
    void this.#ask(LIMITS.topicHistoryMax).then(
      (result) => this.#answered(result, true),
      () => this.#unanswered(),
    );
  }

  async #ask(history: number): Promise<SubscribeResult> {
    for (;;) {
      this.#again = false;
      const places = [...this.#positions].map(([topic, position]) => ({ topic, ...position }));
      const since = places.slice(-LIMITS.topicsPerRoom);
      try {
        const result = await this.#hooks.subscribe({ pattern: this.pattern, history, since, members: false });
        if (!this.#again) return result;
      } catch (error) {
        if (!(error instanceof NetError && error.name === "RESULT_GONE")) throw error;
      }
    }
  }

  #answered({ topics }: SubscribeResult, isAgain: boolean): void {
    if (this.#isClosed) return;
    for (const standing of topics) this.#settle(standing, isAgain);
    const held = this.#held!;
    this.#held = undefined;
    for (const item of held) this.take(item);
  }

  /** The server could not say what is missing: the app is told so, and goes on with what came. */
  #unanswered(): void {
    if (this.#isClosed) return;
    const held = this.#held!;
    this.#held = undefined;
    this.#hooks.gap({ topic: this.pattern, missed: undefined });
    for (const item of held) this.#pass(item, false);
  }

  #settle({ topic, epoch, offset, first, messages }: TopicStanding, isAgain: boolean): void {
    const known = this.#positions.get(topic) ?? (isAgain ? { epoch, offset: 0 } : undefined);
    const isSame = known === undefined || known.offset === 0 || (known.epoch === epoch && known.offset <= offset);
    if (!isSame) this.#hooks.gap({ topic, missed: undefined });
    else if (known !== undefined && first > known.offset + 1) {
      this.#hooks.gap({ topic, missed: first - 1 - known.offset });
    }
    const after = isSame ? (known?.offset ?? 0) : 0;
    for (const message of messages) {
      if (message.offset > after) this.#pass({ topic, epoch, ...message }, !isAgain);
    }
    this.#positions.set(topic, { epoch, offset });
  }

  #pass({ topic, epoch, offset, from, payload }: TopicMessageItem, isHistory: boolean): void {
    this.#positions.set(topic, { epoch, offset });
    this.#hooks.message(unpack(payload), { topic, from, offset, isHistory });
  }
}
