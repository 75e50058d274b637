/** What our client is told while it does not read: nothing is sent, and when it reads again it gets on where it was. */
import assert from "node:assert/strict";
import type { Client } from "@colyseus/core";
import { ItemKind, LIMITS, pack, readServerFrame, type ServerItem } from "@ninelives/shared-schema";
import { beforeEach, describe, it } from "mocha";
import { Delivery } from "../../src/outbox/delivery.ts";

const GREETING = { protocol: 1, typeVersion: 1, contract: 0, page: 0, eventSeq: 0, resultId: 0, epoch: 0 };
const SEAT = { page: 1, seatHoldMs: 1_000 };
/** Opcode and channel. */
const FRAME_HEAD_BYTES = 2;

describe("a client that has to read first", () => {
  let delivery: Delivery;
  let mustWait: boolean;
  let frames: Uint8Array[];
  let doors: string[];
  const items = () => frames.flatMap((frame) => readServerFrame(frame.subarray(FRAME_HEAD_BYTES)));
  const said = () => items().map(wordOf);
  const mailbox = () => delivery.mailbox("ada")!;
  const tell = (text: string) => delivery.tell([mailbox()], { kind: ItemKind.EVENT, body: pack(text) });
  const answer = (id: number, body: unknown) => delivery.answer(mailbox(), { id, isFault: false, body: pack(body) });
  const commit = () => delivery.seal()();

  beforeEach(() => {
    mustWait = false;
    frames = [];
    doors = [];
    const contract = { hash: 0, commands: [], events: [] };
    delivery = new Delivery({
      contract: () => contract as never,
      epoch: () => 1,
      doors: () => doors,
      mustWait: () => mustWait,
    });
    const client = { sessionId: "ada", enqueueRaw: (frame: Uint8Array) => frames.push(frame) } as unknown as Client;
    delivery.connected(client, GREETING as never, SEAT);
    frames = [];
  });

  it("[SL3] is sent nothing, and then everything once, in order", () => {
    tell("1");
    commit();
    mustWait = true;
    tell("2");
    answer(1, "one");
    commit();
    tell("3");
    commit();
    delivery.goOn();
    assert.deepEqual(said(), ["event 1"]);
    mustWait = false;
    delivery.goOn();
    delivery.goOn();
    assert.deepEqual(said(), ["event 1", "result 1", "event 2", "event 3"]);
  });

  it("[SL3] is told of a gap, and of answers that are gone, when its mailbox was full", () => {
    mustWait = true;
    for (let at = 1; at <= LIMITS.toldItems + 10; at++) tell(String(at));
    for (let id = 1; id <= 3; id++) answer(id, "x".repeat(LIMITS.resultBytes * 0.6));
    commit();
    delivery.goOn();
    assert.deepEqual(frames, []);
    mustWait = false;
    delivery.goOn();
    const words = said();
    assert.deepEqual(words.slice(0, 5), ["gone 1", "gone 2", "result 3", "gap 10", "event 11"]);
    assert.equal(words.length, 4 + LIMITS.toldItems);
  });

  it("[SL3] what is repeated for it, and where it may come back, waits once", () => {
    answer(1, "one");
    commit();
    frames = [];
    mustWait = true;
    for (let time = 0; time < 1_000; time++) delivery.repeat(mailbox(), 1);
    for (let door = 0; door < 100; door++) {
      doors = [`host:${door}`];
      delivery.tellDoors();
    }
    assert.deepEqual(frames, []);
    mustWait = false;
    delivery.goOn();
    assert.deepEqual(said(), ["doors", "result 1"]);
  });

  it("[SL3] an answer that is not committed waits for its commit too", () => {
    mustWait = true;
    tell("1");
    commit();
    answer(1, "x".repeat(LIMITS.resultBytes * 0.6));
    answer(2, "x".repeat(LIMITS.resultBytes * 0.6));
    mustWait = false;
    delivery.goOn();
    assert.deepEqual(said(), ["event 1"]);
    commit();
    assert.deepEqual(said(), ["event 1", "gone 1", "result 2"]);
  });

  it("is forgotten with its connection", () => {
    mustWait = true;
    tell("1");
    commit();
    delivery.left("ada");
    mustWait = false;
    delivery.goOn();
    assert.deepEqual(frames, []);
  });
});

function wordOf(item: ServerItem): string {
  switch (item.kind) {
    case ItemKind.RESULT:
      return `result ${item.id}`;
    case ItemKind.FAULT:
      return `gone ${item.id}`;
    case ItemKind.EVENT:
      return `event ${item.seq}`;
    case ItemKind.GAP:
      return `gap ${item.seq}`;
    case ItemKind.DOORS:
      return "doors";
    default:
      return `kind ${item.kind}`;
  }
}
