/** When a room is woken, on a clock moved by hand. */
import assert from "node:assert/strict";
import { Ticker } from "../../src/tick/ticker.ts";
import { ManualClock } from "../../../test/support/manual-clock.ts";

interface Wake {
  readonly atMs: number;
  readonly run: number;
  readonly dropped: number;
}

function ticking(tickHz: number, onDue: () => void = () => {}) {
  const clock = new ManualClock(0);
  const wakes: Wake[] = [];
  const ticker = new Ticker(clock, tickHz, 5, ({ run, dropped }) => {
    wakes.push({ atMs: clock.now(), run, dropped });
    onDue();
  });
  return { clock, wakes, ticker };
}

describe("ticker", () => {
  it("[TK1] 10 minutes at 60 Hz are 36 000 steps, though timers know whole milliseconds only", () => {
    const { clock, wakes, ticker } = ticking(60);
    ticker.start();
    clock.advance(600_000);
    ticker.stop();
    assert.equal(
      wakes.reduce((sum, { run }) => sum + run, 0),
      36_000,
    );
    assert.ok(wakes.every(({ run, dropped }) => run === 1 && dropped === 0));
    wakes.forEach(({ atMs }, index) => {
      const lateMs = atMs - ((index + 1) * 1000) / 60;
      assert.ok(lateMs > -1e-6 && lateMs < 1 + 1e-6, `step ${index + 1} at ${atMs}`);
    });
  });

  it("[TK2] a stall of 1 s at 50 Hz is one wake-up with 5 steps; then the rhythm is the old one", () => {
    const { clock, wakes, ticker } = ticking(50);
    ticker.start();
    clock.stall(1_010);
    clock.advance(30);
    assert.deepEqual(wakes, [
      { atMs: 1_010, run: 5, dropped: 45 },
      { atMs: 1_020, run: 1, dropped: 0 },
      { atMs: 1_040, run: 1, dropped: 0 },
    ]);
  });

  it("[TK3] a wall clock that jumps either way moves no step", () => {
    const { clock, wakes, ticker } = ticking(50);
    ticker.start();
    clock.advance(100);
    clock.wall -= 5_000;
    clock.advance(100);
    clock.wall += 86_400_000;
    clock.advance(100);
    assert.deepEqual(
      wakes.map(({ atMs }) => atMs),
      Array.from({ length: 15 }, (_, index) => (index + 1) * 20),
    );
  });

  it("stops where it is told to, also from inside a wake-up, and leaves no timer behind", () => {
    const { clock, wakes, ticker } = ticking(50, () => {
      if (wakes.length === 3) ticker.stop();
    });
    ticker.start();
    ticker.start();
    clock.advance(1_000);
    assert.equal(wakes.length, 3);
    assert.equal(clock.waiting, 0);
  });

  it("[TK7] goes on after a wake-up that threw", () => {
    let broken = true;
    const { clock, wakes, ticker } = ticking(50, () => {
      if (broken) throw new Error("a wake-up that throws");
    });
    ticker.start();
    assert.throws(() => clock.advance(20), /a wake-up that throws/);
    broken = false;
    clock.advance(40);
    assert.equal(wakes.length, 3);
  });
});
