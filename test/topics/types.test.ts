/** What the compiler knows of topics, on both sides: a line under `@ts-expect-error` must not compile, every other must. */
import assert from "node:assert/strict";
import type { Room } from "@ninelives/client";
import type { TopicInput, TopicName, TopicPayload } from "@ninelives/shared-schema";
import { describe, it } from "mocha";
import type { Client } from "@colyseus/core";
import { Talk, TalkRoom } from "../support/talk-room.ts";

type T = typeof Talk;
type Same<A, B> = (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2 ? true : false;
const yes = <X extends true>(holds: X): X => holds;

/** Compiled, never run. */
async function onTheClient(room: Room<T>): Promise<void> {
  await room.subscribe("team/red/chat", ({ text }, { topic, from, offset }) => [text.trim(), topic, from, offset + 1]);
  await room.subscribe("team/*/pings", ({ x, y }) => x + y, { history: 5, onGap: ({ missed }) => missed?.toFixed() });
  await room.subscribe("team/#", (payload) => ("text" in payload ? payload.text : payload.x));
  await room.subscribe(`party/${room.roomId}`, ({ text }) => text);
  const { offset } = await room.publish("team/red/chat", { text: "hello" });
  offset.toFixed();
  await room.watchTopic("party/7", ({ members, joined, left }) => [...members, ...joined, ...left]);
  // @ts-expect-error -- not a topic of the type
  await room.subscribe("team/red/chats", () => {});
  // @ts-expect-error -- no topic of the type has so many levels
  await room.subscribe("team/red/chat/*", () => {});
  // @ts-expect-error -- a ping has no text
  await room.subscribe("team/*/pings", ({ text }) => text);
  // @ts-expect-error -- it may be a ping
  await room.subscribe("team/#", ({ text }) => text);
  // @ts-expect-error -- a pattern cannot be written to
  await room.publish("team/#", { text: "hello" });
  // @ts-expect-error -- a chat line has a text
  await room.publish("team/red/chat", {});
  // @ts-expect-error -- x is a number
  await room.publish("team/red/pings", { x: "1", y: 2 });
  // @ts-expect-error -- members are of one topic, not of a pattern
  await room.watchTopic("party/#", () => {});
}

class TypedRoom extends TalkRoom {
  /** Compiled, never run. */
  speaks(): void {
    this.publish("global/news", { text: "hello" });
    this.publish(`team/${this.roomId}/chat`, { text: "hello" });
    // @ts-expect-error -- not a topic of the type
    this.publish("global/olds", { text: "hello" });
    // @ts-expect-error -- the text is a string
    this.publish("global/news", { text: 1 });
  }

  override authorizeTopic(_client: Client, topic: TopicName<T>, access: "read" | "write"): boolean {
    // @ts-expect-error -- not an access
    if (access === "delete") return false;
    // @ts-expect-error -- no topic begins so
    if (topic === "teams/red/chat") return false;
    return topic === "global/news";
  }
}

describe("the types of topics", () => {
  it("[RT4] names and payloads are those of the type", () => {
    yes<
      Same<
        TopicName<T>,
        `team/${string}/chat` | `team/${string}/pings` | "staff/log" | "global/news" | `party/${string}`
      >
    >(true);
    yes<Same<TopicPayload<T, "team/*/pings">, { x: number; y: number }>>(true);
    yes<Same<TopicInput<T, "team/blue/chat">, { text: string }>>(true);
    assert.equal(typeof onTheClient, "function");
    assert.ok(TypedRoom.prototype instanceof TalkRoom);
  });
});
