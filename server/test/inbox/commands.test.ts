/** Commands over real sockets, on a clock moved by hand and a store that commits when the test says so. */
import assert from "node:assert/strict";
import type { Room } from "@ninelives/client";
import { LIMITS, NetError } from "@ninelives/shared-schema";
import { HeldStore } from "../../../test/support/held-store.ts";
import type { Lab, LabRoom } from "../../../test/support/lab.ts";
import { clientsAre, cut, delivered, type Stepped, startStepped } from "../../../test/support/stepped.ts";
import { settle, until } from "../../../test/support/until.ts";

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
    const error = await refusal(ada.command("add", { by: "7" } as never));
    assert.equal(error.name, "COMMAND_INVALID");
    const [issue] = error.details.issues as { field: string; message: string }[];
    assert.equal(issue?.field, "by");
    assert.match(issue.message, /number/);
    const outOfRange = await refusal(ada.command("add", { by: 1_001 }));
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

  it("[CMD3] a session with too many commands for one tick is answered INBOX_FULL; the others of that tick run", async () => {
    const answers = Array.from({ length: LIMITS.inboxItemsPerSession }, () => ada.command("add", { by: 1 }));
    const error = await refusal(ada.command("add", { by: 1 }));
    assert.equal(error.name, "INBOX_FULL");
    assert.ok(error.recoverable);
    const results = await world.pump(Promise.all(answers));
    assert.equal(results.at(-1)!.count, LIMITS.inboxItemsPerSession);
    assert.deepEqual(await world.pump(ada.command("add", { by: 1 })), { count: LIMITS.inboxItemsPerSession + 1 });
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

  it("[CMD5] a command that the connection lost is rejected COMMAND_UNANSWERED, and one is refused while it is down", async () => {
    store.hold();
    const lost = refusal(ada.command("add", { by: 5 }));
    await delivered(ada);
    cut(ada);
    const error = await lost;
    assert.equal(error.name, "COMMAND_UNANSWERED");
    assert.equal((await refusal(ada.command("add", { by: 1 }))).name, "NOT_CONNECTED");
    await clientsAre(lab, 0);
    store.release();
    await world.pump(until("the client to be back", () => ada.connection.state === "CONNECTED"));
    assert.equal(lab.state.count, 5);
    await settle();
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
