/** The checker of simulated processes, with histories written by hand: it says nothing of a good one, and names each fault. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { faultsOf } from "./checker.ts";
import type { PlayerHistory, Step, StoreEvent, WorldHistory } from "./history.ts";

const FIRST = 1_000;
const SECOND = 5_000;

const claimed = (atMs: number, epoch: number, owner: string): StoreEvent => ({
  kind: "claimed",
  atMs,
  roomId: "red",
  epoch,
  owner,
});

type Appended = Extract<StoreEvent, { kind: "appended" }>;

function appended(atMs: number, number: number, more: Partial<Appended> = {}): StoreEvent {
  const usual = { epoch: FIRST, begins: number === 1, by: "a", ticks: [number], keys: [] };
  return { kind: "appended", atMs, roomId: "red", number, ...usual, ...more };
}

const wentBack = (atMs: number, toMs: number): StoreEvent => ({ kind: "rolledBack", atMs, toMs });

function step(atMs: number, by: string, epoch: number, isAlone = false): Step {
  return { atMs, by, roomId: "red", epoch, isAlone };
}

/** Two commands, run and answered at the first owner. */
const store: readonly StoreEvent[] = [
  claimed(1_000, FIRST, "a"),
  appended(1_010, 1),
  appended(1_100, 2, { keys: ["p#1"] }),
  appended(1_200, 3, { keys: ["p#2"] }),
];
const told = ["p#1", "p#2"].map((key, place) => ({ key, atMs: 1_105 + place * 100, epoch: FIRST }));

function player(more: Partial<PlayerHistory> = {}): PlayerHistory {
  const usual = { issued: ["p#1", "p#2"], told, epochs: [FIRST], isGone: false, isServed: true };
  return { sessionId: "p", roomId: "red", ...usual, ...more };
}

function check(more: Partial<WorldHistory> & { readonly ran?: readonly string[]; readonly player?: PlayerHistory }) {
  const { ran = ["p#1", "p#2"], player: one = player(), ...rest } = more;
  return faultsOf({ store, steps: [], players: [one], states: new Map([["red", new Map([["p", ran]])]]), ...rest });
}

