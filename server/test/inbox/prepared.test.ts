/** Handlers made with prepared(): what they wait for, who waits for them, and how often they run. */
import assert from "node:assert/strict";
import { Client as SdkClient } from "@colyseus/sdk";
import { LIMITS, NetError, pack, writeClientFrame } from "@ninelives/shared-schema";
import { settle, until } from "../../../test/support/until.ts";
import { startVault, taken, type VaultWorld } from "./vault.ts";

const nameOf = (answer: Promise<unknown>) =>
  answer.then(
    (result) => assert.fail(`answered ${JSON.stringify(result)}`),
    (error: NetError) => error.name,
  );

describe("prepared commands", () => {
  let world: VaultWorld;
  beforeEach(async () => {
    world = await startVault();
  });
  afterEach(() => world.host.stop());

  it("[CMD8] wait outside of the tick: the room ticks on, and applies at a tick edge what they were told", async () => {
    const { ada, room } = world;
    const answer = ada.command("open", { what: "door" });
    const question = await world.question("door");
    const before = room.tick;
    await world.ticks(50);
    assert.deepEqual([room.tick, room.trace], [before + 50, ["ask door"]]);
    question.answer("1234");
    await settle();
    assert.deepEqual(room.trace, ["ask door"], "nothing is applied between ticks");
    await world.ticks();
    assert.deepEqual(room.trace, ["ask door", "open door 1234"]);
    assert.deepEqual(await world.pump(answer), { what: "door", tick: before + 51 });
    assert.equal(room.state.opened, 1);
  });

  it("[CMD8] a payload that does not fit is not prepared at all", async () => {
    const error = await world.pump(nameOf(world.ada.command("open", { what: "" })));
    assert.deepEqual([error, world.room.trace], ["COMMAND_INVALID", []]);
  });

  it("[CMD8] later commands of the session wait, prepared or not, and all run in their order", async () => {
    const { ada, room } = world;
    const answers = [
      ada.command("note", { what: "first" }),
      ada.command("open", { what: "a" }),
      ada.command("note", { what: "between" }),
      ada.command("open", { what: "b" }),
      ada.command("note", { what: "last" }),
    ];
    const a = await world.question("a");
    await world.ticks(5);
    assert.deepEqual(room.trace, ["ask a", "note first"]);
    a.answer("1");
    const b = await world.question("b");
    await world.ticks(5);
    assert.deepEqual(room.trace.slice(2), ["ask b", "open a 1", "note between"]);
    b.answer("2");
    assert.deepEqual(
      (await world.pump(Promise.all(answers))).map(({ what }) => what),
      ["first", "a", "between", "b", "last"],
    );
    assert.deepEqual(room.trace.slice(-2), ["open b 2", "note last"]);
  });

  it("[CMD8] other sessions go on meanwhile", async () => {
    const bob = await world.join();
    const waiting = world.ada.command("open", { what: "a" });
    const a = await world.question("a");
    const answer = bob.command("open", { what: "b" });
    (await world.question("b")).answer("2");
    assert.equal((await world.pump(answer)).what, "b");
    assert.equal((await world.pump(bob.command("note", { what: "bob" }))).what, "bob");
    assert.deepEqual(world.room.trace, ["ask a", "ask b", "open b 2", "note bob"]);
    a.answer("1");
    await world.pump(waiting);
  });

  it("[CMD8] a rejection is told to its caller alone, without the server's words, and the next command runs", async () => {
    const bob = await world.join();
    const failed = nameOf(world.ada.command("open", { what: "a" }));
    const refused = world.ada.command("open", { what: "b" }).catch((error: NetError) => error);
    const after = world.ada.command("note", { what: "after" });
    (await world.question("a")).fail(new Error("bank on fire at 10.0.0.7"));
    (await world.question("b")).fail(new NetError("COMMAND_REFUSED", "no such account"));
    assert.equal(await world.pump(failed), "COMMAND_FAILED");
    const refusal = (await world.pump(refused)) as NetError;
    assert.deepEqual([refusal.name, refusal.message], ["COMMAND_REFUSED", "no such account"]);
    assert.equal((await world.pump(after)).what, "after");
    assert.match(world.host.logText(), /bank on fire/);
    assert.equal((await world.pump(bob.command("note", { what: "bob" }))).what, "bob");
  });

  it("[CMD8] apply may refuse what prepare allowed", async () => {
    const refused = nameOf(world.ada.command("open", { what: "a" }));
    (await world.question("a")).answer("wrong");
    assert.equal(await world.pump(refused), "COMMAND_REFUSED");
    assert.equal(world.room.state.opened, 0);
  });

  it("[CMD5][CMD8] a drop in between: neither prepared nor applied twice, and the answer arrives", async () => {
    const { ada, room } = world;
    const answers = [ada.command("open", { what: "a" }), ada.command("note", { what: "after" })];
    const question = await world.question("a");
    for (let drop = 0; drop < 3; drop++) {
      ada.session.lifeline.cut();
      await world.pump(until("the return", () => ada.connection.state === "CONNECTED"));
      await world.pump(taken(ada));
    }
    question.answer("1");
    assert.deepEqual(
      (await world.pump(Promise.all(answers))).map(({ what }) => what),
      ["a", "after"],
    );
    await world.ticks(5);
    assert.deepEqual(room.trace, ["ask a", "open a 1", "note after"]);
  });

  it("[CMD5][CMD8] answered while the player is away: applied once, told after the return", async () => {
    const { ada, room } = world;
    const answer = ada.command("open", { what: "a" });
    const question = await world.question("a");
    ada.session.lifeline.cut();
    question.answer("1");
    await world.ticks(2);
    assert.deepEqual((await world.pump(answer)).what, "a");
    assert.deepEqual(room.trace, ["ask a", "open a 1"]);
  });

  it("[CMD8] the player left while it was prepared: it is not applied, and nothing fails", async () => {
    const bob = await world.join();
    const lost = nameOf(bob.command("open", { what: "b" }));
    const question = await world.question("b");
    const left = bob.leave();
    bob.session.lifeline.leave();
    await world.pump(left);
    assert.equal(await lost, "LEFT");
    await world.pump(until("the seat to be free", () => world.room.clients.length === 1));
    question.answer("2");
    await world.ticks(5);
    assert.deepEqual(world.room.trace, ["ask b"]);
    assert.doesNotMatch(world.host.logText(), /"level":(50|60)/);
    assert.equal((await world.pump(world.ada.command("note", { what: "on" }))).what, "on");
  });

  it("[CMD8] a stock client's waits as well, and its player may leave", async () => {
    const stock = await world.pump(new SdkClient(world.host.url).joinById(world.ada.roomId, {}));
    const answer = stock.request<unknown, { what: string }>("open", { what: "s" });
    (await world.question("s")).answer("3");
    assert.equal((await world.pump(answer)).what, "s");
    stock.request("open", { what: "gone" }).catch(() => {});
    const question = await world.question("gone");
    await world.pump(stock.leave());
    question.answer("4");
    await world.ticks(5);
    assert.deepEqual(world.room.trace, ["ask s", "open s 3", "ask gone"]);
  });

  it("[CMD3][CMD8] what waits for one counts: at 64 a stock client is answered INBOX_FULL, and all others run", async () => {
    const stock = await world.pump(new SdkClient(world.host.url).joinById(world.ada.roomId, {}));
    const ask = (type: string, what: string) => stock.request<unknown, { what: string }>(type, { what });
    const answers = [ask("open", "s")];
    const question = await world.question("s");
    for (let count = 1; count < LIMITS.inboxItemsPerSession; count++) answers.push(ask("note", `n${count}`));
    const refused = await ask("note", "over").then(
      () => assert.fail("answered"),
      (error: { reason: { name: string } }) => error.reason.name,
    );
    assert.equal(refused, "INBOX_FULL");
    question.answer("1");
    assert.equal((await world.pump(Promise.all(answers))).at(-1)!.what, `n${LIMITS.inboxItemsPerSession - 1}`);
    assert.equal((await world.pump(ask("note", "again"))).what, "again");
    await world.pump(stock.leave());
  });

  it("[CMD3][CMD8] what waits for one counts: a client that sends on and on has to come again, the others play on", async () => {
    const bob = await world.join();
    void bob.command("open", { what: "b" }).catch(() => {});
    await world.question("b");
    const payload = pack({ what: "flood" });
    const index = bob.session.names.commands.indexOf("note");
    for (let id = 2; id <= LIMITS.inboxItemsPerSession + 1; id++) {
      bob.session.lifeline.send(writeClientFrame(undefined, { index, id, payload }));
    }
    const changes: string[] = [];
    bob.connection.onChange(({ to, reason }) => changes.push(`${to} ${reason}`));
    await world.pump(until("the flood's end", () => changes.length === 2));
    assert.deepEqual(changes, ["RECONNECTING MAY_TRY_RECONNECT", "CONNECTED RESUMED"]);
    assert.equal((await world.pump(world.ada.command("note", { what: "on" }))).what, "on");
  });
});
