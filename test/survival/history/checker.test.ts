/** Each kind of fault is found in a history that was made with it by hand, and a good history has none. */
import assert from "node:assert/strict";
import { Checker } from "./checker.ts";
import { endingOf, type PlayerHistory } from "./player-history.ts";
import type { ReadRecord, Run } from "./record-reader.ts";
import type { StoreEvent } from "./store-history.ts";

const ran = (id: number): Run => ({ kind: "ran", sessionId: "ada", id });
const upTo = (id: number): Run => ({ kind: "upTo", sessionId: "ada", id });
const claimed = (epoch: number, owner: string): StoreEvent => ({ kind: "claimed", roomId: "r", epoch, owner });

interface Batch {
  readonly tick: number;
  readonly runs?: readonly Run[];
  /** It begins the log anew. */
  readonly owner?: string;
  /** Default: the batch's. */
  readonly recordEpoch?: number;
}

function appended(epoch: number, number: number, { tick, runs = [], owner, recordEpoch = epoch }: Batch): StoreEvent {
  const kind = owner === undefined ? "ENTRY" : "SNAPSHOT";
  const record: ReadRecord = { kind, epoch: recordEpoch, tick, runs };
  return { kind: "appended", roomId: "r", epoch, number, owner, records: [record] };
}

/** Two owners, three commands; the second owner had one of them from the first. */
const STORE: readonly StoreEvent[] = [
  claimed(10, "p1"),
  appended(10, 1, { tick: 0, owner: "p1" }),
  appended(10, 2, { tick: 1, runs: [ran(1)] }),
  appended(10, 3, { tick: 2, runs: [ran(2)] }),
  claimed(20, "p2"),
  appended(20, 1, { tick: 2, runs: [upTo(2)], owner: "p2" }),
  appended(20, 2, { tick: 3, runs: [ran(3)] }),
];

const ADA: PlayerHistory = {
  sessionId: "ada",
  roomId: "r",
  issued: 3,
  answered: [
    { epoch: 10, from: 1, to: 1 },
    { epoch: 20, from: 2, to: 3 },
  ],
  shown: [
    { epoch: 10, from: 0, to: 3 },
    { epoch: 20, from: 2, to: 9 },
  ],
  ending: endingOf(3, [1, 2, 3]),
};

function faultsOf(store: readonly StoreEvent[], player = ADA): readonly string[] {
  const checker = new Checker();
  for (const event of store) checker.take(event);
  checker.judge(player);
  return checker.verdict().faults;
}

/** The good history with this in place of the event at `place`, or after it. */
const instead = (place: number, ...events: StoreEvent[]) => STORE.toSpliced(place, 1, ...events);
const after = (place: number, ...events: StoreEvent[]) => STORE.toSpliced(place + 1, 0, ...events);

