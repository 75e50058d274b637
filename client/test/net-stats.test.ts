/** What a net panel shows, on a clock moved by hand. */
import assert from "node:assert/strict";
import type { FrameCounts } from "../src/adapter.ts";
import { NetStats } from "../src/net-stats.ts";

function panel() {
  let nowMs = 5_000;
  const counts: FrameCounts = { frames: 0, bytes: 0, patches: 0, patchBytes: 0, commandsResent: 0 };
  const sdkClock = { smoothedRtt: () => 42, jitter: () => 3 };
  const stats = new NetStats(() => sdkClock as never, counts, { now: () => nowMs });
  return {
    counts,
    stats,
    after: (ms: number) => {
      nowMs += ms;
      return stats.read();
    },
  };
}

function receive(counts: FrameCounts, patches: number, bytesEach: number): void {
  counts.frames += patches;
  counts.patches += patches;
  counts.bytes += patches * bytesEach;
  counts.patchBytes += patches * bytesEach;
}

describe("net stats", () => {
  it("says rates per second over the last second, and keeps them until the next one is full", () => {
    const { counts, after } = panel();
    assert.deepEqual(after(0), {
      rttMs: 42,
      jitterMs: 3,
      patchesPerSecond: 0,
      patchBytesPerSecond: 0,
      bytesPerSecond: 0,
      commandsResent: 0,
    });
    receive(counts, 30, 100);
    counts.bytes += 500;
    assert.equal(after(999).patchesPerSecond, 0);
    const first = after(1);
    assert.deepEqual([first.patchesPerSecond, first.patchBytesPerSecond, first.bytesPerSecond], [30, 3_000, 3_500]);
    receive(counts, 10, 100);
    assert.equal(after(500).patchesPerSecond, 30);
    assert.equal(after(500).patchesPerSecond, 10);
  });

  it("takes a longer span as it was: twice the time, half the rate", () => {
    const { counts, after } = panel();
    receive(counts, 30, 10);
    const late = after(2_000);
    assert.deepEqual([late.patchesPerSecond, late.patchBytesPerSecond], [15, 150]);
    assert.equal(after(1_000).patchesPerSecond, 0);
  });

  it("totals go on since the join", () => {
    const { counts, stats, after } = panel();
    receive(counts, 3, 10);
    after(5_000);
    receive(counts, 4, 10);
    counts.commandsResent = 2;
    assert.deepEqual(stats.totals, { frames: 7, bytes: 70, patches: 7, patchBytes: 70, commandsResent: 2 });
    assert.equal(after(0).commandsResent, 2);
  });
});
