/**
 * Topics in one room: who is subscribed to what (in the seats, so the log has it), and what becomes of a message.
 *
 *   $publish or room.publish -> may it? -> number and keep (history.ts)  -> told to those who may read it, each exactly once
 *                                       -> or the host's board, and back through every room that listens
 *
 * Whether somebody may read is asked for every message anew: who changes the team hears no more from that moment on.
 */
import type { Client } from "@colyseus/core";
import {
  type DeclaredTopic,
  declaredFor,
  declaredTopic,
  fieldIssues,
  fits,
  issueText,
  isTopic,
  LIMITS,
  NetError,
  pack,
  type PublishRequest,
  type RoomType,
  type Seat,
  type SubscribeRequest,
  type SubscribeResult,
  type TopicPosition,
  type TopicStanding,
  type UnsubscribeRequest,
} from "@ninelives/shared-schema";
import { Audience, type MayUse, readSubscriptionKey, subscriptionKey, type TalkingRoom } from "./audience.ts";
import { Histories } from "./history.ts";
import { type Fetched, HostEar } from "./host-ear.ts";
import type { HostTopics } from "./host-topics.ts";
import { onlyWanted } from "./standing.ts";

export interface RoomTopicsOptions {
  readonly roomId: () => string;
  readonly room: TalkingRoom;
  readonly host: HostTopics;
  readonly newEpoch: () => string;
  readonly mayUse: MayUse;
  readonly onFault: (error: unknown, where: string) => void;
}

export class RoomTopics {
  readonly #options: RoomTopicsOptions;
  readonly #type: RoomType;
  readonly #histories: Histories;
  readonly #audience: Audience;
  readonly #ear: HostEar;
  #posts = 0;

  constructor(options: RoomTopicsOptions) {
    const { room, host, mayUse, newEpoch, onFault } = options;
    this.#options = options;
    this.#type = room.type;
    this.#histories = new Histories(room.memory.host, newEpoch);
    this.#audience = new Audience(room, mayUse);
    this.#ear = new HostEar({ type: room.type, host, inbox: room.inbox, audience: this.#audience, onFault });
  }

  /** Outside of the tick: what the host's topics need before a subscription begins. */
  fetch(request: SubscribeRequest): Promise<Fetched> {
    return this.#ear.fetch(request);
  }

