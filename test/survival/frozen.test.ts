/** The owner stands still, as under a debugger or in a machine that is moved, and wakes when another process has its rooms. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { ROOT } from "../support/main-process.ts";
import { until } from "../support/until.ts";
import { Fleet, type FleetHost } from "./fleet.ts";
import { judge, Player } from "./player.ts";

describe("an owner that is frozen and wakes up", function () {
  this.timeout(60_000);
  let fleet: Fleet;
  let players: Player[];
  beforeEach(async () => {
    players = [];
    fleet = await Fleet.start(3, join(ROOT, "test/survival/doomed.config.ts"));
    const ada = await Player.create(fleet.hosts[0]!.url, "Ada");
    players = [ada, await Player.join(fleet.hosts[1]!.url, ada.room.roomId, "Bob")];
    for (const player of players) player.play();
    await Promise.all(players.map((player) => player.ticks(30)));
  });
  afterEach(async function () {
    for (const player of players) player.rest();
    if (this.currentTest?.state === "failed") process.stdout.write(fleet.said());
    await fleet.stop();
  });

  /** Stands still until its players are elsewhere, then wakes and lets go of the room. */
  async function freeze(owner: FleetHost, restores: number): Promise<void> {
    const epochs = players.map(({ room }) => room.epoch);
    fleet.forget(owner);
    owner.kill("SIGSTOP");
    await Promise.all(players.map((player) => player.back(restores)));
    for (const [at, { room }] of players.entries()) assert.ok(room.epoch > epochs[at]!, "a later owner");
    owner.kill("SIGCONT");
    await until("the woken owner to let go of the room", () => owner.stdout().includes("another process has the room"));
  }

  it("[DET2] has nothing to say any more: one takeover, nobody sees time go back, every command once", async () => {
    const { roomId } = players[0]!.room;
    const owner = await fleet.owner(roomId);
    await freeze(owner, 1);
    const [later] = players.map(({ room }) => room.epoch);
    await Promise.all(players.map((player) => player.ticks(60)));
    for (const { room } of players) assert.deepEqual([room.state.restores, room.epoch], [1, later]);
    assert.notEqual((await fleet.owner(roomId)).pid, owner.pid);
    const asTheWokenSees = (await (await fetch(`${owner.url}/rooms`)).json()) as { roomId: string; pid: number }[];
    assert.deepEqual(
      asTheWokenSees.map((row) => [row.roomId, row.pid === owner.pid]),
      [[roomId, false]],
    );
    await judge(players);
  });

  it("[DET2] takes players and rooms again after it woke", async () => {
    const { roomId } = players[0]!.room;
    const owner = await fleet.owner(roomId);
    await freeze(owner, 1);
    players.push((await Player.join(owner.url, roomId, "Cyd")).play());
    await players[2]!.ticks(30);
    await fleet.kill(await fleet.owner(roomId));
    await Promise.all(players.map((player) => player.back(2)));
    const [ada, bob] = players;
    await judgeLate(ada!, bob!, players[2]!);
  });

  it("[OWN2] is stopped with a record on its way: when it wakes the store refuses it, and its log says so", async () => {
    const [ada, bob] = players as [Player, Player];
    const { roomId } = ada.room;
    const owner = await fleet.owner(roomId);
    void ada.room.command("die", { at: "append", pid: owner.pid, signal: "SIGSTOP" }).catch(() => {});
    fleet.forget(owner);
    await Promise.all(players.map((player) => player.back(1)));
    owner.kill("SIGCONT");
    await until("the refusal", () => owner.stdout().includes("the store refused what was written at this epoch"));
    const cyd = await Player.join(owner.url, roomId, "Cyd");
    await cyd.ticks(30);
    await cyd.room.leave();
    await until("her seat to be free", () => ada.room.state.players.size === 2);
    assert.deepEqual([ada.room.state.restores, bob.room.state.restores], [1, 1]);
    await judge(players);
  });

  /** Who came late was not told what was before. */
  async function judgeLate(...all: readonly Player[]): Promise<void> {
    for (const player of all) player.rest();
    const results = (await Promise.all(all.flatMap(({ answers }) => answers))).map(({ times }) => times);
    assert.deepEqual(new Set(results), new Set([1]));
    await until("all commands", () => all.every(({ room }) => room.state.count === results.length));
  }
});
