/** How often each account may ask, on a clock moved by hand; and that what is kept of accounts is bounded. */
import assert from "node:assert/strict";
import { LIMITS, type NetError } from "@ninelives/shared-schema";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import { AccountRates } from "../../src/limits/account-rates.ts";

describe("joins of accounts", () => {
  const refused = (rates: AccountRates, userId: string): number | undefined => {
    try {
      rates.take(userId);
    } catch (error) {
      assert.equal((error as NetError).name, "TOO_MANY");
      return (error as NetError).details.retryAfterMs as number;
    }
    return undefined;
  };

  it("[AU8] who comes again when it was told to is served", () => {
    const clock = new ManualClock();
    const rates = new AccountRates({ perSecond: 2, burst: 3 }, clock);
    for (let at = 0; at < 3; at++) assert.equal(refused(rates, "ada"), undefined);
    assert.equal(refused(rates, "ada"), 500);
    assert.equal(refused(rates, "bob"), undefined);
    clock.advance(500);
    assert.equal(refused(rates, "ada"), undefined);
    assert.equal(refused(rates, "ada"), 500);
  });

  it("[AU8] accounts that say nothing any more are forgotten; beyond the cap strangers share one count", () => {
    const clock = new ManualClock();
    const rates = new AccountRates({ perSecond: 1, burst: 2 }, clock);
    for (let at = 0; at < 2_000; at++) rates.take(`early ${at}`);
    clock.advance(10_000);
    for (let at = 0; at < LIMITS.accountsCounted; at++) rates.take(`late ${at}`);
    assert.equal(rates.size, LIMITS.accountsCounted, "the early ones are gone");
    rates.take("stranger 1");
    rates.take("stranger 2");
    assert.equal(refused(rates, "stranger 3"), 1_000);
    assert.equal(refused(rates, "late 7"), undefined, "who is known counts for itself");
    assert.equal(rates.size, LIMITS.accountsCounted);
  });
});