  subscribe(client: Client, request: SubscribeRequest, fetched: Fetched): SubscribeResult {
    const { pattern, members } = request;
    this.#checkRead(client, pattern, members);
    const { topics } = this.#seat(client);
    const key = subscriptionKey(pattern, members);
    if (!topics.has(key)) {
      if (topics.size >= LIMITS.subscriptionsPerSession) {
        throw new NetError("TOPIC_REFUSED", `at most ${LIMITS.subscriptionsPerSession} subscriptions at a time`);
      }
      topics.set(key, true);
      if (!members) this.#entered(pattern, client.sessionId);
    }
    const toldSeq = this.#options.room.delivery.mailbox(client.sessionId)?.seq ?? 0;
    if (!members) return { topics: this.#standings(client, request, fetched), members: [], toldSeq };
    const isOfRoom = this.#declared(pattern).scope === "room";
    const sessionIds = isOfRoom ? this.#audience.membersOf(pattern) : this.#ear.membersOf(pattern, fetched);
    return { topics: [], members: sessionIds, toldSeq };
  }

  unsubscribe(client: Client, { pattern, members }: UnsubscribeRequest): Record<never, never> {
    const { topics } = this.#seat(client);
    const keys = pattern === undefined ? [...topics.keys()] : [subscriptionKey(pattern, members)];
    for (const key of keys) if (topics.delete(key)) this.#gone(key, client.sessionId);
    this.#ear.unlisten();
    return {};
  }

  /** The room was taken over: what its players are subscribed to is listened to again. */
  goOn(): void {
    for (const [sessionId, { topics }] of this.#options.room.memory.host.seats) {
      for (const key of topics.keys()) {
        this.#ear.hold(key);
        const { pattern, members } = readSubscriptionKey(key);
        if (!members && isTopic(pattern) && this.#declared(pattern).scope === "host") {
          this.#options.host.enter(pattern, sessionId);
        }
      }
    }
  }

  /** The player leaves; the seat is still there. */
  left(sessionId: string): void {
    const seat = this.#options.room.memory.host.seats.get(sessionId);
    if (seat === undefined || seat.topics.size === 0) return;
    const keys = [...seat.topics.keys()];
    seat.topics.clear();
    for (const key of keys) this.#gone(key, sessionId);
    this.#ear.unlisten();
  }

  /** A player's message for a topic of the host goes out before the tick; under one command it is said once. */
  async post(client: Client, { topic, payload }: PublishRequest, id: number): Promise<TopicPosition | undefined> {
    const declared = this.#declared(topic);
    if (declared.scope === "room") return undefined;
    const packed = this.#checkWrite(client, declared, topic, payload);
    const key = `${this.#options.roomId()}/${client.sessionId}/${id}`;
    return this.#options.host.publish({ topic, from: client.sessionId, payload: packed, keep: declared.history, key });
  }

  publish(client: Client, { topic, payload }: PublishRequest): TopicPosition {
    const declared = this.#declared(topic);
    return this.#say(declared, topic, client.sessionId, this.#checkWrite(client, declared, topic, payload));
  }

  /** The game itself says something. Throws a TypeError for a payload that does not fit the type. */
  publishOwn(topic: string, payload: unknown): void {
    const declared = this.#declared(topic);
    const parsed = declared.payload.safeParse(payload);
    if (!parsed.success) throw new TypeError(`topic "${topic}": ${issueText(fieldIssues(parsed.error.issues))}`);
    const packed = Uint8Array.from(pack(parsed.data));
    if (declared.scope === "room") {
      this.#say(declared, topic, "", packed);
      return;
    }
    const { room, host, roomId, onFault } = this.#options;
    const key = `${roomId()}/${room.epoch}.${++this.#posts}`;
    const post = { topic, from: "", payload: packed, keep: declared.history, key };
    room.outbox.stage(() => void host.publish(post).catch((error: unknown) => onFault(error, `topic ${topic}`)));
  }

  #declared(topic: string): DeclaredTopic {
    const declared = declaredTopic(this.#type, topic);
    if (declared === undefined) throw unknownTopic(this.#type, topic);
    return declared;
  }

  #seat(client: Client): Seat {
    return this.#options.room.memory.host.seats.get(client.sessionId)!;
  }

  #checkRead(client: Client, pattern: string, members: boolean): void {
    if (declaredFor(this.#type, pattern).length === 0 || (members && !isTopic(pattern))) {
      throw unknownTopic(this.#type, pattern);
    }
    if (isTopic(pattern) && !this.#options.mayUse(client, pattern, "read")) {
      throw new NetError("TOPIC_REFUSED", `topic "${pattern}": this player may not read it`);
    }
  }

  #checkWrite(client: Client, declared: DeclaredTopic, topic: string, payload: unknown): Uint8Array {
    if (!this.#options.mayUse(client, topic, "write")) {
      throw new NetError("TOPIC_REFUSED", `topic "${topic}": this player may not write to it`);
    }
    const parsed = declared.payload.safeParse(payload);
    if (parsed.success) return Uint8Array.from(pack(parsed.data));
    const issues = fieldIssues(parsed.error.issues);
    throw new NetError("COMMAND_INVALID", `topic "${topic}": ${issueText(issues)}`, { issues });
  }

  #say(declared: DeclaredTopic, topic: string, from: string, payload: Uint8Array): TopicPosition {
    const message = this.#histories.append(topic, from, payload, declared.history);
    if (message === undefined) {
      throw new NetError("TOPIC_REFUSED", `a room has at most ${LIMITS.topicsPerRoom} topics`);
    }
    this.#audience.tell(message);
    return { epoch: message.epoch, offset: message.offset };
  }

  #standings(client: Client, { pattern, history, since }: SubscribeRequest, fetched: Fetched): TopicStanding[] {
    const names = new Set([...this.#histories.topics, ...(isTopic(pattern) ? [pattern] : [])]);
    const own = [...names]
      .filter((topic) => fits(pattern, topic) && this.#declared(topic).scope === "room")
      .map((topic) => this.#histories.read(topic, 0));
    return [...own, ...this.#ear.standings(pattern, fetched)]
      .filter(({ topic }) => this.#options.mayUse(client, topic, "read"))
      .map((standing) => onlyWanted(standing, history, since));
  }

  #entered(pattern: string, sessionId: string): void {
    if (!isTopic(pattern)) return;
    if (this.#declared(pattern).scope === "host") this.#options.host.enter(pattern, sessionId);
    else this.#audience.tellMembers(pattern, [sessionId], []);
  }

  #gone(key: string, sessionId: string): void {
    const { pattern, members } = readSubscriptionKey(key);
    if (members || !isTopic(pattern)) return;
    if (this.#declared(pattern).scope === "host") this.#options.host.leave(pattern, sessionId);
    else this.#audience.tellMembers(pattern, [], [sessionId]);
  }
}

function unknownTopic(type: RoomType, name: string): NetError {
  const known = Object.keys(type.topics).join(", ") || "none";
  return new NetError("TOPIC_UNKNOWN", `topic "${name}" is not of room type "${type.name}", which has: ${known}`);
}
