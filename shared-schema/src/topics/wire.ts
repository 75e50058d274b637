/**
 * What travels about topics. Asking is done with the three commands every room type has; what a topic has to tell is the body
 * of an item TOPIC (see delivery/wire.ts), so it stands in its session's one sequence:
 *
 *   MESSAGE  1 | offset varint | n varint | topic, n bytes | n | epoch | n | session id of the sender | payload ...
 *   MEMBERS  2 | n varint | topic, n bytes | joined and left, MessagePack ...
 *
 * Offsets of a concrete topic begin with 1 and grow by 1; its epoch is another one when they began anew.
 */
import { z } from "zod";
import { ByteReader } from "../bytes/byte-reader.ts";
import { ByteWriter } from "../bytes/byte-writer.ts";
import { pack, unpack } from "../delivery/pack.ts";
import type { CommandSpec } from "../room-type.ts";
import { LIMITS } from "../protocol/limits.ts";

const MESSAGE = 1;
const MEMBERS = 2;

/** One message of a topic; its payload is packed. */
export interface TopicMessageItem {
  readonly topic: string;
  readonly epoch: string;
  readonly offset: number;
  /** Session id of who published it; empty for the server. */
  readonly from: string;
  readonly payload: Uint8Array;
}

/** Who came to a topic and who left it. */
export interface TopicMembersItem {
  readonly topic: string;
  readonly joined: readonly string[];
  readonly left: readonly string[];
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });
const membersShape = z.tuple([z.array(z.string()), z.array(z.string())]);

export function writeTopicMessage({ topic, epoch, offset, from, payload }: TopicMessageItem): Uint8Array {
  const out = new ByteWriter().byte(MESSAGE).varint(offset);
  for (const text of [topic, epoch, from]) out.sized(encoder.encode(text));
  return out.raw(payload).take();
}

export function writeTopicMembers({ topic, joined, left }: TopicMembersItem): Uint8Array {
  return new ByteWriter()
    .byte(MEMBERS)
    .sized(encoder.encode(topic))
    .sized(pack([joined, left]))
    .take();
}

/** Throws a RangeError for what no server writes. */
export function readTopicItem(body: Uint8Array): TopicMessageItem | TopicMembersItem {
  const reader = new ByteReader(body);
  const kind = reader.byte();
  if (kind === MESSAGE) {
    const offset = reader.varint();
    const [topic, epoch, from] = [reader.sized(), reader.sized(), reader.sized()].map((text) => decoder.decode(text));
    return { topic: topic!, epoch: epoch!, offset, from: from!, payload: reader.rest() };
  }
  if (kind !== MEMBERS) throw new RangeError(`an item of a topic of kind 1 or 2 expected, ${kind} got`);
  const topic = decoder.decode(reader.sized());
  const [joined, left] = membersShape.parse(unpack(reader.sized()));
  return { topic, joined, left };
}

/** How far somebody has read a topic. */
export interface TopicPosition {
  readonly epoch: string;
  readonly offset: number;
}

const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array, "bytes expected");
const name = z.string().min(1).max(LIMITS.topicChars);
const offset = z.int().min(0);

/** What a subscriber is told of one concrete topic: where it stands, and the kept messages that were asked for, oldest first. */
const standing = z.object({
  topic: z.string(),
  epoch: z.string(),
  /** Number of the newest message; 0: there is none. */
  offset,
  /** Number of the oldest one kept; offset + 1: none is. */
  first: z.int(),
  messages: z.array(z.object({ offset, from: z.string(), payload: bytes })),
});
export type TopicStanding = z.output<typeof standing>;

export const TOPIC_COMMAND_SPECS = {
  $subscribe: {
    payload: z.object({
      pattern: name,
      /** Kept messages wanted of each topic, at most. */
      history: z.int().min(0).max(LIMITS.topicHistoryMax).default(0),
      /** Of these topics, everything kept after the position is wanted. */
      since: z
        .array(z.object({ topic: name, epoch: z.string().max(80), offset }))
        .max(LIMITS.topicsPerRoom)
        .default([]),
      /** Members of the topic instead of its messages. */
      members: z.boolean().default(false),
    }),
    result: z.object({
      topics: z.array(standing),
      members: z.array(z.string()),
      /** Number of the newest thing this session had been told. */
      toldSeq: z.int(),
    }),
  },
  $unsubscribe: {
    /** Without a pattern: everything. */
    payload: z.object({ pattern: name.optional(), members: z.boolean().default(false) }),
    result: z.object({}),
  },
  $publish: {
    payload: z.object({ topic: name, payload: z.unknown() }),
    result: z.object({ epoch: z.string(), offset }),
  },
} as const satisfies Record<string, CommandSpec>;

export type SubscribeRequest = z.output<typeof TOPIC_COMMAND_SPECS.$subscribe.payload>;
export type SubscribeResult = z.output<typeof TOPIC_COMMAND_SPECS.$subscribe.result>;
export type UnsubscribeRequest = z.output<typeof TOPIC_COMMAND_SPECS.$unsubscribe.payload>;
export type PublishRequest = z.output<typeof TOPIC_COMMAND_SPECS.$publish.payload>;
