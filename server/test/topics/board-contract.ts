/** What everything must do that the host's topics can be kept in. Run it for each: `boardContract("memory", open)`. */
import assert from "node:assert/strict";
import { LIMITS, pack, type TopicMessageItem, unpack } from "@ninelives/shared-schema";
import { until } from "../../../test/support/until.ts";
import type { BoardHooks, Post, TopicBoard } from "../../src/topics/board.ts";

export interface Heard {
  readonly board: TopicBoard;
  readonly messages: TopicMessageItem[];
  readonly changes: string[];
  backs: number;
}

/** Opens a board and writes down what it tells. */
export function heardFrom(open: (hooks: BoardHooks) => TopicBoard): Heard {
  const messages: TopicMessageItem[] = [];
  const changes: string[] = [];
  const heard: { board: TopicBoard; messages: TopicMessageItem[]; changes: string[]; backs: number } = {
    board: open({
      message: (message) => messages.push(message),
      membersChanged: (topic) => changes.push(topic),
      back: () => heard.backs++,
    }),
    messages,
    changes,
    backs: 0,
  };
  return heard;
}

let keys = 0;

export function post(topic: string, text: string, more: Partial<Post> = {}): Post {
  return { topic, from: "ada", payload: pack(text), keep: 3, key: `key ${++keys}`, ...more };
}

export const texts = (messages: readonly { payload: Uint8Array }[]) => messages.map(({ payload }) => unpack(payload));

export function boardContract(name: string, open: (hooks: BoardHooks) => TopicBoard): void {
  describe(`the board "${name}"`, () => {
    let heard: Heard;
    let board: TopicBoard;
    beforeEach(() => {
      heard = heardFrom(open);
      ({ board } = heard);
    });
    afterEach(() => board.close());

    it("[TP5] numbers the messages of each topic from 1 and keeps the newest", async () => {
      const empty = await board.read("a/one", 0);
      assert.deepEqual(empty, { topic: "a/one", epoch: "", offset: 0, first: 1, messages: [] });
      const places = [];
      for (const text of ["a", "b", "c", "d", "e"]) places.push(await board.publish(post("a/one", text)));
      assert.deepEqual(
        places.map(({ offset }) => offset),
        [1, 2, 3, 4, 5],
      );
      assert.deepEqual(new Set(places.map(({ epoch }) => epoch)).size, 1);
      const { offset, first, messages, epoch } = await board.read("a/one", 0);
      assert.deepEqual({ offset, first, epoch }, { offset: 5, first: 3, epoch: places[0]!.epoch });
      assert.deepEqual(texts(messages), ["c", "d", "e"]);
      assert.deepEqual(
        messages.map((message) => [message.offset, message.from]),
        [3, 4, 5].map((place) => [place, "ada"]),
      );
      assert.deepEqual(texts((await board.read("a/one", 4)).messages), ["e"]);
      assert.deepEqual((await board.publish(post("a/two", "x"))).offset, 1);
    });

    it("[TP5] keeps no message of a topic whose history is 0, and no more bytes than its cap", async () => {
      await board.publish(post("none", "x", { keep: 0 }));
      const none = await board.read("none", 0);
      assert.deepEqual([none.offset, none.first, none.messages.length], [1, 2, 0]);
      const large = "x".repeat(LIMITS.topicHistoryBytes / 4);
      for (let n = 0; n < 5; n++) await board.publish(post("large", large, { keep: 10 }));
      const { messages, first } = await board.read("large", 0);
      assert.deepEqual([first, messages.length], [3, 3]);
    });

    it("[TP5] says a post that comes again under its key once, and answers with the same place", async () => {
      await board.listen("messages", "again");
      const first = post("again", "once");
      const place = await board.publish(first);
      assert.deepEqual(await board.publish(first), place);
      await board.publish(post("again", "next"));
      await until("the next one", () => heard.messages.length >= 2);
      assert.deepEqual(texts(heard.messages), ["once", "next"]);
      assert.deepEqual(texts((await board.read("again", 0)).messages), ["once", "next"]);
    });

    it("[TP5] tells of what is listened to and of nothing else, in order", async () => {
      await board.listen("messages", "room/7");
      await board.listen("messages", "party/*");
      for (const topic of ["room/7", "room/8", "party/1", "party/2", "room/7"]) await board.publish(post(topic, topic));
      await until("four messages", () => heard.messages.length >= 4);
      assert.deepEqual(texts(heard.messages), ["room/7", "party/1", "party/2", "room/7"]);
      await board.unlisten("messages", "room/7");
      await board.publish(post("room/7", "unheard"));
      await board.publish(post("party/1", "last"));
      await until("the last", () => heard.messages.length >= 5);
      assert.deepEqual(texts(heard.messages.slice(4)), ["last"]);
      assert.deepEqual(heard.messages.at(-1)!.offset, 2);
    });

    it("[TP6] knows who is in a topic, and tells when that changes", async () => {
      await board.listen("members", "party/5");
      await board.enter("party/5", ["ada", "bob"]);
      await until("a change", () => heard.changes.length === 1);
      assert.deepEqual((await board.members("party/5")).sort(), ["ada", "bob"]);
      await board.enter("party/5", ["ada"]);
      await board.enter("party/6", ["cleo"]);
      await board.leave("party/5", ["ada"]);
      await until("another change", () => heard.changes.length === 2);
      assert.deepEqual(await board.members("party/5"), ["bob"]);
      await board.leave("party/5", ["bob"]);
      await until("the last change", () => heard.changes.length === 3);
      assert.deepEqual(await board.members("party/5"), []);
      assert.deepEqual(new Set(heard.changes), new Set(["party/5"]));
    });
  });
}
