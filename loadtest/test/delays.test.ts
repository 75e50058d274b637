import { equal, ok } from "node:assert/strict";
import { Delays } from "../src/delays.ts";

describe("delays", () => {
  it("[BOT4] percentiles come from the merged histogram, not from an average of the bots' own", () => {
    const quick = new Delays();
    const slow = new Delays();
    for (let sample = 0; sample < 990; sample++) quick.record(10);
    for (let sample = 0; sample < 10; sample++) slow.record(500);
    const all = new Delays();
    all.merge(quick);
    all.merge(slow);
    const { samples, p50, p95, p99, max } = all.summary(1)!;
    equal(samples, 1_000);
    for (const value of [p50, p95, p99]) ok(Math.abs(value - 10) < 0.05, `${value}`);
    ok(Math.abs(max - 500) < 1, `${max}`);
  });

  it("[BOT4] three significant digits, in ms and in periods", () => {
    const delays = new Delays();
    for (let ms = 1; ms <= 1_000; ms++) delays.record(ms);
    const inMs = delays.summary(1)!;
    ok(Math.abs(inMs.p50 - 500) < 1 && Math.abs(inMs.p99 - 990) < 1);
    ok(Math.abs(delays.summary(50)!.p50 - 10) < 0.05);
  });

  it("[BOT4] without samples there is no figure, and a delay beyond the range counts as the longest", () => {
    const delays = new Delays();
    equal(delays.summary(1), undefined);
    delays.record(10 * 60_000);
    ok(Math.abs(delays.summary(1)!.max - 60_000) < 100);
  });
});
