/** How long a silence lasts before it is called death: every moment below is exact, on a clock moved by hand. */
import assert from "node:assert/strict";
import { LIVENESS, type LivenessProfile } from "@ninelives/client";
import fc from "fast-check";
import { Liveness } from "../../src/connection/liveness.ts";
import { ManualClock } from "../../../test/support/manual-clock.ts";

/** A connection that was opened now, and asked how slow it is; `log` has what was done after that, with ms since then. */
function watch(profile: LivenessProfile, roundTripMs?: number) {
  const clock = new ManualClock();
  const startMs = clock.now();
  const log: string[] = [];
  const note = (what: string) => log.push(`${clock.now() - startMs} ${what}`);
  const liveness: Liveness = new Liveness(profile, clock, {
    ping() {
      note("ping");
      if (roundTripMs === undefined) return;
      clock.after(roundTripMs, () => {
        liveness.heard();
        liveness.answered();
      });
    },
    dead: (quietMs) => note(`dead after ${quietMs}`),
  });
  liveness.start();
  assert.deepEqual(log.splice(0), ["0 ping"]);
  return { clock, liveness, log };
}

describe("liveness", () => {
  it("[CL4] game: a ping each second of silence, dead after 3 s of it", () => {
    const { clock, log } = watch(LIVENESS.game);
    clock.advance(60_000);
    assert.deepEqual(log, ["1000 ping", "2000 ping", "3000 dead after 3000"]);
    assert.equal(clock.waiting, 0);
  });

  it("[CL4] default: a ping after 30 s of silence, dead after 60 s of it", () => {
    const { clock, log } = watch(LIVENESS.default);
    clock.advance(600_000);
    assert.deepEqual(log, ["30000 ping", "60000 dead after 60000"]);
  });

  for (const [name, profile] of Object.entries(LIVENESS)) {
    it(`[CL4] ${name}: a connection whose pings are answered lives, at one ping a heartbeat`, () => {
      const { clock, log } = watch(profile, 100);
      clock.advance(100 * profile.heartbeatMs);
      assert.ok(log.length > 85 && log.length <= 100);
      const everyMs = profile.heartbeatMs + 100;
      assert.deepEqual(
        log,
        log.map((_, index) => `${(index + 1) * everyMs} ping`),
      );
    });

    it(`[CL4] ${name}: frames that come by themselves need no ping`, () => {
      const { clock, liveness, log } = watch(profile);
      for (let frame = 0; frame < 1_000; frame++) {
        clock.advance(profile.heartbeatMs - 1);
        liveness.heard();
      }
      assert.deepEqual(log, []);
      assert.equal(clock.waiting, 1);
    });

    it(`[CL4] ${name}: while a command waits, asked after 450 ms, dead after 900 ms where the network is fast, after 1 700 ms where nobody knows`, () => {
      const unknown = watch(profile);
      unknown.clock.advance(100);
      unknown.liveness.waiting(true);
      unknown.clock.advance(60_000);
      const asked = unknown.log.filter((line) => line.endsWith(" ping"));
      assert.equal(asked[0], "550 ping");
      assert.ok(asked.length <= 2, "one question, and at most one heartbeat more");
      assert.equal(unknown.log.at(-1), "1800 dead after 1800");
      const { clock, liveness, log } = watch(profile);
      clock.advance(40);
      liveness.heard();
      liveness.answered();
      clock.advance(60);
      liveness.waiting(true);
      clock.advance(60_000);
      assert.equal(log[0], "550 ping");
      assert.equal(log.at(-1), "1000 dead after 960");
    });

    it(`[CL4] ${name}: whenever the command goes out, nobody there is noticed within 1 700 ms of it`, () => {
      fc.assert(
        fc.property(fc.integer({ min: 0, max: profile.deadAfterMs - 1 }), (quietMs) => {
          const { clock, liveness, log } = watch(profile);
          clock.advance(quietMs);
          liveness.waiting(true);
          clock.advance(1_700);
          assert.match(log.at(-1)!, / dead after /);
        }),
        { numRuns: 60 },
      );
    });

    it(`[CL4] ${name}: more commands into a black hole put nothing off`, () => {
      const { clock, liveness, log } = watch(profile);
      for (let atMs = 0; atMs < 1_700; atMs += 100) {
        liveness.waiting(true);
        clock.advance(100);
      }
      assert.equal(log.at(-1), "1700 dead after 1700");
    });

    it(`[CL4] ${name}: a device that slept is asked once, and given an answer's time`, () => {
      const { clock, liveness, log } = watch(profile);
      clock.stall(3_600_000);
      assert.deepEqual(log, ["3600000 ping"], "one check, no burst");
      assert.equal(clock.waiting, 1);
      clock.advance(50);
      liveness.heard();
      clock.advance(profile.heartbeatMs - 1);
      assert.deepEqual(log, ["3600000 ping"]);
    });

    it(`[CL4] ${name}: one that slept and hears nothing is dead after one patience, once`, () => {
      const { clock, log } = watch(profile);
      clock.stall(3_600_000);
      clock.advance(60_000);
      assert.equal(log.filter((line) => line.includes("dead")).length, 1);
      assert.match(log.at(-1)!, /^3601700 dead/);
    });
  }

  it("[CL4] a fast network that is known to be one is given 0.9 s, a slow one three round trips and 200 ms", () => {
    const fast = watch(LIVENESS.game, 40);
    fast.clock.advance(60_000);
    assert.equal(fast.liveness.patienceMs, 900);
    const slow = watch(LIVENESS.game, 900);
    slow.clock.advance(120_000);
    assert.ok(Math.abs(slow.liveness.patienceMs - 2_900) < 10, String(slow.liveness.patienceMs));
  });

  it("[CL4] patience stays within 2 s up to a round trip of 600 ms, and is never above 6.2 s", () => {
    for (const [roundTripMs, mostMs] of [
      [0, 1_700],
      [300, 1_700],
      [600, 2_000],
      [2_900, 6_200],
    ] as const) {
      const { clock, liveness } = watch(LIVENESS.game, roundTripMs);
      let worstMs = 0;
      for (let second = 0; second < 120; second++) {
        clock.advance(1_000);
        worstMs = Math.max(worstMs, liveness.patienceMs);
      }
      assert.ok(worstMs <= mostMs, `${roundTripMs}: ${worstMs}`);
    }
  });

  it("[CL4] a new connection does not trust a fast round trip of the old one, but remembers a slow one", () => {
    const fast = watch(LIVENESS.game, 10);
    fast.clock.advance(60_000);
    fast.liveness.start();
    assert.equal(fast.liveness.patienceMs, 1_700);
    const slow = watch(LIVENESS.game, 900);
    slow.clock.advance(120_000);
    const beforeMs = slow.liveness.patienceMs;
    slow.liveness.start();
    assert.equal(slow.liveness.patienceMs, beforeMs);
  });

  it("[CL4] the first frame of a new connection is no answer to a ping of the old one: holes do not make it patient", () => {
    const { clock, liveness, log } = watch(LIVENESS.game);
    for (let hole = 0; hole < 10; hole++) {
      liveness.waiting(true);
      clock.advance(1_700);
      assert.equal(log.at(-1), `${hole * 6_700 + 1_700} dead after 1700`);
      clock.advance(5_000);
      liveness.heard();
      liveness.start();
    }
    assert.equal(liveness.patienceMs, 1_700);
  });

  it("[CL4] an answer ends the watch for one: silence is a heartbeat's matter again", () => {
    const { clock, liveness, log } = watch(LIVENESS.default);
    liveness.waiting(true);
    clock.advance(400);
    liveness.heard();
    liveness.waiting(false);
    clock.advance(29_000);
    assert.deepEqual(log, []);
  });

  it("[CL4] a server that talks and does not answer is there: only silence counts", () => {
    const { clock, liveness, log } = watch(LIVENESS.game);
    liveness.waiting(true);
    for (let frame = 0; frame < 100; frame++) {
      clock.advance(440);
      liveness.heard();
    }
    assert.deepEqual(log, []);
    clock.advance(1_700);
    assert.equal(log.at(-1), "45700 dead after 1700");
  });

  it("[CL4] what was owed when the connection opens is owed from then on", () => {
    const { clock, liveness, log } = watch(LIVENESS.default);
    liveness.waiting(true);
    liveness.stop();
    clock.advance(10_000);
    liveness.start();
    clock.advance(1_699);
    assert.deepEqual(log, ["10000 ping"]);
    clock.advance(1);
    assert.deepEqual(log, ["10000 ping", "11700 dead after 1700"]);
  });

  it("[CL4] stopped it asks nothing, judges nothing and leaves no timer; a hook may stop it", () => {
    const { clock, liveness, log } = watch(LIVENESS.game);
    liveness.waiting(true);
    liveness.stop();
    assert.equal(clock.waiting, 0);
    clock.advance(60_000);
    liveness.waiting(false);
    liveness.waiting(true);
    liveness.heard();
    assert.deepEqual([log, clock.waiting], [[], 0]);
    const stopping: Liveness = new Liveness(LIVENESS.game, clock, {
      ping: () => stopping.stop(),
      dead: () => assert.fail("dead"),
    });
    stopping.start();
    clock.advance(60_000);
    assert.equal(clock.waiting, 0);
  });

  it("[CL4] a command given while it is stopped starts nothing", () => {
    const { clock, liveness, log } = watch(LIVENESS.game);
    liveness.stop();
    liveness.waiting(true);
    clock.advance(60_000);
    assert.deepEqual([log, clock.waiting], [[], 0]);
  });

  it("[CL4] a check that is a little late changes nothing", () => {
    const { clock, log } = watch(LIVENESS.game);
    clock.advance(2_000);
    clock.stall(1_400);
    assert.deepEqual(log, ["1000 ping", "2000 ping", "3400 dead after 3400"]);
  });
});
