/** So many at once, so many a second. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { TokenBucket } from "../../src/index.ts";

describe("a token bucket", () => {
  it("[LIM1] gives a burst at once, says how long to wait, and has a token then", () => {
    const bucket = new TokenBucket({ perSecond: 2, burst: 3 }, 1_000);
    for (let at = 0; at < 3; at++) assert.equal(bucket.take(1_000), 0);
    assert.equal(bucket.take(1_000), 500);
    assert.equal(bucket.take(1_499), 1);
    assert.equal(bucket.take(1_500), 0);
    assert.equal(bucket.take(1_500), 500);
  });

  it("[LIM1] fills up to its burst, and not more", () => {
    const bucket = new TokenBucket({ perSecond: 10, burst: 4 }, 0);
    assert.equal(bucket.isFull(0), true);
    assert.equal(bucket.take(0, 4), 0);
    assert.equal(bucket.isFull(399), false);
    assert.equal(bucket.isFull(1_000_000), true);
    assert.equal(bucket.take(1_000_000, 4), 0);
    assert.equal(bucket.take(1_000_000), 100);
  });

  it("[LIM1] more than a burst is never given, and a clock that goes back gives nothing", () => {
    const bucket = new TokenBucket({ perSecond: 1, burst: 2 }, 5_000);
    assert.equal(bucket.take(5_000, 3), 1_000);
    assert.equal(bucket.take(5_000, 2), 0);
    assert.equal(bucket.take(1_000), 1_000);
    assert.equal(bucket.take(1_500), 500);
  });

  it("[LIM1] whatever is asked when: never more than the burst and what came since, and who waits as told gets it", () => {
    const rate = fc.record({ perSecond: fc.integer({ min: 1, max: 1_000 }), burst: fc.integer({ min: 1, max: 50 }) });
    fc.assert(
      fc.property(rate, fc.array(fc.integer({ min: 0, max: 500 }), { maxLength: 200 }), (limit, pauses) => {
        const bucket = new TokenBucket(limit, 0);
        let [nowMs, given, waitMs] = [0, 0, 0];
        for (const pause of pauses) {
          nowMs += pause;
          waitMs = bucket.take(nowMs);
          if (waitMs === 0) given++;
          assert.ok(given <= limit.burst + (nowMs / 1_000) * limit.perSecond + 1e-6);
        }
        if (waitMs > 0) assert.equal(bucket.take(nowMs + waitMs), 0);
      }),
    );
  });
});
