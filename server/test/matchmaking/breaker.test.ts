/** The wall in front of a Redis that may fall silent, with answers and a clock that a test gives by hand. */
import assert from "node:assert/strict";
import { LIMITS, NetError } from "@ninelives/shared-schema";
import { Breaker } from "../../src/matchmaking/breaker.ts";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import { settle } from "../../../test/support/until.ts";

const STEP_MS = 50;
/** Silence, the look that doubts, and the one that is sure. */
const SURE_MS = LIMITS.redisSilenceMs + 200;

describe("the breaker in front of Redis", () => {
  let clock: ManualClock;
  let told: boolean[];
  let isSilent: boolean;
  let probes: number;
  /** Answers that a silent Redis owes. */
  let owed: (() => void)[];
  let breaker: Breaker;
  beforeEach(() => {
    clock = new ManualClock();
    [told, isSilent, probes, owed] = [[], false, 0, []];
    const probe = () => {
      probes++;
      return answer("PONG");
    };
    breaker = new Breaker({ name: "it", clock, probe, onChange: (isOpen) => void told.push(isOpen) });
    breaker.begin();
  });
  afterEach(() => breaker.stop());

  function answer<R>(value: R): Promise<R> {
    if (!isSilent) return Promise.resolve(value);
    return new Promise((resolve) => owed.push(() => resolve(value)));
  }

  function speak(): void {
    isSilent = false;
    for (const pay of owed.splice(0)) pay();
  }

  async function pass(ms: number): Promise<void> {
    for (let step = 0; step < ms; step += STEP_MS) {
      clock.advance(STEP_MS);
      await settle();
    }
  }

  /** What it was told; undefined while it waits. */
  function outcomeOf<R>(asked: Promise<R>): () => R | string | undefined {
    let outcome: R | string | undefined;
    asked.then(
      (value) => (outcome = value),
      (error: unknown) => (outcome = error instanceof NetError ? error.name : String(error)),
    );
    return () => outcome;
  }

  it("[MM14] lets answers and failures through, and stays closed", async () => {
    assert.equal(await breaker.ask(() => answer(7)), 7);
    await assert.rejects(
      breaker.ask(() => Promise.reject(new Error("WRONGTYPE"))),
      /WRONGTYPE/,
    );
    await pass(60_000);
    assert.deepEqual([breaker.isOpen, told], [false, []]);
    assert.equal(probes, 1 + 60_000 / LIMITS.breakerProbeMs);
  });

  it("[MM14] whoever waits for a silent one is told BUSY within a second, whoever asks then at once, and is not asked for", async () => {
    isSilent = true;
    const waiting = outcomeOf(breaker.ask(() => answer(1)));
    await pass(SURE_MS);
    assert.deepEqual([waiting(), breaker.isOpen, told], ["BUSY", true, [true]]);
    let isAsked = false;
    const asked = breaker.ask(async () => (isAsked = true));
    await assert.rejects(asked, { name: "BUSY", details: { retryAfterMs: LIMITS.busyRetryMs } });
    assert.equal(isAsked, false);
  });

  it("[MM14] notices silence by itself, and asks a probe only until it is answered", async () => {
    isSilent = true;
    await pass(LIMITS.breakerProbeMs + SURE_MS);
    assert.equal(breaker.isOpen, true);
    const before = probes;
    await pass(10_000);
    assert.equal(breaker.isOpen, true);
    assert.ok(probes - before <= 10_000 / LIMITS.redisSilenceMs, `${probes - before} probes in 10 s`);
    speak();
    await pass(LIMITS.breakerProbeMs);
    assert.deepEqual([breaker.isOpen, told], [false, [true, false]]);
    assert.equal(await breaker.ask(() => answer(2)), 2);
  });

  it("[MM14] what was given up and is done after all is undone", async () => {
    isSilent = true;
    const undone: number[] = [];
    const waiting = outcomeOf(
      breaker.ask(
        () => answer(1),
        (late) => undone.push(late),
      ),
    );
    await pass(SURE_MS);
    assert.deepEqual([waiting(), undone], ["BUSY", []]);
    speak();
    await settle();
    assert.deepEqual(undone, [1]);
  });

  it("[MM14] one that is slow, and says something now and then, is waited for", async () => {
    isSilent = true;
    const last = outcomeOf(breaker.ask(() => answer("last")));
    owed.reverse();
    for (let times = 0; times < 5; times++) {
      void breaker.ask(() => answer("before"));
      await pass(LIMITS.redisSilenceMs - 2 * STEP_MS);
      owed.pop()!();
      await settle();
    }
    assert.deepEqual([last(), breaker.isOpen], [undefined, false]);
    speak();
    await settle();
    assert.equal(last(), "last");
  });

  it("[MM14] a process that stood still itself hears first what came meanwhile", async () => {
    isSilent = true;
    const waiting = outcomeOf(breaker.ask(() => answer(3)));
    clock.stall(5_000);
    speak();
    await settle();
    await pass(1_000);
    assert.deepEqual([waiting(), breaker.isOpen, told], [3, false, []]);
  });
});
