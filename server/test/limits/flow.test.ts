/** What one connection may say, on a clock moved by hand. */
import assert from "node:assert/strict";
import { CloseReason, CODES, LIMITS } from "@ninelives/shared-schema";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import { Flows } from "../../src/limits/flow.ts";

const limits = {
  framesPerConnection: { perSecond: 10, burst: 20 },
  bytesPerConnection: { perSecond: 1_000, burst: 2_000 },
};

describe("the flow of a connection", () => {
  let clock: ManualClock;
  let flows: Flows;
  beforeEach(() => {
    clock = new ManualClock();
    flows = new Flows(limits, clock);
  });

  /** Says as much as passes, and one frame more. */
  function flood(session: string | undefined, bytes = 1) {
    const flow = flows.of(session);
    for (let passed = 0; ; passed++) {
      const refusal = flow(bytes);
      if (refusal !== undefined) return { passed, ...refusal };
    }
  }

  it("[LIM9] frames or bytes beyond the limit: come again, and when", () => {
    const { passed, code, reason } = flood("a");
    assert.deepEqual([passed, code], [20, CODES.MAY_TRY_RECONNECT.code]);
    assert.equal(CloseReason.readRetryAfterMs(reason), LIMITS.flowRetryMs);
    const big = flood("b", 1_500);
    assert.deepEqual([big.passed, big.code], [1, CODES.MAY_TRY_RECONNECT.code]);
  });

  it("[LIM9] who keeps to the rate is never refused", () => {
    const flow = flows.of("a");
    for (let at = 0; at < 1_000; at++) {
      assert.equal(flow(50), undefined);
      clock.advance(100);
    }
  });

  it("[LIM9] a new connection of the session is no way around it, and the third time it is closed for good", () => {
    assert.equal(flood("a").passed, 20);
    clock.advance(LIMITS.flowRetryMs);
    assert.equal(flood("b").passed, 20);
    const again = flood("a");
    assert.deepEqual([again.passed, again.code], [10, CODES.MAY_TRY_RECONNECT.code]);
    clock.advance(LIMITS.flowRetryMs);
    assert.equal(flood("a").code, CODES.FLOOD.code);
  });

  it("[LIM9] it is forgiven, and forgotten", () => {
    for (let round = 0; round < 10; round++) {
      assert.equal(flood("a").code, CODES.MAY_TRY_RECONNECT.code);
      clock.advance(LIMITS.flowForgottenMs + 1);
    }
    assert.equal(flood(undefined).passed, 20);
    assert.equal(flood(undefined).passed, 20);
  });
});
