/** Leases as one process counts them, and whom it takes for dead. */
import assert from "node:assert/strict";
import { beforeEach, describe, it } from "mocha";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import { Detector } from "../../src/ownership/detector.ts";
import { Lease } from "../../src/ownership/lease.ts";
import type { Member } from "../../src/ownership/members.ts";
import { INFO } from "./members-contract.ts";

const LEASE_MS = 1_500;
const BEAT_MS = 250;

describe("a lease", () => {
  it("[OWN3] counts from before the beat was sent, and ends a margin before the store's does", () => {
    const clock = new ManualClock();
    const lease = new Lease(clock, LEASE_MS, 300);
    assert.equal(lease.isValid, false, "no beat was answered yet");
    const sentAtMs = clock.now();
    clock.advance(400);
    lease.renew(sentAtMs);
    clock.advance(LEASE_MS - 300 - 400 - 1);
    assert.equal(lease.isValid, true);
    clock.advance(1);
    assert.equal(lease.isValid, false);
  });

  it("[OWN3] an answer that overtook a later one does not shorten it, and one that comes too late does not begin it", () => {
    const clock = new ManualClock();
    const lease = new Lease(clock, LEASE_MS, 300);
    const firstMs = clock.now();
    clock.advance(500);
    lease.renew(clock.now());
    lease.renew(firstMs);
    assert.equal(lease.endsAtMs, clock.now() + 1_200);
    clock.stall(10_000);
    lease.renew(firstMs);
    assert.equal(lease.isValid, false);
  });
});

describe("the detector", () => {
  let clock: ManualClock;
  let detector: Detector;
  const member = (processId: string, leaseLeftMs = LEASE_MS): Member => ({ processId, info: INFO, leaseLeftMs });
  /** An answered beat now. */
  const beat = (...members: Member[]) => detector.beat([member("me"), ...members], clock.now());
  const dead = () => detector.dead.map((one) => [one.processId, detector.signOf(one)]);
  const living = () => detector.living.map(({ processId }) => processId);
  const suspects = (...silent: string[]) => detector.look(silent).map(({ processId }) => processId);

  beforeEach(() => {
    clock = new ManualClock();
    detector = new Detector({ me: "me", clock, leaseMs: LEASE_MS, beatMs: BEAT_MS });
    beat(member("one"), member("two"));
    clock.advance(BEAT_MS);
    for (let waited = 0; waited < LEASE_MS; waited += BEAT_MS) {
      beat(member("one"), member("two"));
      clock.advance(BEAT_MS);
    }
  });

  it("[MOV11] a list that was lost takes nobody's door away: who was on it may be there as long as it is not trusted", () => {
    const present = () => detector.present.map(({ processId }) => processId);
    beat(member("two", 0));
    assert.deepEqual(present(), ["me"], "one was removed, two is dead");
    beat();
    detector.distrust();
    assert.deepEqual(present(), ["me", "one", "two"]);
    for (let waited = 0; waited < LEASE_MS; waited += BEAT_MS) {
      clock.advance(BEAT_MS);
      beat(member("one"));
    }
    assert.deepEqual(present(), ["me", "one"]);
  });

  it("[DET3] a process whose lease is over is dead, and it lives again when it beats again", () => {
    beat(member("one", 0), member("two", 1));
    assert.deepEqual(dead(), [["one", "lease"]]);
    assert.deepEqual(living(), ["me", "two"]);
    beat(member("one"), member("two"));
    assert.deepEqual(dead(), []);
    assert.deepEqual(living(), ["me", "one", "two"]);
  });

  it("[DET2] a process is asked itself when it is silent at two looks in a row, and dead when it does not answer", () => {
    assert.deepEqual(suspects("one"), []);
    assert.deepEqual(suspects(), []);
    assert.deepEqual(suspects("one"), [], "it was not silent in between");
    assert.deepEqual(suspects("one", "two"), ["one"]);
    assert.deepEqual(dead(), [], "it may answer");
    detector.confirm("one");
    assert.deepEqual(dead(), [["one", "silent"]]);
    assert.deepEqual(suspects("one", "two"), ["two"], "whoever is dead is not asked again");
    beat(member("one", 900), member("two"));
    assert.deepEqual(dead(), [["one", "silent"]], "its lease runs on");
    suspects("two");
    assert.deepEqual(dead(), [], "its subscription is back");
  });

  it("[DET2] says when somebody has just fallen silent, so that the second look need not wait", () => {
    const fell = (...silent: string[]) => {
      detector.look(silent);
      return detector.fell;
    };
    assert.deepEqual(
      [fell(), fell("one"), fell("one"), fell("one", "two"), fell("two")],
      [false, true, false, true, false],
    );
    assert.deepEqual([fell(), fell("stranger"), fell("two")], [false, false, true]);
  });

  it("[DET2] while our own connection breaks, silence does not count", () => {
    suspects("one");
    detector.cutOff();
    assert.deepEqual(suspects("one"), []);
    assert.deepEqual(suspects("one"), ["one"]);
  });

  it("[DET4] between the end of an outage and the first beat nobody is dead: others' subscriptions may not be back", () => {
    detector.cutOff();
    clock.advance(5_000);
    suspects("one");
    assert.deepEqual(suspects("one"), ["one"]);
    detector.confirm("one");
    assert.deepEqual([dead(), detector.isTrusted], [[], false]);
    beat(member("one"), member("two"));
    assert.deepEqual([dead(), living()], [[], ["me", "one", "two"]]);
  });

  it("[DET4] after an outage nobody is dead for as long as a lease lasts: the others could not beat either", () => {
    clock.advance(5_000);
    beat(member("one", -4_000), member("two", -4_000));
    assert.deepEqual(dead(), []);
    assert.equal(detector.isTrusted, false);
    for (let waited = 0; waited < LEASE_MS; waited += BEAT_MS) {
      clock.advance(BEAT_MS);
      beat(member("one"), member("two", -5_000));
    }
    assert.deepEqual(dead(), [["two", "lease"]]);
  });

  it("[DET4] says how long ago a process gave its last sign of life", () => {
    beat(member("one", LEASE_MS - 100), member("two"));
    clock.advance(200);
    assert.equal(detector.quietMs(member("one")), 300);
    suspects();
    clock.advance(70);
    assert.equal(detector.quietMs(member("one")), 70);
  });

  it("[DET1] whoever is removed is neither dead nor living", () => {
    beat(member("one", 0), member("two"));
    detector.removed("one");
    assert.deepEqual(dead(), []);
    assert.deepEqual(living(), ["me", "two"]);
    assert.equal(detector.find("one"), undefined);
  });
});
