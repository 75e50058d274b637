/** What the server told, once and in order, and when the client says that it has it. */
import assert from "node:assert/strict";
import { type Ack, LIMITS } from "@ninelives/shared-schema";
import fc from "fast-check";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import { EventInbox } from "../../src/delivery/event-inbox.ts";

function open() {
  const clock = new ManualClock();
  const startMs = clock.now();
  const acks: string[] = [];
  const heard: number[] = [];
  const show = ({ eventSeq, commandId }: Ack) => `${clock.now() - startMs}: ${eventSeq}, ${commandId}`;
  const inbox = new EventInbox({ sendAck: (ack) => acks.push(show(ack)) }, clock);
  const tell = (seq: number) => inbox.arrived(seq, true, () => heard.push(seq));
  return { clock, inbox, acks, heard, tell };
}

function listening() {
  const opened = open();
  opened.inbox.release();
  return opened;
}

describe("event inbox", () => {
  it("[EV4] tells every number once, in order; what came before is not told again", () => {
    const { inbox, heard, tell } = listening();
    for (const seq of [1, 2, 2, 1, 3, 3, 7, 5, 8]) tell(seq);
    assert.deepEqual(heard, [1, 2, 3, 7, 8]);
    assert.equal(inbox.eventSeq, 8);
  });

  it("[EV4] whatever a server repeats after returns, each number is told at most once and they only grow", () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 60 }), { maxLength: 200 }), (seqs) => {
        const { inbox, heard, tell } = listening();
        for (const seq of seqs) tell(seq);
        assert.deepEqual(
          heard,
          [...new Set(heard)].toSorted((a, b) => a - b),
        );
        assert.equal(inbox.eventSeq, Math.max(0, ...seqs));
      }),
    );
  });

  it("[EV4] a gap names the events that are missing, and none where only other things are", () => {
    const { inbox, tell } = listening();
    const gaps: [number, number][] = [];
    const gap = (eventSeq: number, events: number) =>
      inbox.missed({ eventSeq, events }, (from, to) => gaps.push([from, to]));
    tell(1);
    inbox.arrived(2, false, () => {});
    gap(10, 6);
    gap(9, 5);
    tell(11);
    gap(20, 7);
    assert.deepEqual(gaps, [
      [2, 6],
      [8, 7],
    ]);
    assert.deepEqual([inbox.eventSeq, inbox.events, inbox.told], [20, 7, { eventSeq: 20, events: 7 }]);
  });

  it("[EV4] what comes before the app can listen is held back, and told in its order", () => {
    const { inbox, heard, tell } = open();
    tell(1);
    inbox.tellApp(() => heard.push(-1));
    tell(2);
    assert.equal(heard.length, 0);
    inbox.release();
    assert.deepEqual(heard, [1, -1, 2]);
    tell(3);
    inbox.tellApp(() => heard.push(-2));
    assert.deepEqual(heard, [1, -1, 2, 3, -2]);
    inbox.release();
    assert.equal(heard.length, 5, "nothing is told twice");
  });

  it("[EV4] what arrives is acknowledged 1 s after the first of it", () => {
    const { clock, acks, tell } = listening();
    tell(1);
    clock.advance(600);
    tell(2);
    clock.advance(399);
    assert.deepEqual(acks, []);
    clock.advance(1);
    assert.deepEqual(acks, [`${LIMITS.ackAfterMs}: 2, 0`]);
    clock.advance(60_000);
    assert.equal(acks.length, 1, "nothing new, nothing to say");
    tell(3);
    clock.advance(1_000);
    assert.deepEqual(acks[1], "62000: 3, 0");
  });

  it("[EV4] and at once with the 32nd, events and results together", () => {
    const { clock, inbox, acks, tell } = listening();
    for (let count = 1; count < LIMITS.ackItems; count++) {
      if (count % 2 === 1) tell(count);
      else inbox.answered(count);
    }
    assert.deepEqual(acks, []);
    inbox.answered(40);
    assert.deepEqual(acks, ["0: 31, 40"]);
    assert.equal(clock.waiting, 0);
  });

  it("a command takes the acknowledgement along once half of them are there", () => {
    const { clock, inbox, acks, tell } = listening();
    for (let seq = 1; seq < LIMITS.ackItems / 2; seq++) tell(seq);
    assert.equal(inbox.takeAck(), undefined);
    tell(16);
    assert.deepEqual(inbox.takeAck(), { eventSeq: 16, commandId: 0 });
    assert.equal(inbox.takeAck(), undefined);
    clock.advance(10_000);
    assert.deepEqual(acks, [], "said already");
  });

  it("a number that was told before needs no acknowledgement of its own; an answer that came twice does not go back", () => {
    const { clock, inbox, acks, tell } = listening();
    tell(5);
    inbox.answered(9);
    clock.advance(1_000);
    tell(5);
    clock.advance(1_000);
    assert.equal(acks.length, 1);
    inbox.answered(4);
    clock.advance(1_000);
    assert.deepEqual(acks, ["1000: 5, 9", "3000: 5, 9"]);
  });

  it("with the connection gone nothing is acknowledged: the next greeting says what has arrived", () => {
    const { clock, inbox, acks, tell } = listening();
    for (let seq = 1; seq <= 31; seq++) tell(seq);
    inbox.stop();
    clock.advance(10_000);
    assert.deepEqual([acks, clock.waiting, inbox.eventSeq], [[], 0, 31]);
    tell(32);
    assert.deepEqual(acks, [], "counts anew");
    clock.advance(1_000);
    assert.deepEqual(acks, ["11000: 32, 0"]);
  });
});
