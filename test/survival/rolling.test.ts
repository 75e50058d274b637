/** A deploy by hand: each process is asked to go, its rooms go to another one, and nobody leaves a match. */
import assert from "node:assert/strict";
import { until } from "../support/until.ts";
import { Fleet } from "./fleet.ts";
import { judge, Player } from "./player.ts";

const LONGEST_GAP_MS = 3_000;

describe("hosts that are replaced one after the other", () => {
  let fleet: Fleet;
  let players: Player[];
  beforeEach(async () => {
    players = [];
    fleet = await Fleet.start(3);
  });
  afterEach(async function () {
    for (const player of players) player.rest();
    if (this.currentTest?.state === "failed") process.stdout.write(fleet.said());
    await fleet.stop();
  });

  it("[DRN1] hand every room over: nobody leaves, every command once, and players hardly wait", async () => {
    const first = await Promise.all(fleet.hosts.map(({ url }, at) => Player.create(url, `first ${at}`)));
    const second = first.map(({ room }, at) => Player.join(fleet.hosts[at]!.url, room.roomId, `second ${at}`));
    players = [...first, ...(await Promise.all(second))];
    for (const player of players) player.play();
    await Promise.all(players.map((player) => player.ticks(30)));
    for (const player of players) player.longestGapMs = 0;
    for (const host of fleet.hosts.slice()) {
      await fleet.add();
      const had = (await fleet.rooms()).filter(({ pid }) => pid === host.pid).map(({ roomId }) => roomId);
      fleet.forget(host);
      host.kill("SIGTERM");
      assert.equal(await host.exited(), 0);
      await until("its rooms to be elsewhere", async () => {
        const living = new Set(fleet.hosts.map(({ pid }) => pid));
        const rows = await fleet.rooms();
        return had.every((roomId) => rows.some((row) => row.roomId === roomId && living.has(row.pid)));
      });
    }
    await Promise.all(players.map((player) => player.back(1)));
    await Promise.all(players.map((player) => player.ticks(30)));
    const gaps = players.map(({ longestGapMs }) => Math.round(longestGapMs));
    assert.ok(Math.max(...gaps) <= LONGEST_GAP_MS, `gaps in ms: ${gaps.join(", ")}`);
    if (process.env.NINELIVES_TEST_GAPS !== undefined) process.stdout.write(`gaps in ms: ${gaps.join(", ")}\n`);
    for (const { room } of first) await judge(players.filter((player) => player.room.roomId === room.roomId));
  });
});
