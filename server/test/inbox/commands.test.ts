/** Commands over real sockets, on a clock moved by hand and a store that commits when the test says so. */
import assert from "node:assert/strict";
import type { Room } from "@ninelives/client";
import { Client as SdkClient } from "@colyseus/sdk";
import { LIMITS, NetError } from "@ninelives/shared-schema";
import { HeldStore } from "../../../test/support/held-store.ts";
import type { Lab, LabRoom } from "../../../test/support/lab.ts";
import { clientsAre, cut, delivered, type Stepped, startStepped } from "../../../test/support/stepped.ts";
import { until } from "../../../test/support/until.ts";

describe("commands", () => {
  const store = new HeldStore();
  let world: Stepped;
  let ada: Room<typeof Lab>;
  let lab: LabRoom;
  before(async () => {
    world = await startStepped({ store });
  });
  after(() => world.host.stop());
  beforeEach(async () => {
    ada = await world.create({ name: "Ada" });
    lab = world.inside(ada);
  });
  afterEach(async () => {
    store.release();
    await world.pump(ada.leave());
  });

  it("[CMD1] a payload that does not fit is answered COMMAND_INVALID with the wrong fields, and the handler does not run", async () => {
    const error = await world.pump(refusal(ada.command("add", { by: "7" } as never)));
    assert.equal(error.name, "COMMAND_INVALID");
    const [issue] = error.details.issues as { field: string; message: string }[];
    assert.equal(issue?.field, "by");
    assert.match(issue.message, /number/);
    const outOfRange = await world.pump(refusal(ada.command("add", { by: 1_001 })));
    assert.match(outOfRange.message, /by: .*1000/);
    await world.ticks();
    assert.deepEqual([lab.state.count, lab.trace.filter((line) => line.includes("add"))], [0, []]);
  });

  it("[CMD2] a handler that throws answers COMMAND_FAILED to its caller alone, without the server's words", async () => {
    const bob = await world.joinById(ada.roomId, { name: "Bob" });
    const failed = refusal(ada.command("crash", {}));
    const answered = bob.command("add", { by: 2 });
    const error = await world.pump(failed);
    assert.equal(error.name, "COMMAND_FAILED");
    assert.doesNotMatch(JSON.stringify([error.message, error.details]), /a handler that throws/);
    assert.deepEqual(await world.pump(answered), { count: 2 });
    await world.pump(bob.leave());
  });

  it("[CMD2] refuse() answers COMMAND_REFUSED with its sentence", async () => {
    const error = await world.pump(refusal(ada.command("refused", {})));
    assert.deepEqual([error.name, error.message], ["COMMAND_REFUSED", "not on a Sunday"]);
  });

  it("[CMD2] a result that does not fit its type is a fault of the handler", async () => {
    const error = await world.pump(refusal(ada.command("lie", {})));
    assert.equal(error.name, "COMMAND_FAILED");
    assert.match(world.host.logText(), /returned a wrong result: truth/);
  });

  it("[CMD2] [CMD5] a result that cannot travel is a fault of the handler, which ran once and does not run again", async () => {
    const failed = refusal(ada.command("huge", {}));
    cut(ada);
    assert.equal((await world.pump(failed)).name, "COMMAND_FAILED");
    assert.deepEqual(await world.pump(ada.command("add", { by: 1 })), { count: 1 });
    assert.equal(lab.trace.filter((line) => line.endsWith(" huge")).length, 1);
  });

  it("[CMD3] a stock client with too many commands for one tick is answered INBOX_FULL; the others of that tick run", async () => {
    const stock = await world.pump(new SdkClient(world.host.url).joinById(ada.roomId, { name: "Stock" }));
    const request = () => stock.request<unknown, { count: number }>("add", { by: 1 });
    const answers = Array.from({ length: LIMITS.inboxItemsPerSession }, request);
    const refused = await request().then(
      () => assert.fail("answered"),
      (error: { reason: { name: string } }) => error.reason.name,
    );
    assert.equal(refused, "INBOX_FULL");
    const results = await world.pump(Promise.all(answers));
    assert.equal(results.at(-1)!.count, LIMITS.inboxItemsPerSession);
    await world.pump(stock.leave());
  });

  it("[CMD6] our client sends a few at a time, in order, and none is refused", async () => {
    const count = LIMITS.inboxItemsPerSession * 3;
    const answers = Array.from({ length: count }, () => ada.command("add", { by: 1 }));
    const results = await world.pump(Promise.all(answers));
    assert.deepEqual(
      results,
      Array.from({ length: count }, (_, index) => ({ count: index + 1 })),
    );
  });

  it("[CMD7] at the cap of the outbox a command ends with OUTBOX_FULL, and the others are answered", async () => {
    const answers = Array.from({ length: LIMITS.outboxCommands }, () => ada.command("add", { by: 1 }));
    const error = await refusal(ada.command("add", { by: 1 }));
    assert.deepEqual([error.name, error.recoverable], ["OUTBOX_FULL", true]);
    assert.equal((await world.pump(Promise.all(answers))).at(-1)!.count, LIMITS.outboxCommands);
  });

  it("[CMD4] a result leaves after the log has the tick that ran the command; the patch does not wait", async () => {
    store.hold();
    let answered = false;
    const answer = ada.command("add", { by: 5 }).finally(() => {
      answered = true;
    });
    await delivered(ada);
    await world.ticks();
    await until("the patch", () => ada.state.count === 5);
    await world.ticks(10);
    await delivered(ada);
    assert.equal(answered, false);
    store.release();
    assert.deepEqual(await answer, { count: 5 });
  });

  it("[CMD5] a command cut off before its answer ran once, and its result arrives after the return", async () => {
    store.hold();
    const answer = ada.command("add", { by: 5 });
    await delivered(ada);
    await world.ticks();
    cut(ada);
    const later = ada.command("add", { by: 1 });
    await clientsAre(lab, 0);
    store.release();
    assert.deepEqual(await world.pump(Promise.all([answer, later])), [{ count: 5 }, { count: 6 }]);
    assert.equal(lab.trace.filter((line) => line.endsWith(" add 5")).length, 1);
  });

  it("[CMD5] a command whose frame was lost with the connection is sent again, under the same number", async () => {
    const { lifeline } = ada.session;
    const send = lifeline.send.bind(lifeline);
    lifeline.send = () => {};
    const answer = ada.command("add", { by: 3 });
    lifeline.send = send;
    assert.equal(ada.pending[0]?.id, 1);
    cut(ada);
    assert.deepEqual(await world.pump(answer), { count: 3 });
    assert.equal(lab.trace.filter((line) => line.endsWith(" add 3")).length, 1);
  });
});

/** The NetError a command is rejected with. */
async function refusal(answer: Promise<unknown>): Promise<NetError> {
  const error = await answer.then(
    (result) => assert.fail(`answered ${JSON.stringify(result)}`),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof NetError, String(error));
  return error;
}
