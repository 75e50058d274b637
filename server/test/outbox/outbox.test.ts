/** What waits for a commit: bound to its tick, in order, up to a cap. */
import assert from "node:assert/strict";
import { LIMITS } from "@ninelives/shared-schema";
import { Outbox } from "../../src/outbox/outbox.ts";

describe("outbox", () => {
  it("[EV1] lets a tick's items go when that tick is committed, in the order they were staged", () => {
    const outbox = new Outbox(() => {});
    const sent: string[] = [];
    outbox.stage(() => sent.push("1a"));
    outbox.stage(() => sent.push("1b"));
    const first = outbox.seal();
    outbox.stage(() => sent.push("2"));
    assert.ok(outbox.hasStaged);
    const second = outbox.seal();
    assert.ok(!outbox.hasStaged);
    assert.deepEqual(sent, []);
    first();
    assert.deepEqual(sent, ["1a", "1b"]);
    second();
    assert.deepEqual(sent, ["1a", "1b", "2"]);
  });

  it("holds so many items for a store that is away; what comes beyond is given up and counted", () => {
    let dropped = 0;
    const outbox = new Outbox(() => dropped++);
    let sent = 0;
    const commits: (() => void)[] = [];
    for (let item = 0; item < LIMITS.outboxItems + 10; item++) {
      outbox.stage(() => sent++);
      if (item % 100 === 0) commits.push(outbox.seal());
    }
    commits.push(outbox.seal());
    assert.equal(dropped, 10);
    for (const commit of commits) commit();
    assert.equal(sent, LIMITS.outboxItems);
    outbox.stage(() => sent++);
    outbox.seal()();
    assert.equal(sent, LIMITS.outboxItems + 1);
  });
});
