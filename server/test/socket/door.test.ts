/** A socket that asks for a room this process may not have: how long it waits, and what it is told. */
import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import type { IncomingMessage } from "node:http";
import { CODES, CloseReason, LIMITS } from "@ninelives/shared-schema";
import { createLogger } from "../../src/inspect/logger.ts";
import { askedBy, Door, farewell, type Found } from "../../src/socket/door.ts";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import { settle } from "../../../test/support/until.ts";

const ELSEWHERE: Found = { processId: "b", address: ":2568", inner: "10.0.0.2:2568" };

/** A door whose answers a test gives by hand. */
function door() {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  const logger = createLogger({ level: "trace", pretty: false, destination });
  const clock = new ManualClock();
  const asked: { roomId: string; signal: AbortSignal; answer: PromiseWithResolvers<Found> }[] = [];
  const whereabouts = {
    where(roomId: string, signal: AbortSignal) {
      const answer = Promise.withResolvers<Found>();
      asked.push({ roomId, signal, answer });
      return answer.promise;
    },
  };
  return { clock, asked, lines, door: new Door(whereabouts, clock, logger) };
}

describe("a door", () => {
  it("[MOV8] says what is known of the room, and lets nothing behind", async () => {
    for (const found of ["here", "gone", "later", ELSEWHERE] as const) {
      const { door: inner, clock, asked } = door();
      const asker = new EventEmitter();
      const answer = inner.find("r", asker);
      assert.deepEqual([asked[0]!.roomId, inner.held, clock.waiting], ["r", 1, 1]);
      asked[0]!.answer.resolve(found);
      assert.equal(await answer, found);
      assert.deepEqual([inner.held, clock.waiting, asker.listenerCount("close")], [0, 0, 0]);
    }
  });

  it("[MOV8] waits 3 s at most, then says come again; nobody asks on for it", async () => {
    const { door: inner, clock, asked } = door();
    const answer = inner.find("r", new EventEmitter());
    clock.advance(LIMITS.whereaboutsMs - 1);
    await settle();
    assert.deepEqual([inner.held, asked[0]!.signal.aborted], [1, false]);
    clock.advance(1);
    assert.equal(await answer, "later");
    assert.deepEqual([inner.held, asked[0]!.signal.aborted], [0, true]);
  });

  it("[MOV8] whoever goes away waits no longer", async () => {
    const { door: inner, asked, clock } = door();
    const asker = new EventEmitter();
    const answer = inner.find("r", asker);
    asker.emit("close");
    assert.equal(await answer, "later");
    assert.deepEqual([inner.held, asked[0]!.signal.aborted, clock.waiting], [0, true, 0]);
  });

  it("[MOV8] one more than may wait is told to come again later, until somebody is done", async () => {
    const { door: inner, asked } = door();
    const waiting = Array.from({ length: LIMITS.heldSockets }, () => inner.find("r", new EventEmitter()));
    assert.equal(await inner.find("r", new EventEmitter()), "crowded");
    assert.equal(asked.length, LIMITS.heldSockets);
    asked[0]!.answer.resolve("here");
    await waiting[0];
    const next = inner.find("r", new EventEmitter());
    asked.at(-1)!.answer.resolve("gone");
    assert.equal(await next, "gone");
  });

  it("[MOV8] that is closed sends everybody away, and so does one that cannot find out", async () => {
    const { door: inner, asked, lines } = door();
    const [waits, fails] = [inner.find("r", new EventEmitter()), inner.find("s", new EventEmitter())];
    asked[1]!.answer.reject(new Error("no store"));
    assert.equal(await fails, "later");
    assert.match(lines.join(""), /no store/);
    inner.close();
    assert.equal(await waits, "later");
    assert.equal(await inner.find("t", new EventEmitter()), "later");
    assert.equal(asked.length, 2);
  });
});

describe("what a socket asks for", () => {
  const asks = (url: string) => askedBy({ url } as IncomingMessage);

  it("is the room its address ends with, and who greets is our client", () => {
    assert.deepEqual(asks("/p/room-1?sessionId=s"), { roomId: "room-1", isOurs: false });
    assert.deepEqual(asks("/base/p/r_2?sessionId=s&hi=1.1.aa.0.0.0.0"), { roomId: "r_2", isOurs: true });
    for (const url of ["/", "/r", "/p/r/", "/p/r%20", "/p/?sessionId=s"]) {
      assert.deepEqual(asks(url), { roomId: undefined, isOurs: false }, url);
    }
    assert.equal(askedBy({ url: "\\:\\" } as IncomingMessage)?.roomId, undefined);
  });

  it("[MOV7] our client is told the address, a stock one to come again; who may come in is told nothing", () => {
    const { MOVED, MAY_TRY_RECONNECT } = CODES;
    assert.deepEqual(farewell(ELSEWHERE, true), { code: MOVED.code, reason: CloseReason.moved(":2568") });
    assert.deepEqual(farewell(ELSEWHERE, false), { code: MAY_TRY_RECONNECT.code, reason: "" });
    for (const isOurs of [true, false]) {
      assert.deepEqual(farewell("later", isOurs), { code: MAY_TRY_RECONNECT.code, reason: "" });
      const crowded = farewell("crowded", isOurs)!;
      assert.deepEqual([crowded.code, CloseReason.readRetryAfterMs(crowded.reason)], [MAY_TRY_RECONNECT.code, 1_000]);
      for (const found of ["here", "gone"] as const) assert.equal(farewell(found, isOurs), undefined);
    }
  });
});
