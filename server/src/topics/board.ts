/**
 * What the host's topics are kept in: this process's memory, or the Redis that several processes share. It numbers the messages
 * of each concrete topic, keeps the newest, and tells every process that listens, in the order of the numbers.
 */
import type { TopicMessageItem, TopicPosition, TopicStanding } from "@ninelives/shared-schema";

export interface Post {
  readonly topic: string;
  /** Session id of who says it; empty for the server. */
  readonly from: string;
  /** MessagePack. */
  readonly payload: Uint8Array;
  /** Messages to be kept of the topic, this one included. */
  readonly keep: number;
  /** A post that comes again under its key is not said again. */
  readonly key: string;
}

export interface BoardHooks {
  /** A message of a topic that is listened to; now and then one comes twice or is missing, never out of order. */
  message(message: TopicMessageItem): void;
  /** Somebody came to a topic whose members are watched, or left it. */
  membersChanged(topic: string): void;
  /** The board was away: messages may be missing. */
  back(): void;
}

/** What is listened to: messages of a topic or a pattern, or the members of a topic. */
export type Channel = "messages" | "members";

/** Every method rejects with TOPIC_AWAY when the board does not answer in LIMITS.topicBoardMs. */
export interface TopicBoard {
  /** Resolves with the message's place once every process can read it. */
  publish(post: Post): Promise<TopicPosition>;
  /** Where the topic stands, and the kept messages above `after`; offset 0 without an epoch for one that was never written. */
  read(topic: string, after: number): Promise<TopicStanding>;
  /** From when this resolves, everything new is told. */
  listen(channel: Channel, pattern: string): Promise<void>;
  unlisten(channel: Channel, pattern: string): Promise<void>;
  /** These sessions are members for LIMITS.topicMemberSeconds. */
  enter(topic: string, sessionIds: readonly string[]): Promise<void>;
  leave(topic: string, sessionIds: readonly string[]): Promise<void>;
  members(topic: string): Promise<string[]>;
  close(): Promise<void>;
}

/** Opens a board; hooks are called from then on. */
export type OpenBoard = (hooks: BoardHooks) => TopicBoard;
