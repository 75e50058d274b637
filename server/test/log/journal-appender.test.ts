/** The one that brings records to a journal, over a line that breaks in every way. */
import assert from "node:assert/strict";
import { LIMITS, Random, seedWords } from "@ninelives/shared-schema";
import { JournalStore } from "../../src/log/journal-store.ts";
import type { LogAppender } from "../../src/log/store.ts";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import { settle } from "../../../test/support/until.ts";
import { FrailJournal, type Line } from "./frail-journal.ts";
import { beginning, record, take, ticksOf } from "./store-contract.ts";

const RETRY_MS = 100;
const LINES: readonly Line[] = ["unsent", "unanswered", "late"];

describe("records on their way to a journal", () => {
  let clock: ManualClock;
  let journal: FrailJournal;
  let store: JournalStore;
  let log: LogAppender;
  let fenced: number;
  const committed: number[] = [];
  const faults: string[] = [];

  beforeEach(async () => {
    clock = new ManualClock();
    journal = new FrailJournal();
    store = new JournalStore({ journal, clock, onFault: (message) => faults.push(message) });
    fenced = 0;
    committed.length = 0;
    faults.length = 0;
    log = await take(store, "room", { owner: "me", onFenced: () => fenced++ });
    await begin(0);
  });
  afterEach(() => store.close());

  const send = (tick: number, bytes = 4) => log.append(record(tick, { bytes }), () => committed.push(tick));
  const begin = async (tick: number) => {
    log.begin(beginning(tick, { epoch: log.epoch }), () => committed.push(tick));
    await settle();
  };
  const read = async () => ticksOf(await store.read("room"));
  /** The next try. */
  const again = async (line?: Line) => {
    if (line !== undefined) journal.line = line;
    await settle();
    clock.advance(RETRY_MS);
    await settle();
  };

  for (const line of LINES) {
    it(`[OWN9] a record that was ${line} is committed once and in its place`, async () => {
      journal.line = line;
      send(1);
      await again();
      send(2);
      await again();
      assert.deepEqual(committed, [0], "nothing is said that is not known");
      await again("up");
      await journal.arrive();
      send(3);
      await settle();
      assert.deepEqual(committed, [0, 1, 2, 3]);
      assert.deepEqual(await read(), [0, 1, 2, 3]);
      assert.equal(faults.length, 1, "a row of failures is told once");
    });
  }

  it("[OWN9] a batch that comes after it was sent again, and after the next ones, is refused", async () => {
    journal.line = "late";
    send(1);
    await again("up");
    send(2);
    send(3);
    await settle();
    await journal.arrive();
    send(4);
    await settle();
    assert.deepEqual(await read(), [0, 1, 2, 3, 4]);
    assert.deepEqual(committed, [0, 1, 2, 3, 4]);
  });

  it("[OWN9] no number is ever given to two batches, so what comes late cannot pass for another", async () => {
    journal.line = "late";
    send(1);
    await again("unsent");
    send(2, LIMITS.appendQueueBytes);
    send(3, LIMITS.appendQueueBytes);
    assert.equal(log.needsBegin, true);
    log.begin(beginning(4, { epoch: log.epoch }), () => committed.push(4));
    await again("up");
    await journal.arrive();
    await settle();
    assert.deepEqual(committed, [0, 1, 2, 3, 4]);
    const contents = new Map<number, Uint8Array>();
    for (const { number, chunks } of journal.came) {
      const [first] = chunks;
      assert.equal(contents.get(number) ?? first, first, `batch ${number}`);
      contents.set(number, first!);
    }
  });

  it("[OWN10] a journal that went back in time gets a fresh snapshot, which stands for what is missing", async () => {
    for (const tick of [1, 2, 3]) {
      send(tick);
      await settle();
    }
    await journal.goBack(2);
    send(4);
    await settle();
    assert.equal(log.needsBegin, true);
    send(5);
    await settle();
    assert.deepEqual(committed, [0, 1, 2, 3]);
    await begin(6);
    send(7);
    await settle();
    assert.deepEqual(committed, [0, 1, 2, 3, 4, 5, 6, 7]);
    assert.deepEqual(await read(), [6, 7]);
    assert.equal((await store.ownerOf("room"))!.epoch, log.epoch);
  });

  it("[OWN10] an empty journal gets everything again under the same epoch", async () => {
    send(1);
    await settle();
    await journal.goBack(1_000);
    assert.equal(await store.ownerOf("room"), undefined);
    send(2);
    await settle();
    await begin(3);
    assert.deepEqual(committed, [0, 1, 2, 3]);
    assert.deepEqual(await store.ownerOf("room"), { roomId: "room", owner: "me", epoch: log.epoch });
    assert.deepEqual(await store.roomsOf("me"), [{ roomId: "room", owner: "me", epoch: log.epoch }]);
  });

  it("[OWN10] a snapshot that waits already is enough: what was lost before it is committed with it", async () => {
    send(1);
    await settle();
    await journal.goBack(1);
    journal.line = "unsent";
    send(2);
    await settle();
    send(3);
    log.begin(beginning(4, { epoch: log.epoch }), () => committed.push(4));
    send(5);
    await again("up");
    assert.equal(log.needsBegin, false);
    assert.deepEqual(committed, [0, 1, 2, 3, 4, 5]);
    assert.deepEqual(await read(), [4, 5]);
  });

  it("[OWN11] when too much waits it is given up, and the next snapshot stands for it; what is on its way still counts", async () => {
    journal.line = "unanswered";
    send(1);
    await settle();
    send(2, LIMITS.appendQueueBytes / 2);
    send(3, LIMITS.appendQueueBytes / 2);
    assert.equal(log.needsBegin, true);
    await again("up");
    assert.deepEqual(committed, [0, 1]);
    await begin(4);
    assert.deepEqual(committed, [0, 1, 2, 3, 4]);
    assert.deepEqual(await read(), [4]);
  });

  it("[OWN2] somebody who took the room while the line was down is noticed at the first answer", async () => {
    journal.line = "unanswered";
    send(1);
    await settle();
    journal.line = "up";
    const next = await take(store, "room", { owner: "other" });
    assert.deepEqual(await read(), [0, 1]);
    send(2);
    await again();
    log.begin(beginning(3), () => committed.push(3));
    await again();
    assert.deepEqual([committed, fenced], [[0], 1]);
    assert.deepEqual(await read(), [0, 1]);
    assert.ok(next.epoch > log.epoch);
  });

  it("[OWN12] letting go of a room does not wait for a journal that is away, and is made up for when it is back", async () => {
    journal.line = "unsent";
    send(1);
    await log.close("finished");
    assert.equal((await again("up"), await store.ownerOf("room")), undefined);
    assert.deepEqual(committed, [0, 1]);
    assert.deepEqual(await read(), [0, 1]);
  });

  it("[OWN12] a store that is closed leaves nothing running", async () => {
    journal.line = "unsent";
    send(1);
    await settle();
    await log.close("released");
    await store.close();
    await settle();
    assert.equal(clock.waiting, 0);
  });

  it("[OWN1] a claim whose answer was lost is made again and counts once", async () => {
    journal.line = "unanswered";
    const claim = store.claim("new", { owner: "me", from: undefined, onFenced() {} });
    await again("up");
    assert.equal((await claim).epoch, (await store.ownerOf("new"))!.epoch);
  });

  it("[OWN15] a claim that nobody answers fails in the end", async () => {
    journal.line = "unsent";
    const refused = assert.rejects(store.claim("new", { owner: "me", from: undefined, onFenced() {} }), /no answer/);
    for (let ms = 0; ms <= LIMITS.claimMs; ms += RETRY_MS) await again();
    await refused;
  });

  it("[LOG5] is full by bytes, by batches and by age", async () => {
    assert.equal(log.isFull, false);
    send(1, LIMITS.journalSegmentBytes);
    assert.equal(log.isFull, true);
    await begin(0);
    assert.equal(log.isFull, false);
    for (let batch = 1; batch < LIMITS.journalSegmentBatches; batch++) {
      send(1);
      await settle(1);
    }
    assert.equal(log.isFull, true);
    await begin(0);
    clock.advance(LIMITS.journalSegmentAgeMs - 1);
    assert.equal(log.isFull, false);
    clock.advance(1);
    assert.equal(log.isFull, true);
  });

  it("[OWN9] [OWN10] whatever the line and the journal do, everything is committed once, in order, and is there", async () => {
    const random = new Random(seedWords(7));
    let tick = 0;
    for (let step = 0; step < 3_000; step++) {
      const dice = random.index(20);
      if (dice < 10) send(++tick);
      else if (dice < 13) journal.line = LINES[random.index(LINES.length)]!;
      else if (dice < 16) journal.line = "up";
      else if (dice === 16) await journal.arrive();
      else if (dice === 17 && step % 10 === 0) await journal.goBack(1 + random.index(4));
      else clock.advance(RETRY_MS);
      if (random.index(2) === 0) await settle(1);
      if (log.needsBegin || random.index(50) === 0) {
        log.begin(
          beginning(++tick, { epoch: log.epoch }),
          (
            (mine) => () =>
              committed.push(mine)
          )(tick),
        );
      }
    }
    await again("up");
    await journal.arrive();
    send(++tick);
    await settle();
    if (log.needsBegin) await begin(++tick);
    await again();
    assert.deepEqual(
      committed,
      Array.from({ length: tick + 1 }, (_, index) => index),
    );
    const there = await read();
    assert.deepEqual(
      there,
      Array.from({ length: there.length }, (_, index) => tick - there.length + 1 + index),
    );
    assert.equal(fenced, 0);
  });
});
