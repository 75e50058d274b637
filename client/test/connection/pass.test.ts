/** A token that has run out, as the lifeline sees it: a newer one is shown before the next attempt, and twice in a row at most. */
import assert from "node:assert/strict";
import { CODES, LIMITS, NetError } from "@ninelives/shared-schema";
import { settle } from "../../../test/support/until.ts";
import { FakeLine } from "./fake-line.ts";

const EXPIRED = CODES.TOKEN_EXPIRED.code;

describe("a token that has run out", () => {
  /** What showing a newer one comes to, one after the other; and how often it was shown. */
  let answers: (() => Promise<void>)[];
  let shown: number;
  beforeEach(() => {
    answers = [];
    shown = 0;
  });
  const renew = () => answers[shown++]?.() ?? Promise.resolve();
  const fail =
    (name: "BUSY" | "UNREACHABLE" | "SEAT_EXPIRED", details = {}) =>
    () =>
      Promise.reject(new NetError(name, "why", details));

  it("[AU6] is followed by a newer one, and only then by a socket", async () => {
    const line = FakeLine.joined({ renew, random: () => 0 });
    line.socket.closeBy(EXPIRED);
    line.clock.advance(0);
    assert.deepEqual([shown, line.sockets.length], [1, 1]);
    await settle();
    assert.equal(line.sockets.length, 2);
    line.letIn();
    assert.deepEqual(line.changes, ["0 CONNECTED > RECONNECTING TOKEN_EXPIRED", "0 RECONNECTING > CONNECTED RESUMED"]);
    line.socket.closeBy(EXPIRED);
    line.clock.advance(0);
    assert.equal(shown, 2, "the next time, too");
  });

  it("[AU6] another one is shown when its owner took the first along, and if that has run out, too, it is the end", async () => {
    const line = FakeLine.joined({ renew, random: () => 0 });
    const expires = async () => {
      line.socket.closeBy(EXPIRED);
      line.clock.advance(2_000);
      await settle();
    };
    await expires();
    await expires();
    assert.deepEqual([shown, line.sockets.length], [2, 3]);
    await expires();
    assert.match(line.changes.at(-1)!, / RECONNECTING > DISCONNECTED UNAUTHORIZED$/);
    assert.deepEqual([shown, line.sockets.length, line.clock.waiting], [2, 3, 0]);
  });

  it("[AU6] a host that says when to come again is asked then, and one that cannot be reached after a while", async () => {
    answers = [fail("BUSY", { retryAfterMs: LIMITS.busyRetryMs * 5 }), fail("UNREACHABLE")];
    const line = FakeLine.joined({ renew, random: () => 0.5 });
    line.socket.closeBy(EXPIRED);
    line.clock.advance(100);
    await settle();
    line.clock.advance(LIMITS.busyRetryMs * 4);
    assert.equal(shown, 1);
    line.clock.advance(LIMITS.busyRetryMs * 2);
    await settle();
    assert.equal(shown, 2);
    line.clock.advance(LIMITS.busyRetryMs * 40);
    await settle();
    assert.deepEqual([shown, line.sockets.length], [3, 2]);
  });

  it("[AU6] a seat that is gone is the end, with that reason", async () => {
    answers = [fail("SEAT_EXPIRED")];
    const line = FakeLine.joined({ renew, random: () => 0 });
    line.socket.closeBy(EXPIRED);
    line.clock.advance(0);
    await settle();
    assert.equal(line.changes.at(-1), "0 RECONNECTING > DISCONNECTED SEAT_EXPIRED");
    assert.deepEqual(line.told.slice(-1), ["ended SEAT_EXPIRED"]);
  });

  it("[AU6] a page that was loaded again shows one before it is in, and says why it did not do", async () => {
    answers = [() => Promise.resolve(), fail("UNREACHABLE")];
    const first = new FakeLine({ renew });
    first.lifeline.begin();
    first.socket.closeBy(EXPIRED);
    await settle();
    assert.deepEqual([shown, first.sockets.length], [1, 2]);
    first.letIn();
    assert.equal(first.connection.state, "CONNECTED");
    const second = new FakeLine({ renew });
    second.lifeline.begin();
    second.socket.closeBy(EXPIRED);
    await settle();
    assert.deepEqual(second.told, [`refused ${CODES.UNREACHABLE.code} why`, "ended UNREACHABLE"]);
  });

  it("[AU6] what is being shown is heard of no more once the line was let go", async () => {
    const late = Promise.withResolvers<void>();
    answers = [() => late.promise];
    const line = FakeLine.joined({ renew, random: () => 0 });
    line.socket.closeBy(EXPIRED);
    line.clock.advance(0);
    line.lifeline.abandon();
    late.resolve();
    await settle();
    assert.equal(line.sockets.length, 1);
  });
});
