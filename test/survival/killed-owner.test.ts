/** kill -9 of the process that has the room, at moments that are hit exactly (doom.ts): nobody loses a seat, nothing is taken back. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { NetError } from "@ninelives/shared-schema";
import { ROOT } from "../support/main-process.ts";
import { until } from "../support/until.ts";
import type { DoomPoint } from "./doom.ts";
import { Fleet, type FleetHost } from "./fleet.ts";
import { judge, Player } from "./player.ts";

describe("an owner that is killed at a bad moment", function () {
  this.timeout(60_000);
  let fleet: Fleet;
  let players: Player[] = [];
  before(async () => (fleet = await Fleet.start(3, join(ROOT, "test/survival/doomed.config.ts"))));
  after(() => fleet.stop());
  afterEach(async function () {
    for (const player of players) player.rest();
    if (this.currentTest?.state === "failed") process.stdout.write(fleet.said());
    await Promise.all(players.map(({ room }) => room.leave()));
    while (fleet.hosts.length < 3) await fleet.add();
  });

  const sessions = () =>
    players
      .map(({ sessionId }) => sessionId)
      .sort()
      .join();

  /** Ada, who makes the room, and Bob. */
  async function two(seats = 100): Promise<[Player, Player]> {
    const ada = await Player.create(fleet.hosts[0]!.url, "Ada", { seats });
    const bob = await Player.join(fleet.living().url, ada.room.roomId, "Bob");
    players = [ada, bob];
    await Promise.all(players.map((player) => player.ticks(10)));
    return [ada, bob];
  }

  /** The room's owner ends at the next such point, and the others of the fleet. */
  async function doom({ room }: Player, at: DoomPoint): Promise<FleetHost> {
    const owner = await fleet.owner(room.roomId);
    await room.command("die", { at, pid: owner.pid });
    return owner;
  }

  const allBack = () => Promise.all(players.map((player) => player.back(1)));
  const others = (owner: FleetHost) => fleet.hosts.find((host) => host !== owner)!;

  it("[FLT2] while nobody says anything: the room goes on elsewhere, its seats and its clock as they were", async () => {
    const [ada] = await two();
    const { ticks } = ada.room.state;
    await fleet.kill(await fleet.owner(ada.room.roomId));
    await allBack();
    await Promise.all(players.map((player) => player.ticks(30)));
    assert.ok(ada.room.state.ticks > ticks);
    await judge(players);
  });

  for (const at of ["reserve", "auth", "join", "joined"] as const)
    it(`[FLT6] at a player's join, ${at}: the player is in, or may try again and is in then; no seat is left over`, async () => {
      const [ada, bob] = await two();
      for (const player of players) player.play();
      const owner = await doom(ada, at);
      const { url } = others(owner);
      const cyd = await Player.join(url, ada.room.roomId, "Cyd").catch(async (error: unknown) => {
        assert.ok(error instanceof NetError && error.recoverable, String(error));
        return Player.join(url, ada.room.roomId, "Cyd");
      });
      await fleet.died(owner);
      players.push(cyd);
      await allBack();
      const inRoom = () => [...bob.room.state.players.keys()].sort().join();
      await until("the seats of those who are there, and no other", () => inRoom() === sessions(), 8_000);
      const listed = async () => (await fleet.rooms()).map((row) => row.players).join();
      await until("the list to say so: its row is written after the patch", async () => (await listed()) === "3");
    });

  it("[FLT7] when its players are just coming back: they come back to the next owner", async () => {
    const [ada] = await two();
    for (const player of players) player.play();
    const owner = await doom(ada, "resume");
    for (const player of players) player.goAway();
    for (const player of players) player.comeBack();
    await fleet.died(owner);
    await allBack();
    await judge(players);
  });

  it("[FLT8] with a full room: everybody has the seat again, and no stranger gets in meanwhile or after", async () => {
    const [ada, bob] = await two(2);
    for (const player of players) player.play();
    const owner = await fleet.owner(ada.room.roomId);
    const { url } = others(owner);
    const eve = () =>
      Player.join(url, ada.room.roomId, "Eve").then(
        () => "in",
        (error: NetError) => error.name,
      );
    assert.equal(await eve(), "ROOM_FULL");
    await fleet.kill(owner);
    const meanwhile: string[] = [];
    while (!players.every(({ room }) => room.state.restores === 1)) meanwhile.push(await eve());
    assert.deepEqual(
      meanwhile.filter((told) => told !== "ROOM_FULL"),
      [],
    );
    await allBack();
    assert.equal(await eve(), "ROOM_FULL");
    await judge([ada, bob]);
    await bob.room.leave();
    players = [ada];
    await until("a free seat", async () => (await eve()) === "in");
  });

  it("[FLT9] while players are away: they come back to the next owner, and what they said meanwhile is done once", async () => {
    const [ada, bob] = await two();
    const cyd = await Player.join(fleet.living().url, ada.room.roomId, "Cyd");
    players.push(cyd);
    for (const player of players) player.play();
    await Promise.all(players.map((player) => player.ticks(10)));
    bob.goAway();
    cyd.goAway();
    await until(
      "Ada to see them gone",
      () => [...ada.room.state.players.values()].filter(({ away }) => away).length === 2,
    );
    await fleet.kill(await fleet.owner(ada.room.roomId));
    await ada.back(1);
    bob.comeBack();
    cyd.comeBack();
    await allBack();
    await judge(players);
  });
});
