/** What changes a room, when, and in which order: real sockets, a clock moved by hand. */
import assert from "node:assert/strict";
import { PERIOD_MS } from "../../../test/support/lab.ts";
import { RawClient } from "../../../test/support/raw-client.ts";
import { clientsAre, cut, delivered, type Stepped, startStepped } from "../../../test/support/stepped.ts";
import { settle, until, within } from "../../../test/support/until.ts";

describe("a room's tick", () => {
  let world: Stepped;
  before(async () => {
    world = await startStepped();
  });
  after(() => world.host.stop());

  it("[TK4] joins, commands and leaves wait for the tick edge and change the room in the order they arrived", async () => {
    const ada = await world.create({ name: "Ada" });
    const lab = world.inside(ada);
    lab.trace.length = 0;
    const answers = [ada.command("add", { by: 1 }), ada.command("add", { by: 2 })];
    await delivered(ada);
    const joining = world.client.joinById(ada.type, ada.roomId, { name: "Bob" });
    await clientsAre(lab, 2);
    answers.push(ada.command("add", { by: 3 }));
    await delivered(ada);
    await settle();
    assert.deepEqual(lab.trace, []);
    assert.equal(lab.state.count, 0);
    const next = lab.tick + 1;
    await world.ticks();
    assert.deepEqual(lab.trace, [`${next} add 1`, `${next} add 2`, `${next} join Bob`, `${next} add 3`]);
    assert.deepEqual(await Promise.all(answers), [{ count: 1 }, { count: 3 }, { count: 6 }]);

    const bob = await world.pump(joining);
    lab.trace.length = 0;
    const unanswered = assert.rejects(bob.command("add", { by: 4 }), { name: "LEFT" });
    void bob.sdk.leave();
    const left = until("the end", () => bob.connection.state === "DISCONNECTED");
    await clientsAre(lab, 1);
    await settle();
    assert.deepEqual(lab.trace, []);
    const last = lab.tick + 1;
    await world.ticks();
    assert.deepEqual(lab.trace, [`${last} add 4`, `${last} leave`]);
    await world.pump(Promise.all([left, unanswered]));
    await world.pump(ada.leave());
  });

  it("[TK4] a drop and the return from it wait for the tick edge", async () => {
    const ada = await world.create({ name: "Ada" });
    const lab = world.inside(ada);
    lab.trace.length = 0;
    cut(ada);
    await clientsAre(lab, 0);
    await settle();
    assert.deepEqual(lab.trace, []);
    await clientsAre(lab, 1);
    const next = lab.tick + 1;
    await world.ticks();
    assert.deepEqual(lab.trace, [`${next} drop`, `${next} reconnect`]);
    await until("the client to be back", () => ada.connection.state === "CONNECTED");
    await world.pump(ada.leave());
  });

  it("[TK4] a player who is gone before the tick that would let them in leaves nothing behind", async () => {
    const ada = await world.create({ name: "Ada" });
    const lab = world.inside(ada);
    const ghost = await RawClient.knock(world.host.url, `joinById/${ada.roomId}`, { name: "Ghost" });
    await clientsAre(lab, 2);
    ghost.close();
    await ghost.closed;
    await delivered(ada);
    await world.pump(clientsAre(lab, 1));
    await world.ticks(3);
    assert.deepEqual([...lab.state.players.keys()], [ada.sessionId]);
    const rows = (await (await fetch(`${world.host.url}/rooms`)).json()) as { roomId: string; players: number }[];
    assert.equal(rows.find(({ roomId }) => roomId === ada.roomId)?.players, 1);
    await world.pump(ada.leave());
  });

  it("[TK5] the patch leaves right after the step that made it, one per wake-up", async () => {
    const ada = await world.create({ name: "Ada" });
    const lab = world.inside(ada);
    const seen: number[] = [];
    lab.eachTick = () => lab.state.count++;
    ada.onPatch(() => seen.push(ada.state.count));
    const patch = (length: number) => until(`patch ${length}`, () => seen.length >= length);
    await world.ticks();
    await patch(1);
    await world.ticks();
    await patch(2);
    world.clock.stall(3 * PERIOD_MS);
    await patch(3);
    await delivered(ada);
    assert.deepEqual(seen, [1, 2, 5]);
    await world.pump(ada.leave());
  });

  it("[TK6] a room's clock moves by exactly one period per step, and timers fire at tick edges", async () => {
    const ada = await world.create({ name: "Ada" });
    const lab = world.inside(ada);
    const log: string[] = [];
    const startMs = lab.clock.elapsedTime;
    lab.eachTick = ({ elapsedMs, dt }) => log.push(`${elapsedMs - startMs} step ${dt}`);
    lab.clock.setTimeout(() => log.push(`${lab.clock.elapsedTime - startMs} timer`), 2.5 * PERIOD_MS);
    world.clock.advance(2 * PERIOD_MS);
    world.clock.stall(7 * PERIOD_MS);
    assert.deepEqual(log, [
      "20 step 0.02",
      "40 step 0.02",
      "60 timer",
      "60 step 0.02",
      "80 step 0.02",
      "100 step 0.02",
      "120 step 0.02",
      "140 step 0.02",
    ]);
    await world.pump(ada.leave());
  });

  it("[TK3] a wall clock set back and forth changes nothing a room does", async () => {
    const ada = await world.create({ name: "Ada" });
    const lab = world.inside(ada);
    const before = { tick: lab.tick, elapsedMs: lab.clock.elapsedTime };
    for (const jumpMs of [-5_000, 3_600_000, -86_400_000]) {
      world.clock.wall += jumpMs;
      await world.ticks(5);
    }
    assert.deepEqual(
      { tick: lab.tick, elapsedMs: lab.clock.elapsedTime },
      { tick: before.tick + 15, elapsedMs: before.elapsedMs + 300 },
    );
    const answer = ada.command("add", { by: 1 });
    await delivered(ada);
    await world.ticks();
    assert.deepEqual(await within("an answer", answer), { count: 1 });
    await world.pump(ada.leave());
  });
});