describe("the judge of histories", () => {
  it("[FLT21] finds nothing in a good history", () => {
    assert.deepEqual(faultsOf(STORE), []);
  });

  const ofStore: readonly (readonly [what: string, store: readonly StoreEvent[], fault: RegExp])[] = [
    ["two claims of one epoch", after(4, claimed(20, "p3")), /epoch 20 has two owners, p2 and p3/],
    [
      "a log begun by another than who claimed",
      instead(5, appended(20, 1, { tick: 2, runs: [upTo(2)], owner: "p1" })),
      /epoch 20 has two owners, p2 and p1/,
    ],
    ["a claim below one that was", after(6, claimed(15, "p3")), /epoch 15 was claimed after epoch 20/],
    [
      "an append after a later claim",
      after(4, appended(10, 4, { tick: 3 })),
      /batch 4 of epoch 10 was taken after epoch 20 had begun/,
    ],
    [
      "an append of an older epoch at the end",
      after(6, appended(10, 4, { tick: 3 })),
      /batch 4 of epoch 10 was taken after epoch 20 had begun/,
    ],
    [
      "an epoch nobody claimed",
      after(6, appended(30, 1, { tick: 4 })),
      /batch 1 of epoch 30 was taken, and nobody has claimed/,
    ],
    ["a missing number", instead(2), /batch 3 of epoch 10 was taken after number 1/],
    ["a number twice", after(2, appended(10, 2, { tick: 1 })), /batch 2 of epoch 10 was taken after number 2/],
    ["a tick that goes back", after(6, appended(20, 3, { tick: 1 })), /ENTRY of tick 1 after tick 3/],
    [
      "a next owner that begins before what was taken",
      instead(5, appended(20, 1, { tick: 1, runs: [upTo(2)], owner: "p2" })),
      /SNAPSHOT of tick 1 after tick 2/,
    ],
    [
      "a record of another epoch",
      instead(6, appended(20, 2, { tick: 3, runs: [ran(3)], recordEpoch: 10 })),
      /has a record of epoch 10/,
    ],
    [
      "a next owner that does not know of a command",
      instead(5, appended(20, 1, { tick: 2, runs: [upTo(1)], owner: "p2" })),
      /commands 2 to 2 of ada are lost/,
    ],
    [
      "a command that ran twice",
      after(6, appended(20, 3, { tick: 4, runs: [ran(3)] })),
      /command 3 of ada ran after 3/,
    ],
    [
      "a command that was passed over",
      instead(6, appended(20, 2, { tick: 3, runs: [ran(4)] })),
      /commands 3 to 3 of ada are missing/,
    ],
    [
      "an answered command that the log has not",
      instead(6, appended(20, 2, { tick: 3 })),
      /commands 3 to 3 were answered and are lost/,
    ],
    [
      "a command that was answered before it was in the log",
      [
        ...instead(2, appended(10, 2, { tick: 1 })).slice(0, 3),
        appended(10, 3, { tick: 2 }),
        claimed(20, "p2"),
        appended(20, 1, { tick: 2, owner: "p2" }),
        appended(20, 2, { tick: 3, runs: [ran(1), ran(2), ran(3)] }),
      ],
      /up to 1 were answered in epoch 10, its log has them up to 0/,
    ],
    ["bytes that are no records", after(6, { kind: "unreadable", roomId: "r", why: "a crc" }), /r: a crc/],
    ["a room that was forgotten", after(6, { kind: "forgotten", roomId: "r" }), /the store knows nothing of r/],
  ];
  for (const [what, store, fault] of ofStore) {
    it(`[FLT21] finds ${what}`, () => assert.match(faultsOf(store).join("\n"), fault));
  }

  const ofPlayers: readonly (readonly [what: string, change: Partial<PlayerHistory>, fault: RegExp])[] = [
    [
      "a tick shown after a later one",
      {
        shown: [
          { epoch: 20, from: 2, to: 9 },
          { epoch: 20, from: 8, to: 12 },
        ],
      },
      /shown tick 8 after tick 9 of epoch 20/,
    ],
    [
      "an earlier owner's state shown again",
      {
        shown: [
          { epoch: 20, from: 2, to: 9 },
          { epoch: 10, from: 9, to: 9 },
        ],
      },
      /shown epoch 10 after epoch 20/,
    ],
    [
      "a state of an epoch nobody claimed",
      { shown: [{ epoch: 15, from: 2, to: 9 }] },
      /told of epoch 15, which nobody has claimed/,
    ],
    ["an answer that never came", { answered: [{ epoch: 20, from: 1, to: 2 }] }, /commands 3 to 3 were never answered/],
    [
      "an answer that was passed over",
      {
        answered: [
          { epoch: 20, from: 1, to: 1 },
          { epoch: 20, from: 3, to: 3 },
        ],
      },
      /commands 2 to 2 were never answered/,
    ],
    [
      "an answer that came twice",
      {
        answered: [
          { epoch: 20, from: 1, to: 3 },
          { epoch: 20, from: 3, to: 3 },
        ],
      },
      /command 3 was answered after 3/,
    ],
    ["a command that ran and was not issued", { issued: 2 }, /3 commands ran by the log, 2 were issued/],
    ["a command that ran twice in the room", { ending: endingOf(3, [1, 2, 2, 3]) }, /1 commands ran twice/],
    ["a command that the room has not", { ending: endingOf(3, [1, 3]) }, /1 of 3 commands are missing from the room/],
    [
      "a last command that the room has not",
      { ending: endingOf(3, [1, 2]) },
      /1 of 3 commands are missing from the room/,
    ],
  ];
  for (const [what, change, fault] of ofPlayers) {
    it(`[FLT21] finds ${what}`, () => assert.match(faultsOf(STORE, { ...ADA, ...change }).join("\n"), fault));
  }
});
