/** The page's arithmetic, without a browser. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { Past } from "./past.ts";
import { latenessP99Ms, readHistogram } from "./tick-lateness.ts";

function metrics(counts: readonly [string, number][], type = "arena"): string {
  return counts
    .map(([bound, count]) => `ninelives_tick_lateness_seconds_bucket{le="${bound}",type="${type}"} ${count}`)
    .join("\n");
}

describe("the lateness of ticks", () => {
  const before = readHistogram(
    metrics([
      ["0.001", 900],
      ["0.01", 1_000],
      ["+Inf", 1_000],
    ]),
    "arena",
  );

  it("is read between two readings, on a straight line within a bucket", () => {
    const after = readHistogram(
      metrics([
        ["0.001", 980],
        ["0.01", 1_100],
        ["+Inf", 1_100],
      ]),
      "arena",
    );
    assert.equal(latenessP99Ms(before, after)?.toFixed(2), "9.55");
  });

  it("is the last bound when it lies beyond every bound", () => {
    const after = readHistogram(
      metrics([
        ["0.001", 900],
        ["0.01", 1_000],
        ["+Inf", 1_050],
      ]),
      "arena",
    );
    assert.equal(latenessP99Ms(before, after), 10);
  });

  it("is not known while no tick ran, and other room types do not count", () => {
    assert.equal(latenessP99Ms(before, before), undefined);
    assert.equal(readHistogram(metrics([["+Inf", 5]], "chess"), "arena").size, 0);
  });
});

describe("the moment that is shown", () => {
  it("plays an effect when the picture has come to the patch that brought it, once", () => {
    let nowMs = 1_000;
    const past = new Past({ serverNow: () => nowMs, smoothedRtt: () => 40, lastServerTime: () => 1_000 }, 66);
    let played = 0;
    past.whenShown(() => played++);
    past.run();
    assert.equal(past.nowMs, 914);
    assert.equal(played, 0);
    nowMs = 1_086;
    past.run();
    past.run();
    assert.equal(played, 1);
  });
});
