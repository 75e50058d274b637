import { deepEqual, equal, ok } from "node:assert/strict";
import { Schedule } from "../src/schedule.ts";
import { HandClock } from "./hand-clock.ts";

const PERIOD_MS = 1000 / 30;

describe("bot schedule", () => {
  it("[BOT3] thinks at exactly the tick rate over a minute, however late each wake-up is", () => {
    const clock = new HandClock();
    const thoughts: number[] = [];
    const schedule = new Schedule(clock, PERIOD_MS, (tick) => thoughts.push(tick));
    schedule.start(0);
    clock.advance(60_000 - 1, 3.7);
    equal(thoughts.length, 1_800);
    deepEqual(thoughts.slice(0, 4), [0, 1, 2, 3]);
    equal(schedule.skipped, 0);
  });

  it("[BOT3] no thought comes before its time, and none later than the timer's own millisecond", () => {
    const clock = new HandClock();
    const schedule = new Schedule(clock, PERIOD_MS, (tick) => {
      const lateMs = clock.now() - (5 + tick * PERIOD_MS);
      ok(lateMs >= 0 && lateMs < 1, `thought ${tick} is ${lateMs} ms late`);
    });
    schedule.start(5);
    clock.advance(10_000);
  });

  it("[BOT3] thoughts missed in a stall are skipped and counted, never sent in a burst", () => {
    const clock = new HandClock();
    const thoughts: number[] = [];
    const schedule = new Schedule(clock, 10, (tick) => thoughts.push(tick));
    schedule.start(0);
    clock.advance(20);
    clock.advance(75, 45);
    clock.advance(95);
    deepEqual(thoughts, [0, 1, 2, 7, 8, 9]);
    equal(schedule.skipped, 4);
  });

  it("[BOT3] stops", () => {
    const clock = new HandClock();
    let thoughts = 0;
    const schedule = new Schedule(clock, 10, () => thoughts++);
    schedule.start(0);
    clock.advance(5);
    schedule.stop();
    clock.advance(1_000);
    equal(thoughts, 1);
  });
});
