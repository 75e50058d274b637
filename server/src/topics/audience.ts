/** Who in a room hears what of a topic: those who are subscribed, have one of our clients, and may read it now. */
import type { Client } from "@colyseus/core";
import {
  fits,
  type HostMemory,
  ItemKind,
  type Mailbox,
  type RoomType,
  type Seat,
  type TopicMessageItem,
  writeTopicMembers,
  writeTopicMessage,
} from "@ninelives/shared-schema";
import type { Inbox } from "../inbox/inbox.ts";
import type { Delivery } from "../outbox/delivery.ts";
import type { Outbox } from "../outbox/outbox.ts";
import type { Sessions } from "../session/sessions.ts";

/** What topics need of a room. */
export interface TalkingRoom {
  readonly type: RoomType;
  readonly memory: { readonly host: HostMemory };
  readonly inbox: Inbox;
  readonly outbox: Outbox;
  readonly delivery: Delivery;
  readonly sessions: Sessions;
  /** Incarnation of the room's owner. */
  readonly epoch: number;
}

/** What a player wants of a topic. */
export type TopicAccess = "read" | "write";
/** The game's word. */
export type MayUse = (client: Client, topic: string, access: TopicAccess) => boolean;

/** Stands before the name of a topic whose members a session watches. */
const WATCH = "@";

/** Name of a subscription in a seat. */
export function subscriptionKey(pattern: string, members: boolean): string {
  return members ? WATCH + pattern : pattern;
}

export function readSubscriptionKey(key: string): { readonly pattern: string; readonly members: boolean } {
  return key.startsWith(WATCH) ? { pattern: key.slice(WATCH.length), members: true } : { pattern: key, members: false };
}

export class Audience {
  readonly #room: TalkingRoom;
  readonly #mayUse: MayUse;

  constructor(room: TalkingRoom, mayUse: MayUse) {
    this.#room = room;
    this.#mayUse = mayUse;
  }

  tell(message: TopicMessageItem): void {
    const { topic } = message;
    const isSubscribed = ({ topics }: Seat) =>
      topics.has(topic) ||
      [...topics.keys()].map(readSubscriptionKey).some(({ pattern, members }) => !members && fits(pattern, topic));
    this.#deliver(topic, isSubscribed, () => writeTopicMessage(message));
  }

  tellMembers(topic: string, joined: readonly string[], left: readonly string[]): void {
    if (joined.length === 0 && left.length === 0) return;
    const key = subscriptionKey(topic, true);
    this.#deliver(
      topic,
      ({ topics }) => topics.has(key),
      () => writeTopicMembers({ topic, joined, left }),
    );
  }

  /** Members are those who are subscribed to the topic by its own name, also while they are away. */
  membersOf(topic: string): string[] {
    return [...this.#seats()].filter(([, seat]) => seat.topics.has(topic)).map(([sessionId]) => sessionId);
  }

  /** Everything somebody here is subscribed to. */
  keys(): Set<string> {
    const keys = new Set<string>();
    for (const [, { topics }] of this.#seats()) for (const key of topics.keys()) keys.add(key);
    return keys;
  }

  #seats(): Iterable<[string, Seat]> {
    return this.#room.memory.host.seats.entries();
  }

  #deliver(topic: string, isMeant: (seat: Seat) => boolean, body: () => Uint8Array): void {
    const { sessions, delivery } = this.#room;
    const to: Mailbox[] = [];
    for (const [sessionId, seat] of this.#seats()) {
      if (!isMeant(seat)) continue;
      const client = sessions.client(sessionId);
      const mailbox = delivery.mailbox(sessionId);
      if (client !== undefined && mailbox !== undefined && this.#mayUse(client, topic, "read")) to.push(mailbox);
    }
    if (to.length > 0) delivery.tell(to, { kind: ItemKind.TOPIC, body: body() });
  }
}
