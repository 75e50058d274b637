/** A match that an earlier version of its room type played, in a host that knows a way from there. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, memorySeatStorage, type Room } from "@ninelives/client";
import { defineHost, type Host, type Migrations } from "@ninelives/server";
import { RecordKind, type RoomType } from "@ninelives/shared-schema";
import { Saga1, Saga2, Saga3, sagaMigrations, SagaRoom1, SagaRoom2 } from "../../../test/support/saga.ts";
import { startTestHost, type TestHost } from "../../../test/support/test-host.ts";
import { until } from "../../../test/support/until.ts";
import { parseSegments } from "../../src/log/read-log.ts";

describe("a match of an earlier version", () => {
  let dir: string;
  let host: TestHost;
  let port: number;
  const store = () => ({ kind: "file", dir }) as const;
  const second = (migrate: Migrations<typeof Saga2> = sagaMigrations) =>
    defineHost({ rooms: { saga: { type: Saga2, room: SagaRoom2, migrate } }, store: store() });

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "ninelives-migration-"));
    host = await startTestHost(defineHost({ rooms: { saga: { type: Saga1, room: SagaRoom1 } }, store: store() }));
    ({ port } = host);
  });
  afterEach(async () => {
    await host.stop();
    await rm(dir, { recursive: true, force: true });
  });

  async function deploy(next: Host): Promise<void> {
    await host.stop();
    host = await startTestHost(next, { port });
  }

  /** A tab of a browser: what its page keeps of the seat is there for the page that is loaded next. */
  function tab(storage = memorySeatStorage()) {
    return connect(host.url, { storage: () => storage, random: () => 0 });
  }

  /** The page is gone, and nobody was told. */
  function close<T extends RoomType>({ session }: Room<T>): void {
    session.lifeline.abandon();
  }

  const isOver = ({ connection }: Room<typeof Saga1>) => connection.state === "DISCONNECTED";

  it("[RS12] goes on migrated: seats, hidden fields, memory, chance and timers; a page that is loaded anew has the same seat", async () => {
    const tabs = [tab(), tab()];
    const ada = await tabs[0]!.create(Saga1, { name: "Ada" });
    const bob = await tabs[1]!.joinById(Saga1, ada.roomId, { name: "Bob" });
    await ada.command("add", { n: 1 });
    await bob.command("add", { n: 1 });
    const { card } = await ada.command("draw", {});
    await ada.command("ring", { inTicks: 60 });
    const old = host.inside<SagaRoom1>(ada.roomId);
    old.random.next();

    await deploy(second());
    await until("the old pages to be told", () => isOver(ada) && isOver(bob));
    assert.deepEqual(ada.connection.detail, { name: "DISCONNECTED", reason: "UPGRADE_REQUIRED" });
    const [ada2, bob2] = await Promise.all(tabs.map((page) => page.resume(Saga2)));
    assert.deepEqual([ada2!.sessionId, bob2!.sessionId, ada2!.roomId], [ada.sessionId, bob.sessionId, ada.roomId]);
    const { state } = ada2!;
    const [hers, his] = [ada, bob].map(({ sessionId }) => state.heroes.get(sessionId)!);
    assert.deepEqual([state.total, state.era, state.migratedFrom], [2, "middle", 1]);
    assert.deepEqual([hers!.title, hers!.points, [...hers!.hand]], ["Sir Ada", 1, [card]]);
    assert.deepEqual([his!.title, [...(his!.hand ?? [])]], ["Sir Bob", []]);
    const room = host.inside<SagaRoom2>(ada.roomId);
    assert.deepEqual(
      [room.state.secret, room.memory.moved, room.memory.deck.length],
      ["of version 1, migrated", true, 39],
    );
    assert.equal(room.random.next(), old.random.next());
    assert.ok(room.tick >= old.tick && room.clock.elapsedTime >= old.clock.elapsedTime);
    assert.deepEqual(await bob2!.command("draw", {}), { card: "card39" });
    await until("the timer of before", () => (ada2!.state.rung ?? 0) > 0);
    assert.ok(state.rung <= old.tick + 60 && state.rung > old.tick, `rang at ${state.rung}, asked before ${old.tick}`);
    await Promise.all([ada2!.leave(), bob2!.leave()]);
  });

  it("[RS12] every command runs once: those that ran before, and those the old page could not send any more", async () => {
    const page = tab();
    const ada = await page.create(Saga1, { name: "Ada" });
    await ada.command("add", { n: 1 });
    const said = [2, 3, 4].map((n) => ada.command("add", { n }).catch(({ name }: Error) => name));
    await host.stop();
    said.push(ada.command("add", { n: 5 }).catch(({ name }: Error) => name));
    host = await startTestHost(second(), { port });
    await until("the old page to be told", () => isOver(ada));
    await Promise.all(said);
    const ada2 = (await page.resume(Saga2))!;
    assert.deepEqual(await ada2.command("add", { n: 6 }), { count: 6, times: 1 });
    const { applied } = host.inside<SagaRoom2>(ada.roomId).memory;
    assert.deepEqual(
      Object.fromEntries(applied),
      Object.fromEntries([1, 2, 3, 4, 5, 6].map((n) => [`${ada.sessionId} ${n}`, 1])),
    );
    await ada2.leave();
  });

  it("[RS13] events nobody got yet keep their names, whatever their numbers are now; those the new version has not are a gap", async () => {
    const storage = memorySeatStorage();
    const page = tab(storage);
    const bob = await page.create(Saga1, { name: "Bob" });
    const ada = await tab().joinById(Saga1, bob.roomId, { name: "Ada" });
    const kept = storage.load()!;
    close(bob);
    storage.save(kept);
    for (let n = 1; n <= 3; n++) await ada.command("add", { n });
    await deploy(second());
    const bob2 = (await page.resume(Saga2))!;
    const told: unknown[] = [];
    bob2.on("added", ({ n }) => told.push(n));
    bob2.on("aborted", () => told.push("aborted"));
    bob2.on("gap", ({ from, to }) => told.push(`gap ${from}-${to}`));
    await until("what he missed", () => told.length >= 6);
    assert.deepEqual(told, ["gap 1-1", 1, "gap 3-3", 2, "gap 5-5", 3]);
    await bob2.leave();
    close(ada);
  });

  it("[RS14] what it does not know a way for is set aside with its log, and so is a match whose migration throws; others are unharmed", async () => {
    const unlucky = await tab().create(Saga1, { name: "Eve" });
    for (let n = 1; n <= 13; n++) await unlucky.command("add", { n });
    const page = tab();
    const ada = await page.create(Saga1, { name: "Ada" });
    await deploy(second());
    assert.match(host.logText(), /a migration that throws[^\n]*a room could not be restored: it is set aside/);
    assert.deepEqual(
      (await host.store.unfinished()).map(({ roomId }) => roomId),
      [ada.roomId],
    );
    const kept = parseSegments(await host.store.read(unlucky.roomId));
    assert.deepEqual([kept.header!.version, kept.damage], [1, []]);
    assert.equal((await page.resume(Saga2))!.sessionId, ada.sessionId);
    close(ada);
    close(unlucky);
  });

  it("[RS14] a match of a version `migrate` has no entry for is set aside, and it is said what is missing", async () => {
    const ada = await tab().create(Saga1, { name: "Ada" });
    await deploy(second({}));
    assert.match(
      host.logText(),
      /was played by version 1 of \\"saga\\": here is version 2, and `migrate` has no way from version 1/,
    );
    assert.deepEqual(await host.store.unfinished(), []);
    assert.deepEqual(await host.store.list(), [ada.roomId]);
    close(ada);
  });

  it("[RS12] from version 1 to version 3 it is one step, and what is written then is of version 3", async () => {
    const page = tab();
    const ada = await page.create(Saga1, { name: "Ada" });
    await ada.command("add", { n: 1 });
    const third = () =>
      defineHost({ rooms: { saga: { type: Saga3, room: SagaRoom2, migrate: sagaMigrations } }, store: store() });
    await deploy(third());
    await until("the old page to be told", () => isOver(ada));
    const ada2 = (await page.resume(Saga3))!;
    assert.deepEqual(await ada2.command("add", { n: 2 }), { count: 2, times: 1 });
    const { header, records } = parseSegments(await host.store.read(ada.roomId));
    assert.equal(header!.version, 3);
    assert.equal(records.filter(({ kind }) => kind === RecordKind.SNAPSHOT).length > 0, true);
    await deploy(third());
    await until(
      "Ada, in the next process",
      () => ada2.connection.state === "CONNECTED" && ada2.state.migratedFrom === 0,
    );
    assert.deepEqual(await ada2.command("add", { n: 3 }), { count: 3, times: 1 });
    await ada2.leave();
  });
});
