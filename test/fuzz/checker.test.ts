/** The checker of simulated worlds, with histories written by hand: it says nothing of a good one, and names each fault. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { LIMITS } from "@ninelives/shared-schema";
import { faultsOf, placeOf } from "../support/sim/checker.ts";
import type { Applied, Birth, Emitted, Heard, Issued, Outcome, PageHistory, Policy } from "../support/sim/history.ts";

const SESSION = "ada";

const done = (key: string): Outcome => ({ ok: true, result: { key } });
const code = (name: string): Outcome => ({ ok: false, code: name });
const applied = (key: string, outcome = done(key)): Applied => ({ key, sessionId: SESSION, outcome });
const emitted = (id: number): Emitted => ({ id, mark: id, to: new Set([SESSION]) });
const told = (id: number, seenMark = id): Heard => ({ kind: "event", id, mark: id, seenMark });
const gap = (from: number, to: number): Heard => ({ kind: "gap", from, to });

/** A command and how it ended: the `place`-th answer of its page. */
function issued(key: string, ended: Outcome | undefined, place = 0, policy: Policy = "must"): Issued {
  return { key, policy, ended: ended === undefined ? undefined : { ...ended, place } };
}

function page(more: Partial<PageHistory> = {}): PageHistory {
  return { birth: undefined, issued: [], heard: [], end: "lives", ...more };
}

function birth(more: Partial<Birth> = {}): Birth {
  return { from: 0, heard: 0, taken: new Set(), takenTalk: new Set(), isCopy: false, ...more };
}

function check(ran: readonly Applied[], events: readonly Emitted[], ...pages: readonly PageHistory[]): string[] {
  return faultsOf({ applied: ran, emitted: events }, [{ sessionId: SESSION, pages }]);
}

/** One page, its commands a, b, ... each answered in its turn. */
const said = (...keys: string[]) => page({ issued: keys.map((key, place) => issued(key, done(key), place)) });
const two = [applied("a"), applied("b")];

