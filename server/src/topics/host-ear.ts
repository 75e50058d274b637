/**
 * A room's ear for the topics of the host: listens to what somebody here is subscribed to, and passes it on at tick edges. A
 * subscription is fetched outside of the tick and begins at a tick edge; what is heard in between is kept in mind for it.
 */
import {
  declaredFor,
  declaredTopic,
  fits,
  isTopic,
  type RoomType,
  type SubscribeRequest,
  type TopicMessageItem,
  type TopicStanding,
} from "@ninelives/shared-schema";
import type { Inbox } from "../inbox/inbox.ts";
import { type Audience, readSubscriptionKey, subscriptionKey } from "./audience.ts";
import type { HostTopics, TopicListener } from "./host-topics.ts";
import { withLater } from "./standing.ts";

/** Messages kept in mind for subscriptions that are being fetched. */
const RECENT = 256;

/** What the host's board knew before a subscription begins. */
export interface Fetched {
  readonly standings: readonly TopicStanding[];
  readonly members: readonly string[];
}

export interface HostEarOptions {
  readonly type: RoomType;
  readonly host: HostTopics;
  readonly inbox: Inbox;
  readonly audience: Audience;
  readonly onFault: (error: unknown, where: string) => void;
}

export class HostEar implements TopicListener {
  readonly #options: HostEarOptions;
  /** Keys of the subscriptions that are listened for. */
  readonly #listening = new Set<string>();
  /** Newest last. */
  readonly #recent: TopicMessageItem[] = [];
  /** Members of the topics that are watched here, as they were told. */
  readonly #toldMembers = new Map<string, ReadonlySet<string>>();

  constructor(options: HostEarOptions) {
    this.#options = options;
  }

  /** Outside of the tick. Listens first, so that nothing falls in between. Rejects with TOPIC_AWAY. */
  async fetch({ pattern, members, since }: SubscribeRequest): Promise<Fetched> {
    const { host } = this.#options;
    if (!this.#isOfHost(pattern) || (members && !isTopic(pattern))) return { standings: [], members: [] };
    await this.#listen(subscriptionKey(pattern, members));
    if (members) return { standings: [], members: await host.members(pattern) };
    const names = [...new Set([pattern, ...since.map(({ topic }) => topic)])];
    const topics = names.filter((topic) => fits(pattern, topic) && this.#scopeOf(topic) === "host");
    return { standings: await Promise.all(topics.map((topic) => host.read(topic, 0))), members: [] };
  }

  /** The subscription begins: what was fetched for it, as it stands now. */
  standings(pattern: string, fetched: Fetched): TopicStanding[] {
    this.hold(subscriptionKey(pattern, false));
    return fetched.standings.map((standing) => withLater(standing, this.#recent));
  }

  /** The watch begins: who is there now. */
  membersOf(topic: string, fetched: Fetched): string[] {
    this.hold(subscriptionKey(topic, true));
    const members = this.#toldMembers.get(topic) ?? new Set(fetched.members);
    this.#toldMembers.set(topic, members);
    return [...members];
  }

  /** Lets go of what nobody here is subscribed to any more. */
  unlisten(): void {
    const needed = this.#options.audience.keys();
    for (const key of this.#listening) {
      if (needed.has(key)) continue;
      this.#listening.delete(key);
      const { pattern, members } = readSubscriptionKey(key);
      if (members) this.#toldMembers.delete(pattern);
      this.#options.host.unlisten(this, members ? "members" : "messages", pattern);
    }
  }

  heard(message: TopicMessageItem): void {
    this.#recent.push(message);
    if (this.#recent.length > RECENT) this.#recent.shift();
    void this.#options.inbox.atTickEdge(() => this.#options.audience.tell(message));
  }

  members(topic: string, sessionIds: readonly string[]): void {
    void this.#options.inbox.atTickEdge(() => {
      const now = new Set(sessionIds);
      const before = this.#toldMembers.get(topic) ?? now;
      this.#toldMembers.set(topic, now);
      const joined = sessionIds.filter((id) => !before.has(id));
      const left = [...before].filter((id) => !now.has(id));
      this.#options.audience.tellMembers(topic, joined, left);
    });
  }

  #isOfHost(pattern: string): boolean {
    return declaredFor(this.#options.type, pattern).some(({ scope }) => scope === "host");
  }

  #scopeOf(topic: string): string | undefined {
    return declaredTopic(this.#options.type, topic)?.scope;
  }

  async #listen(key: string): Promise<void> {
    this.#listening.add(key);
    const { pattern, members } = readSubscriptionKey(key);
    await this.#options.host.listen(this, members ? "members" : "messages", pattern);
  }

  /** Listens for a subscription that there is, if nobody does: the last other one may have ended while it was fetched. */
  hold(key: string): void {
    if (this.#listening.has(key) || !this.#isOfHost(readSubscriptionKey(key).pattern)) return;
    this.#listen(key).catch((error: unknown) => this.#options.onFault(error, `topic ${key}`));
  }
}
