/** What the owner of a room told is what a reader of its log knows; and the frames both sides write are those both read. */
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  CloseReason,
  ItemKind,
  LIMITS,
  Mailboxes,
  readClientFrame,
  readGreeting,
  readServerFrame,
  ServerFrame,
  writeClientFrame,
  writeGreeting,
} from "../../src/index.ts";

type Step =
  | { readonly do: "open" | "close" | "snapshot" | "entry"; readonly who: number }
  | { readonly do: "answer" | "tell"; readonly who: number; readonly bytes: Uint8Array };

const who = fc.nat({ max: 3 });
const bytes = fc.uint8Array({ maxLength: 40 });
const steps = fc.array(
  fc.oneof(
    fc.record({ do: fc.constantFrom("open" as const, "close" as const, "snapshot" as const, "entry" as const), who }),
    fc.record({ do: fc.constantFrom("answer" as const, "tell" as const), who, bytes }),
  ),
  { maxLength: 200 },
);

function picture(mailboxes: Mailboxes) {
  return [...mailboxes].map(({ sessionId, index, commandId, seq, events, letters, results }) => ({
    sessionId,
    index,
    commandId,
    seq,
    events,
    letters: letters.map(({ seq: at, events: upTo, told: { kind, body } }) => [at, upTo, kind, [...body]]),
    results: results.map(({ id, isFault, body }) => [id, isFault, [...body]]),
  }));
}

function run(live: Mailboxes, step: Step): void {
  const sessionId = `s${step.who}`;
  const mailbox = live.get(sessionId);
  if (step.do === "open") live.open(sessionId);
  else if (step.do === "close") live.close(sessionId);
  else if (step.do === "answer" && mailbox !== undefined) {
    live.answer(mailbox, { id: mailbox.commandId + 1 + step.who, isFault: step.who === 1, body: step.bytes });
  } else if (step.do === "tell") {
    const to = step.who === 0 ? [...live] : mailbox === undefined ? [] : [mailbox];
    const kind = step.bytes.length % 2 === 0 ? ItemKind.EVENT : ItemKind.TOPIC;
    live.tell(to, { kind, body: step.bytes });
  }
}

describe("mailboxes", () => {
  it("[LOG1] a reader of snapshot and entries knows what the owner told, at every entry", () => {
    fc.assert(
      fc.property(steps, (all) => {
        const live = new Mailboxes();
        let read = new Mailboxes();
        for (const step of all) {
          run(live, step);
          if (step.do !== "entry" && step.do !== "snapshot") continue;
          const entry = live.takeEntry();
          if (step.do === "snapshot") read = Mailboxes.read(live.whole());
          else if (entry !== undefined) read.apply(entry);
          assert.deepEqual(picture(read), picture(live));
        }
      }),
      { numRuns: 300 },
    );
  });

  it("[EV4] keeps no more than its caps, the newest, and says where they begin", () => {
    const mailboxes = new Mailboxes();
    const mailbox = mailboxes.open("a");
    for (let count = 1; count <= LIMITS.toldItems + 10; count++) {
      mailboxes.tell([mailbox], { kind: ItemKind.EVENT, body: Uint8Array.of(count % 256) });
    }
    assert.deepEqual([mailbox.seq, mailbox.firstKept], [LIMITS.toldItems + 10, 11]);
    assert.equal(mailbox.letters[0]!.seq, 11);
    assert.equal(mailbox.letters[0]!.told.body[0], 11);
    mailbox.acked({ eventSeq: 20, commandId: 0 });
    assert.equal(mailbox.firstKept, 21);
    mailboxes.tell([mailbox], { kind: ItemKind.EVENT, body: new Uint8Array(LIMITS.toldBytes + 1) });
    assert.equal(mailbox.letters.length, 1, "the newest is kept, however large");
  });

  it("[CMD5] an id that is not above every earlier one is refused: it has run", () => {
    const mailboxes = new Mailboxes();
    const mailbox = mailboxes.open("a");
    const result = { id: 5, isFault: false, body: new Uint8Array(0) };
    mailboxes.answer(mailbox, result);
    assert.throws(() => mailboxes.answer(mailbox, result), RangeError);
  });

  it("garbage from a log is a RangeError or a decoding error, never a hang", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (garbage) => {
        for (const read of [() => Mailboxes.read(garbage), () => new Mailboxes().apply(garbage)]) {
          try {
            read();
          } catch (error) {
            assert.ok(error instanceof RangeError || error instanceof TypeError, String(error));
          }
        }
      }),
    );
  });
});

describe("the wire", () => {
  const number = fc.nat({ max: 2 ** 31 - 1 });

  it("[CMD5] a client's frames are read as they were written, and a command costs at most 6 bytes over its payload", () => {
    fc.assert(
      fc.property(fc.nat({ max: 247 }), fc.integer({ min: 1, max: 2_097_151 }), bytes, (index, id, payload) => {
        const frame = writeClientFrame(undefined, { index, id, payload });
        assert.ok(frame.length - payload.length <= 6);
        const { ack, command } = readClientFrame(frame.subarray(2));
        assert.deepEqual([ack, command?.index, command?.id], [undefined, index, id]);
        assert.deepEqual([...command!.payload], [...payload]);
      }),
    );
    fc.assert(
      fc.property(number, number, (eventSeq, commandId) => {
        const ack = { eventSeq, commandId };
        assert.deepEqual(readClientFrame(writeClientFrame(ack, undefined).subarray(2)), { ack, command: undefined });
      }),
    );
  });

  it("[SO1] what no client writes is a RangeError", () => {
    for (const items of [[], [0], [0, 1], [3, 1], [8], [8, 0], [9, 255, 255]]) {
      assert.throws(() => readClientFrame(Uint8Array.from(items)), RangeError, String(items));
    }
  });

  it("[EV4] a server's frame is read item by item, in order", () => {
    const frame = new ServerFrame();
    const body = Uint8Array.of(1, 2, 3);
    const items = [
      { kind: ItemKind.WELCOME, body },
      { kind: ItemKind.RESULT, id: 300, body },
      { kind: ItemKind.EVENT, seq: 7, body },
      { kind: ItemKind.GAP, seq: 70_000, events: 8 },
    ] as const;
    for (const item of items) frame.add(item);
    const read = readServerFrame(frame.take().subarray(2));
    assert.deepEqual(
      read.map((item) => ("body" in item ? { ...item, body: Uint8Array.from(item.body) } : item)),
      [...items],
    );
    assert.ok(frame.isEmpty);
  });

  it("[VER1] a greeting is read as it was written; one that makes no sense is refused", () => {
    const greeting = {
      protocol: 1,
      typeVersion: 3,
      contract: "9f3ac21b",
      epoch: 1.7e12,
      eventSeq: 5,
      resultId: 0,
      page: 2,
    };
    assert.deepEqual(readGreeting(writeGreeting(greeting)), greeting);
    assert.equal(readGreeting(null), undefined);
    for (const text of ["", "1", "1.1.zz.0.0.0", "1.1.aa.0.0.0.0.0"])
      assert.throws(() => readGreeting(text), RangeError);
    assert.deepEqual(CloseReason.readUpgrade(CloseReason.upgrade("1.1", "1.2")), { client: "1.1", server: "1.2" });
    assert.equal(CloseReason.readRetryAfterMs(CloseReason.retryAfter(1_500)), 1_500);
    assert.equal(CloseReason.readRetryAfterMs("no hint"), undefined);
  });
});
