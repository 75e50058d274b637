/**
 * The host's topics as the rooms of this process see them: every message once and in order, from the moment a room listens.
 *
 *   board -> message -> the next number? -> every room that listens to it -> its next tick edge
 *                     -> a hole, or the board was away: read what is missing first
 *
 * A board that is away loses nobody's place: what was said meanwhile is read when it is back, as far as it is kept.
 */
import { fits, isTopic, LIMITS, type TopicMessageItem, type TopicStanding } from "@ninelives/shared-schema";
import type { Clock, Timer } from "../tick/clock.ts";
import type { Channel, OpenBoard, Post, TopicBoard } from "./board.ts";

/** A room. */
export interface TopicListener {
  heard(message: TopicMessageItem): void;
  /** The members of a topic this room watches may have changed: these are all of them. */
  members(topic: string, sessionIds: readonly string[]): void;
}

interface Heard {
  epoch: string;
  offset: number;
  /** What came while missing messages are read. */
  waiting: TopicMessageItem[] | undefined;
}

export class HostTopics {
  readonly #board: TopicBoard;
  readonly #onFault: (error: unknown) => void;
  readonly #listeners: Record<Channel, Map<string, Set<TopicListener>>> = { messages: new Map(), members: new Map() };
  /** Concrete topic -> how far it was heard; the one heard of longest ago first. */
  readonly #heard = new Map<string, Heard>();
  /** Topic -> its members in the rooms of this process. */
  readonly #entered = new Map<string, Set<string>>();
  /** Topics whose members are being read, and whether once more is needed. */
  readonly #reading = new Map<string, { again: boolean }>();
  readonly #clock: Clock;
  #timer: Timer | undefined;

