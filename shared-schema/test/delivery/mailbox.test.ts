/** One session's correspondence: what is kept for a client that is away, and what a cap takes away. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { ItemKind, LIMITS, Mailbox } from "../../src/index.ts";

const told = (bytes: number) => ({ kind: ItemKind.EVENT, body: new Uint8Array(bytes) });
const result = (id: number, bytes = 1) => ({ id, isFault: false, body: new Uint8Array(bytes) });
const idsOf = (mailbox: Mailbox, after = 0) => Array.from(mailbox.resultsAfter(after), ({ id }) => id);

const at = (mailbox: Mailbox, seq: number) => mailbox.letters.find((letter) => letter.seq === seq)?.told;

describe("a mailbox", () => {
  it("[EV4] is empty at first: nothing told, nothing run", () => {
    const mailbox = new Mailbox("a", 3);
    assert.deepEqual([mailbox.sessionId, mailbox.index, mailbox.seq, mailbox.commandId], ["a", 3, 0, 0]);
    assert.deepEqual([mailbox.firstKept, at(mailbox, 0), at(mailbox, 1)], [1, undefined, undefined]);
  });

  it("[EV4] keeps what was told until it is acknowledged; an acknowledgement never brings anything back", () => {
    const mailbox = new Mailbox("a", 0);
    for (let seq = 1; seq <= 5; seq++) mailbox.tell(told(seq));
    mailbox.acked({ eventSeq: 3, commandId: 0 });
    assert.deepEqual(
      [mailbox.firstKept, mailbox.seq, at(mailbox, 3), at(mailbox, 4)?.body.length],
      [4, 5, undefined, 4],
    );
    mailbox.acked({ eventSeq: 1, commandId: 0 });
    assert.equal(mailbox.firstKept, 4);
    mailbox.acked({ eventSeq: 5, commandId: 0 });
    assert.deepEqual([mailbox.firstKept, mailbox.letters.length, at(mailbox, 6)], [6, 0, undefined]);
    mailbox.tell(told(9));
    assert.deepEqual([mailbox.seq, at(mailbox, 6)?.body.length], [6, 9]);
  });

  it("[EV4] a cap in bytes takes the oldest; one that is larger than the cap is kept alone", () => {
    const mailbox = new Mailbox("a", 0);
    const half = LIMITS.toldBytes / 2;
    for (let count = 0; count < 3; count++) mailbox.tell(told(half));
    assert.deepEqual([mailbox.firstKept, mailbox.letters.length], [2, 2]);
    mailbox.tell(told(LIMITS.toldBytes * 2));
    assert.deepEqual([mailbox.firstKept, mailbox.letters.length], [4, 1]);
    mailbox.tell(told(1));
    assert.deepEqual([mailbox.firstKept, mailbox.letters.length], [5, 1]);
  });

  it("[CMD5] keeps results until they are acknowledged, the newest up to its caps", () => {
    const mailbox = new Mailbox("a", 0);
    for (let id = 1; id <= LIMITS.resultItems + 3; id++) mailbox.answer(result(id));
    assert.deepEqual([idsOf(mailbox).length, idsOf(mailbox)[0]], [LIMITS.resultItems, 4]);
    assert.deepEqual(idsOf(mailbox, LIMITS.resultItems), [65, 66, 67]);
    mailbox.acked({ eventSeq: 0, commandId: 66 });
    assert.deepEqual(idsOf(mailbox), [67]);
    mailbox.answer(result(70, LIMITS.resultBytes + 1));
    assert.deepEqual(idsOf(mailbox), [70], "the newest is kept, however large");
    assert.equal(mailbox.commandId, 70);
    for (const id of [70, 69, 0]) assert.throws(() => mailbox.answer(result(id)), RangeError);
  });

  it("[EV4][CMD5] whatever happens, it keeps the newest without a hole, within its caps, and counts its bytes right", () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant("tell" as const), n: fc.nat({ max: LIMITS.toldBytes / 4 }) }),
      fc.record({ do: fc.constant("answer" as const), n: fc.nat({ max: LIMITS.resultBytes / 4 }) }),
      fc.record({ do: fc.constant("ack" as const), n: fc.nat({ max: 40 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const mailbox = new Mailbox("a", 0);
        let [seq, acked] = [0, 0];
        for (const { do: what, n } of steps) {
          if (what === "tell") {
            mailbox.tell(told(n));
            seq++;
          } else if (what === "answer") mailbox.answer(result(mailbox.commandId + 1, n));
          else {
            const upTo = Math.min(n, seq);
            mailbox.acked({ eventSeq: upTo, commandId: Math.min(n, mailbox.commandId) });
            acked = Math.max(acked, upTo);
          }
          const bytes = (kept: readonly { body: Uint8Array }[]) => kept.reduce((sum, { body }) => sum + body.length, 0);
          assert.equal(mailbox.seq, seq);
          assert.equal(mailbox.firstKept + mailbox.letters.length, seq + 1);
          assert.ok(mailbox.firstKept > acked);
          assert.ok(
            mailbox.letters.length <= 1 || bytes(mailbox.letters.map((letter) => letter.told)) <= LIMITS.toldBytes,
          );
          assert.ok(mailbox.results.length <= 1 || bytes(mailbox.results) <= LIMITS.resultBytes);
          if (what === "tell") assert.equal(at(mailbox, seq)?.body.length, n);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("[LOG1] restored it goes on with the numbers and the caps of before", () => {
    const mailbox = new Mailbox("a", 0);
    mailbox.restore(
      { commandId: 9, seq: 20, events: 12 },
      [result(8), result(9)],
      [
        { seq: 19, events: 11, told: told(1) },
        { seq: 20, events: 12, told: told(LIMITS.toldBytes - 2) },
      ],
    );
    assert.deepEqual([mailbox.firstKept, idsOf(mailbox)], [19, [8, 9]]);
    mailbox.tell(told(2));
    assert.deepEqual([mailbox.seq, mailbox.firstKept], [21, 20], "bytes of before count");
    assert.throws(() => mailbox.answer(result(9)), RangeError);
  });

  it("[EV4] a cap takes messages of topics first: chat takes no event from a player who is away", () => {
    const mailbox = new Mailbox("a", 0);
    const topic = { kind: ItemKind.TOPIC, body: new Uint8Array(1) };
    for (let n = 0; n < 100; n++) mailbox.tell(told(1));
    for (let n = 0; n < 1_000; n++) mailbox.tell(n % 10 === 0 ? told(1) : topic);
    const kinds = (kind: number) => mailbox.letters.filter((letter) => letter.told.kind === kind).length;
    assert.deepEqual([kinds(ItemKind.EVENT), kinds(ItemKind.TOPIC)], [200, LIMITS.toldItems - 200]);
    assert.deepEqual([mailbox.seq, mailbox.events, mailbox.letters[0]!.seq], [1_100, 200, 1]);
    assert.ok(mailbox.letters.every(({ events }, place) => events >= (mailbox.letters[place - 1]?.events ?? 0)));
    for (let n = 0; n < LIMITS.toldItems; n++) mailbox.tell(told(1));
    assert.deepEqual([kinds(ItemKind.EVENT), kinds(ItemKind.TOPIC)], [LIMITS.toldItems, 0]);
    mailbox.tell(topic);
    assert.deepEqual([mailbox.seq, kinds(ItemKind.TOPIC)], [1_357, 0], "one that would take an event's place");
  });
});
