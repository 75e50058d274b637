/** Whatever happens to a connection, in whatever order: its states follow the drawing, and it is never stuck in one. */
import assert from "node:assert/strict";
import { type ConnectionChange, type ConnectionName } from "@ninelives/client";
import { CloseReason, CODES } from "@ninelives/shared-schema";
import fc from "fast-check";
import { FakeLine } from "./fake-line.ts";

const NEXT: Readonly<Record<ConnectionName, readonly ConnectionName[]>> = {
  CONNECTING: ["CONNECTED", "DISCONNECTED"],
  CONNECTED: ["RECONNECTING", "DISCONNECTED"],
  RECONNECTING: ["RECONNECTING", "CONNECTED", "DISCONNECTED"],
  DISCONNECTED: [],
};
const CLOSING = Object.values(CODES).flatMap(({ code }) => (code < 4200 ? [code] : []));

type Step = (line: FakeLine) => void;

/** What only a server does, on a socket that is open. */
const server =
  (act: Step): Step =>
  (line) => {
    if (line.sockets.length > 0 && !line.socket.isClosed) act(line);
  };
const letIn = server((line) => line.connection.state !== "CONNECTED" && line.letIn());
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 10, arbitrary: fc.constant(letIn) },
  { weight: 3, arbitrary: fc.constant(server(({ socket }) => socket.frame())) },
  { weight: 3, arbitrary: fc.constant(server(({ socket }) => socket.closeBy(1006))) },
  { weight: 3, arbitrary: fc.constant(server(({ socket }) => socket.refuse())) },
  { weight: 2, arbitrary: fc.constant(server(({ socket }) => socket.open())) },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom("b:1", ":2", "nowhere")
      .map((to) => server(({ socket }) => socket.closeBy(CODES.MOVED.code, CloseReason.moved(to)))),
  },
  { weight: 1, arbitrary: fc.constantFrom(...CLOSING).map((code) => server(({ socket }) => socket.closeBy(code))) },
  {
    weight: 6,
    arbitrary: fc.nat({ max: 4_000 }).map(
      (ms): Step =>
        ({ clock }) =>
          clock.advance(ms),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.nat({ max: 60_000 }).map(
      (ms): Step =>
        ({ clock }) =>
          clock.stall(ms),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.boolean().map(
      (isOwed): Step =>
        ({ lifeline }) =>
          lifeline.owed(isOwed),
    ),
  },
  { weight: 1, arbitrary: fc.constant<Step>(({ page }) => page.tell("offline")) },
  { weight: 1, arbitrary: fc.constant<Step>(({ page }) => page.tell("online")) },
  { weight: 1, arbitrary: fc.constant<Step>(({ page }) => page.show("visible")) },
  { weight: 1, arbitrary: fc.constant<Step>(({ lifeline }) => lifeline.cut()) },
);
const doors = fc.constantFrom([], ["b:1"], ["b:1", "c:1", "d:1"]);
const walks = fc.record({ doors, isJoined: fc.boolean(), steps: fc.array(step, { minLength: 10, maxLength: 100 }) });
type Walk = typeof walks extends fc.Arbitrary<infer W> ? W : never;

/** Walks it, checking after every step. */
function walk({ doors: given, isJoined, steps }: Walk): { line: FakeLine; changes: ConnectionChange[] } {
  const line = new FakeLine({ doors: given });
  const changes: ConnectionChange[] = [];
  line.connection.onChange((change) => changes.push(change));
  line.lifeline.begin();
  if (isJoined) line.letIn();
  for (const act of steps) {
    act(line);
    check(line);
  }
  return { line, changes };
}

/** Something is on its way in every state but the last; one socket at a time. */
function check({ connection, clock, sockets, page, told }: FakeLine): void {
  const isOver = connection.state === "DISCONNECTED";
  assert.ok(sockets.filter(({ isClosed }) => !isClosed).length <= 1, "two sockets");
  assert.equal(told.filter((what) => what.startsWith("ended")).length, isOver ? 1 : 0);
  if (!isOver) assert.ok(clock.waiting > 0, `stuck in ${connection.state}`);
  else assert.equal(page.listeners, 0);
}

describe("walks of a connection", () => {
  it("[CL1] only changes that are drawn, one after the other, each with a row of the codes table; never stuck", () => {
    let returns = 0;
    fc.assert(
      fc.property(walks, (given) => {
        const { line, changes } = walk(given);
        let at: ConnectionName = "CONNECTING";
        for (const { from, to, reason } of changes) {
          assert.equal(from, at);
          assert.ok(NEXT[from].includes(to), `${from} > ${to}`);
          assert.ok(reason in CODES, reason);
          if (reason === "RESUMED") returns++;
          at = to;
        }
        assert.equal(line.connection.state, at);
      }),
      { numRuns: 300 },
    );
    assert.ok(returns > 100, `${returns} returns: these walks go nowhere`);
  });

  it("[CL1] leave() ends every walk, and nothing is left of it once nobody answers any more", () => {
    fc.assert(
      fc.property(walks, (given) => {
        const { line } = walk(given);
        line.lifeline.leave();
        line.clock.advance(1_000);
        assert.equal(line.connection.state, "DISCONNECTED");
        line.clock.advance(600_000);
        assert.deepEqual([line.clock.waiting, line.page.listeners], [0, 0]);
        assert.ok(line.sockets.every(({ isClosed }) => isClosed));
        check(line);
      }),
      { numRuns: 150 },
    );
  });

  it("a walk whose server has gone ends by itself, once the seat is not held any more", () => {
    fc.assert(
      fc.property(walks, (given) => {
        const { line } = walk(given);
        line.clock.advance(200_000);
        assert.equal(line.connection.state, "DISCONNECTED");
        assert.equal(line.clock.waiting, 0);
      }),
      { numRuns: 150 },
    );
  });
});