  constructor(open: OpenBoard, clock: Clock, onFault: (error: unknown) => void) {
    this.#clock = clock;
    this.#onFault = onFault;
    this.#board = open({
      message: (message) => this.#arrived(message),
      membersChanged: (topic) => void this.#readMembers(topic),
      back: () => {
        for (const topic of this.#heard.keys()) void this.#catchUp(topic);
        this.#sayAgain();
      },
    });
  }

  /** Resolves with the message's place. Rejects with TOPIC_AWAY; said again under the same key it is said once. */
  publish(post: Post): Promise<{ epoch: string; offset: number }> {
    return this.#board.publish(post);
  }

  /** Where a topic stands, with the kept messages above `after`. */
  read(topic: string, after: number): Promise<TopicStanding> {
    return this.#board.read(topic, after);
  }

  /** From when this resolves, the room hears everything new that fits the pattern. */
  async listen(listener: TopicListener, channel: Channel, pattern: string): Promise<void> {
    const listeners = this.#listeners[channel].get(pattern) ?? new Set();
    this.#listeners[channel].set(pattern, listeners);
    listeners.add(listener);
    await this.#board.listen(channel, pattern);
    this.#beat();
    if (channel === "messages" && isTopic(pattern) && !this.#heard.has(pattern)) {
      const { epoch, offset } = await this.#board.read(pattern, Number.MAX_SAFE_INTEGER);
      if (!this.#heard.has(pattern)) this.#remember(pattern, { epoch, offset, waiting: undefined });
    }
  }

  unlisten(listener: TopicListener, channel: Channel, pattern: string): void {
    const listeners = this.#listeners[channel].get(pattern);
    if (listeners?.delete(listener) !== true || listeners.size > 0) return;
    this.#listeners[channel].delete(pattern);
    if (channel === "messages") this.#heard.delete(pattern);
    this.#board.unlisten(channel, pattern).catch(this.#onFault);
  }

  members(topic: string): Promise<string[]> {
    return this.#board.members(topic);
  }

  /** These sessions of this process are members of the topic until they leave. */
  enter(topic: string, sessionId: string): void {
    const sessions = this.#entered.get(topic) ?? new Set();
    this.#entered.set(topic, sessions.add(sessionId));
    this.#board.enter(topic, [sessionId]).catch(this.#onFault);
    this.#beat();
  }

  leave(topic: string, sessionId: string): void {
    const sessions = this.#entered.get(topic);
    if (sessions?.delete(sessionId) !== true) return;
    if (sessions.size === 0) this.#entered.delete(topic);
    this.#board.leave(topic, [sessionId]).catch(this.#onFault);
  }

  async close(): Promise<void> {
    this.#timer?.cancel();
    await this.#board.close();
  }

  #arrived(message: TopicMessageItem): void {
    const heard = this.#heard.get(message.topic);
    if (heard?.waiting !== undefined) {
      heard.waiting.push(message);
      return;
    }
    const isNew = heard === undefined || (heard.offset === 0 && heard.epoch === "");
    if (isNew || heard.epoch !== message.epoch || message.offset === heard.offset + 1) this.#tell(message);
    else if (message.offset > heard.offset) {
      heard.waiting = [message];
      void this.#catchUp(message.topic);
    }
  }

  #tell(message: TopicMessageItem): void {
    const { topic, epoch, offset } = message;
    this.#remember(topic, { epoch, offset, waiting: undefined });
    const rooms = new Set<TopicListener>();
    for (const [pattern, listeners] of this.#listeners.messages) {
      if (fits(pattern, topic)) for (const listener of listeners) rooms.add(listener);
    }
    for (const room of rooms) room.heard(message);
  }

  /** Reads what is missing and tells it, then what came meanwhile. */
  async #catchUp(topic: string): Promise<void> {
    const waiting = (this.#heard.get(topic)!.waiting ??= []);
    const kept = await this.#board.read(topic, 0).catch((error: unknown) => {
      this.#onFault(error);
      return undefined;
    });
    if (!this.#heard.has(topic)) return;
    const missing = (kept?.messages ?? []).map((message) => ({ topic, epoch: kept!.epoch, ...message }));
    for (const message of [...missing, ...waiting]) {
      const { epoch, offset } = this.#heard.get(topic)!;
      if (message.epoch !== epoch || message.offset > offset) this.#tell(message);
    }
    const now = this.#heard.get(topic)!;
    const isBehind = kept !== undefined && (kept.epoch !== now.epoch || kept.offset > now.offset);
    const { epoch, offset } = isBehind ? kept : now;
    this.#remember(topic, { epoch, offset, waiting: undefined });
  }

  #remember(topic: string, heard: Heard): void {
    this.#heard.delete(topic);
    this.#heard.set(topic, heard);
    if (this.#heard.size > LIMITS.topicsPerProcess) this.#heard.delete(this.#heard.keys().next().value!);
  }

  async #readMembers(topic: string): Promise<void> {
    const reading = this.#reading.get(topic);
    if (reading !== undefined) {
      reading.again = true;
      return;
    }
    const mine = { again: true };
    this.#reading.set(topic, mine);
    try {
      while (mine.again) {
        mine.again = false;
        const sessionIds = await this.#board.members(topic);
        for (const listener of this.#listeners.members.get(topic) ?? []) listener.members(topic, sessionIds);
      }
    } catch (error) {
      this.#onFault(error);
    } finally {
      this.#reading.delete(topic);
    }
  }

  /**
   * Members count for a while only, so that those of a process that died drop out: they are said again and again, and when the board is
   * back, which may have forgotten them.
   */
  #beat(): void {
    this.#timer ??= this.#clock.after(LIMITS.topicMemberAgainSeconds * 1000, () => {
      this.#timer = undefined;
      this.#sayAgain();
      if (this.#entered.size > 0 || this.#listeners.members.size > 0) this.#beat();
    });
  }

  #sayAgain(): void {
    for (const [topic, sessions] of this.#entered) this.#board.enter(topic, [...sessions]).catch(this.#onFault);
    for (const topic of this.#listeners.members.keys()) void this.#readMembers(topic);
  }
}