describe("the checker of simulated worlds", () => {
  it("[SIM2] says nothing of a world in which all went well", () => {
    assert.deepEqual(check([], [], page()), []);
    const heard = [1, 2].map((id) => told(id));
    assert.deepEqual(check(two, [emitted(1), emitted(2)], { ...said("a", "b"), heard }), []);
  });

  describe("commands", () => {
    const ended = (policy: Policy, name: string) => page({ issued: [issued("a", code(name), 0, policy)] });

    it("[SIM2] finds one that was lost: answered and never run, or never answered", () => {
      assert.deepEqual(check([applied("a")], [], said("a", "b")), ["b was answered and never ran"]);
      assert.deepEqual(check([], [], page({ issued: [issued("a", undefined)] })), ["a was never answered"]);
      assert.deepEqual(check([], [], ended("must", "RESULT_GONE")), [
        "a of policy must never ran, and ended with RESULT_GONE",
      ]);
      assert.deepEqual(check([], [], ended("must", "COMMAND_UNANSWERED")).length, 1);
    });

    it("[SIM2] finds one that ran twice", () => {
      assert.deepEqual(check([...two, applied("a")], [], said("a", "b")), ["a ran twice"]);
    });

    it("[SIM2] finds one that nobody said, and one that ran for somebody else", () => {
      assert.deepEqual(check([applied("x")], [], page()), [`x ran for session ${SESSION}, which did not issue it`]);
      const other = { ...applied("a"), sessionId: "bob" };
      assert.deepEqual(check([other], [], said("a")), [
        "a ran for session bob, which did not issue it",
        "a was answered and never ran",
      ]);
    });

    it("[SIM2] finds two that changed places, and two answers that did", () => {
      assert.deepEqual(check([applied("b"), applied("a")], [], said("a", "b")), [
        "a ran after b, which was issued later",
      ]);
      const answers = page({ issued: [issued("a", done("a"), 1), issued("b", done("b"), 0)] });
      assert.deepEqual(check(two, [], answers), [
        `session ${SESSION}, page 0: b was answered after one that was issued later`,
      ]);
    });

    it("[SIM2] finds an answer that is another one's", () => {
      const wrong = page({ issued: [issued("a", done("b")), issued("b", done("b"), 1)] });
      assert.equal(check(two, [], wrong).length, 1);
      const failed = applied("a", code("COMMAND_FAILED"));
      assert.deepEqual(check([failed], [], ended("must", "COMMAND_FAILED")), []);
      assert.equal(check([failed], [], ended("must", "COMMAND_REFUSED")).length, 1);
      assert.equal(check([failed], [], said("a")).length, 1);
    });

    const neverRan: readonly (readonly [Policy, string])[] = [
      ["latest", "COMMAND_SUPERSEDED"],
      ["soon", "COMMAND_EXPIRED"],
      ["drop", "NOT_CONNECTED"],
      ["must", "OUTBOX_FULL"],
    ];
    for (const [policy, name] of neverRan) {
      it(`[SIM2] ${policy} may end with ${name}, and then never ran; no other policy of these may`, () => {
        assert.deepEqual(check([], [], ended(policy, name)), []);
        assert.deepEqual(check([applied("a")], [], ended(policy, name)), [`a ran, and ended with ${name}`]);
        const others = neverRan.map(([other]) => other).filter((other) => other !== policy);
        const allowed = name === "OUTBOX_FULL" ? 0 : 1;
        for (const other of others) assert.equal(check([], [], ended(other, name)).length, allowed, other);
      });
    }

    it("[SIM2] drop may end with COMMAND_UNANSWERED, and then ran or not", () => {
      assert.deepEqual(check([], [], ended("drop", "COMMAND_UNANSWERED")), []);
      assert.deepEqual(check([applied("a")], [], ended("drop", "COMMAND_UNANSWERED")), []);
    });
  });

  describe("pages", () => {
    const gone = page({ issued: [issued("a", undefined)], end: "gone" });

    it("[SIM2] finds a command that was lost with its page, and none that the next page saw to", () => {
      const next = page({ birth: birth({ taken: new Set(["a"]) }) });
      assert.deepEqual(check([applied("a")], [], gone, next), []);
      assert.deepEqual(check([], [], gone, next), ["a was lost with its page"]);
      assert.deepEqual(check([], [], gone, page({ birth: birth() })), [], "it was never sent");
    });

    it("[SIM2] a page that was replaced may leave commands unanswered, one that lives may not", () => {
      const unanswered = { issued: [issued("a", code("COMMAND_UNANSWERED"))] };
      const tab = page({ birth: birth({ isCopy: true }) });
      assert.deepEqual(check([], [], page({ ...unanswered, end: "replaced" }), tab), []);
      assert.equal(check([], [], page(unanswered)).length, 1);
    });

    it("[SIM2] finds two pages that hold one seat, and a seat that nobody holds", () => {
      const tab = page({ birth: birth({ isCopy: true }) });
      assert.deepEqual(check([], [], page(), tab), [`session ${SESSION}: 2 pages hold one seat`]);
      assert.deepEqual(check([], [], page({ end: "replaced" })), [`session ${SESSION}: 0 pages hold one seat`]);
    });

    it("[SIM2] the next page goes on with the events where the one before was", () => {
      const events = [emitted(1), emitted(2)];
      const first = page({ heard: [told(1)], end: "gone" });
      assert.deepEqual(check([], events, first, page({ birth: birth({ heard: 1 }), heard: [told(2)] })), []);
      assert.equal(check([], events, first, page({ birth: birth({ heard: 1 }), heard: [told(1), told(2)] })).length, 3);
      assert.equal(check([], events, first, page({ birth: birth({ heard: 1 }) })).length, 1);
      assert.equal(placeOf({ pages: [first] }, page({ birth: birth({ heard: 1 }), heard: [gap(2, 5)] })), 5);
    });
  });

  describe("events", () => {
    const three = [1, 2, 3].map(emitted);
    const heard = (...what: Heard[]) => check([], three, page({ heard: what }));

    it("[SIM2] finds one that is missing without a gap", () => {
      assert.deepEqual(heard(told(1), told(2)), [`session ${SESSION}, page 0: 2 of 3 events were told or missed`]);
      assert.notDeepEqual(heard(told(1), told(3)), []);
    });

    it("[SIM2] finds one that was told twice, and two that changed places", () => {
      assert.notDeepEqual(heard(told(1), told(2), told(2), told(3)), []);
      assert.notDeepEqual(heard(told(2), told(1), told(3)), []);
    });

    it("[SIM2] finds one for somebody else", () => {
      const others = [...three, { ...emitted(4), to: new Set(["bob"]) }];
      const all = [1, 2, 3].map((id) => told(id));
      assert.deepEqual(check([], others, page({ heard: all })), []);
      assert.notDeepEqual(check([], others, page({ heard: [...all, told(4)] })), []);
    });

    it("[SIM2] finds one that came before the patch of its tick", () => {
      assert.deepEqual(heard(told(1), told(2, 1), told(3)), [
        `session ${SESSION}, page 0: event 2 was told before the patch of its tick`,
      ]);
      assert.deepEqual(heard(told(1), told(2, 9), told(3, 9)), []);
    });

    it("[SIM2] a gap has to be due, and to name what is missing", () => {
      assert.notDeepEqual(heard(told(1), gap(2, 2), told(3)), [], "three events fit into every mailbox");
      const many = Array.from({ length: LIMITS.toldItems + 1 }, (_, index) => emitted(index + 1));
      const rest = many.slice(2).map(({ id }) => told(id));
      assert.deepEqual(check([], many, page({ heard: [gap(1, 2), ...rest] })), []);
      assert.notDeepEqual(check([], many, page({ heard: [gap(1, 1), ...rest] })), []);
      assert.notDeepEqual(check([], many, page({ heard: [gap(2, 2), ...rest] })), []);
      assert.notDeepEqual(check([], many, page({ heard: [gap(1, many.length + 1)] })), []);
    });
  });
});