describe("the checker of simulated processes", () => {
  it("[SIM5] says nothing of a world in which all went well", () => {
    assert.deepEqual(check({ steps: [step(1_100, "a", FIRST)] }), []);
    const next = [
      claimed(5_000, SECOND, "b"),
      appended(5_010, 1, { epoch: SECOND, by: "b", ticks: [3], keys: ["p#1", "p#2"] }),
    ];
    const steps = [step(5_100, "a", FIRST), step(5_100, "b", SECOND)];
    assert.deepEqual(check({ store: [...store, ...next], steps, player: player({ epochs: [FIRST, SECOND] }) }), []);
  });

  describe("owners", () => {
    it("[SIM5] finds two in one epoch, by what they were given, by what they wrote, and by what they ran", () => {
      const twice = ["red at epoch 1000 has two owners: a and b"];
      assert.deepEqual(check({ store: [...store, claimed(2_000, FIRST, "b")] }), twice);
      assert.deepEqual(check({ store: [...store, appended(2_000, 4, { by: "b" })] }), twice);
      assert.deepEqual(check({ steps: [step(2_000, "b", FIRST)] }), twice);
    });

    it("[SIM5] finds one that the store had forgotten, and whose epoch it gave once more", () => {
      const again = [...store, wentBack(2_000, 0), claimed(2_100, FIRST, "b")];
      assert.deepEqual(check({ store: again }), ["red at epoch 1000 has two owners: a and b"]);
    });

    it("[SIM3][SIM5] finds one that runs a room long after another one took it", () => {
      const taken = [...store, claimed(5_000, SECOND, "b")];
      const found = ["a runs red at epoch 1000 2600 ms after b took it"];
      assert.deepEqual(check({ store: taken, steps: [step(7_600, "a", FIRST), step(7_700, "a", FIRST)] }), found);
      assert.deepEqual(check({ store: taken, steps: [step(7_499, "a", FIRST)] }), [], "it may need so long");
      assert.deepEqual(check({ store: taken, steps: [step(7_600, "a", FIRST, true)] }), [], "nobody could tell it");
      const alone = step(8_000, "a", FIRST, true);
      assert.deepEqual(
        check({ store: taken, steps: [alone, step(10_499, "a", FIRST)] }),
        [],
        "seed 10191: its lease twice",
      );
      assert.equal(check({ store: taken, steps: [alone, step(10_500, "a", FIRST)] }).length, 1);
      assert.deepEqual(check({ store: [...taken, wentBack(5_500, 4_000)], steps: [step(7_600, "a", FIRST)] }), []);
    });

    it("[SIM5] finds a room that nobody runs, one that was set aside, and a player who was told that it is gone", () => {
      assert.deepEqual(check({ states: new Map() }), ["red is run by nobody"]);
      assert.deepEqual(check({ store: [...store, { kind: "quarantined", atMs: 2_000, roomId: "red" }] }), [
        "red was set aside, and nothing was wrong with it",
      ]);
      assert.deepEqual(check({ player: player({ isGone: true }) }), ["p was told that red is gone"]);
    });
  });

  describe("the log", () => {
    it("[SIM5] finds what was taken of an earlier epoch", () => {
      const late = [...store, claimed(5_000, SECOND, "b"), appended(5_100, 4)];
      assert.deepEqual(check({ store: late }), ["red: append 4 of epoch 1000 was taken after epoch 5000 had begun"]);
      const forgotten = [...store, claimed(5_000, SECOND, "b"), wentBack(5_050, 4_900), appended(5_100, 4)];
      assert.deepEqual(check({ store: forgotten }), [], "the store knows nothing of it any more");
    });

    it("[SIM5] finds a number that is missing, and one that came twice; a beginning may skip some", () => {
      assert.deepEqual(check({ store: [...store, appended(2_000, 5)] }), [
        "red: append 5 of epoch 1000 was taken after number 3",
      ]);
      assert.deepEqual(check({ store: [...store, appended(2_000, 3)] }), [
        "red: append 3 of epoch 1000 was taken after number 3",
      ]);
      const keys = ["p#1", "p#2"];
      assert.deepEqual(check({ store: [...store, appended(2_000, 5, { begins: true, keys })] }), []);
      assert.deepEqual(check({ store: [...store, wentBack(1_300, 1_150), appended(2_000, 4)] }), [
        "red: append 4 of epoch 1000 was taken after number 2",
      ]);
    });

    it("[SIM5] finds a tick that goes back within an epoch", () => {
      assert.deepEqual(check({ store: [...store, appended(2_000, 4, { ticks: [4, 2] })] }), [
        "red: append 4 of epoch 1000: tick 2 after tick 4",
      ]);
    });
  });

  describe("commands", () => {
    it("[SIM5] finds one that was answered and is lost", () => {
      assert.deepEqual(check({ ran: ["p#1"] }), ["p#2 was answered and is lost"]);
    });

    it("[SIM5] finds one that ran twice, one that nobody said, and two that changed places", () => {
      assert.deepEqual(check({ ran: ["p#1", "p#2", "p#2"] }), ["p#2 ran twice"]);
      assert.deepEqual(check({ ran: ["p#1", "p#2", "p#3"] }), ["p#3 ran and was never issued"]);
      assert.deepEqual(check({ ran: ["p#2", "p#1"] }), ["p#1 ran after p#2"]);
    });

    it("[SIM5] finds one that was answered before it was committed, and answers that changed places", () => {
      const early = [{ ...told[0]!, atMs: 1_099 }, told[1]!];
      assert.deepEqual(check({ player: player({ told: early }) }), ["p#1 was answered before it was committed"]);
      assert.deepEqual(check({ player: player({ told: [told[1]!, told[0]!] }) }), ["p#1 was answered after p#2"]);
    });

    it("[SIM5] finds one that was never answered, and a player who is not served", () => {
      const some = { told: [told[0]!] };
      assert.deepEqual(check({ player: player(some) }), ["p: 1 of 2 were answered"]);
      assert.deepEqual(check({ player: player({ ...some, isServed: false }) }), ["p is not served"]);
    });

    it("[SIM5] finds a player who goes back to an earlier epoch", () => {
      assert.deepEqual(check({ player: player({ epochs: [SECOND, FIRST] }) }), ["p went back to epoch 1000"]);
    });
  });
});
