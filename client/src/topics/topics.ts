/** A session's topics: everything its listeners are subscribed to, over drops and holes. */
import {
  declaredFor,
  declaredTopic,
  NetError,
  type PublishRequest,
  readTopicItem,
  type RoomType,
  type SubscribeRequest,
  type SubscribeResult,
  type TopicPosition,
  type UnsubscribeRequest,
} from "@ninelives/shared-schema";
import type { CommandOutbox } from "../delivery/command-outbox.ts";
import { type TopicGap, type TopicMeta, TopicReader } from "./reader.ts";
import { type TopicMembers, TopicWatch } from "./watch.ts";

/** A page that has too much to say listens all the same. */
const OWN = { isUncapped: true } as const;

export interface Subscription {
  readonly pattern: string;
  /** Nothing more is passed on from now on; resolves when the server knows, too. */
  close(): Promise<void>;
}

export interface ReaderOptions {
  readonly history: number;
  readonly message: (payload: unknown, meta: TopicMeta) => void;
  readonly gap: (gap: TopicGap) => void;
}

export class Topics {
  readonly #type: RoomType;
  readonly #outbox: CommandOutbox;
  readonly #readers = new Set<TopicReader>();
  readonly #watches = new Set<TopicWatch>();

  constructor(type: RoomType, outbox: CommandOutbox) {
    this.#type = type;
    this.#outbox = outbox;
  }

  async read(pattern: string, { history, message, gap }: ReaderOptions): Promise<Subscription> {
    if (declaredFor(this.#type, pattern).length === 0) throw this.#unknown(pattern);
    const reader = new TopicReader(pattern, { message, gap, subscribe: (request) => this.#subscribe(request) });
    return this.#begin(this.#readers, reader, pattern, false, reader.begin(history));
  }

  async watch(topic: string, changed: (members: TopicMembers) => void): Promise<Subscription> {
    if (declaredTopic(this.#type, topic) === undefined) throw this.#unknown(topic);
    const watch = new TopicWatch(topic, { changed, subscribe: (request) => this.#subscribe(request) });
    return this.#begin(this.#watches, watch, topic, true, watch.begin());
  }

  async publish(topic: string, payload: unknown): Promise<TopicPosition> {
    if (declaredTopic(this.#type, topic) === undefined) throw this.#unknown(topic);
    const request: PublishRequest = { topic, payload };
    return (await this.#outbox.submit("$publish", request, {})) as TopicPosition;
  }

  /** The page before may have been subscribed to something: this one is not. */
  forgetOld(): void {
    if (Object.keys(this.#type.topics).length > 0) this.#unsubscribe({ members: false }).catch(() => {});
  }

  /** An item TOPIC of this session. */
  told(seq: number, body: Uint8Array): void {
    const item = readTopicItem(body);
    if ("payload" in item) for (const reader of this.#readers) reader.take(item);
    else for (const watch of this.#watches) watch.take(seq, item);
  }

  /** Something this session was told is lost. */
  missed(): void {
    for (const reader of this.#readers) reader.missed();
    for (const watch of this.#watches) watch.begin().catch(() => {});
  }

  async #begin<Kept extends TopicReader | TopicWatch>(
    all: Set<Kept>,
    one: Kept,
    pattern: string,
    members: boolean,
    begun: Promise<void>,
  ): Promise<Subscription> {
    all.add(one);
    try {
      await begun;
    } catch (error) {
      all.delete(one);
      throw error;
    }
    return {
      pattern,
      close: async () => {
        one.close();
        if (!all.delete(one)) return;
        const isShared = [...all].some((other) => nameOf(other) === pattern);
        if (!isShared) await this.#unsubscribe({ pattern, members });
      },
    };
  }

  async #subscribe(request: SubscribeRequest): Promise<SubscribeResult> {
    return (await this.#outbox.submit("$subscribe", request, OWN)) as SubscribeResult;
  }

  async #unsubscribe(request: UnsubscribeRequest): Promise<void> {
    await this.#outbox.submit("$unsubscribe", request, OWN);
  }

  #unknown(name: string): NetError {
    const known = Object.keys(this.#type.topics).join(", ") || "none";
    return new NetError(
      "TOPIC_UNKNOWN",
      `topic "${name}" is not of room type "${this.#type.name}", which has: ${known}`,
    );
  }
}

function nameOf(one: TopicReader | TopicWatch): string {
  return one instanceof TopicReader ? one.pattern : one.topic;
}
