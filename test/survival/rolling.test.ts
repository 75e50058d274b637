/** A deploy as an operator makes it: the supervisor replaces its hosts one by one, their rooms go along, and nobody leaves a match. */
import assert from "node:assert/strict";
import { NetError } from "@ninelives/shared-schema";
import { Fleet } from "./fleet.ts";
import { judge, Player } from "./player.ts";
import { Supervised } from "./supervised.ts";

const ROOMS = 6;
const LONGEST_GAP_MS = 8_000;

describe("hosts that are replaced one after the other", () => {
  let supervised: Supervised;
  let players: Player[];
  beforeEach(async () => {
    players = [];
    supervised = await Supervised.start(3);
  });
  afterEach(async function () {
    for (const player of players) player.rest();
    if (this.currentTest?.state === "failed") process.stdout.write(supervised.said());
    await supervised.stop();
  });

  it("[DRN1] [DRN2] [DRN3] hand every room over once: nobody leaves, every command once, and players hardly wait", async function () {
    this.timeout(60_000);
    const { url } = supervised;
    const first = await Promise.all(Array.from({ length: ROOMS }, (_, at) => Player.create(url, `first ${at}`)));
    const second = first.map(({ room }, at) => Player.join(url, room.roomId, `second ${at}`));
    players = [...first, ...(await Promise.all(second))];
    for (const player of players) player.play(200);
    await Promise.all(players.map((player) => player.ticks(30)));
    for (const player of players) player.longestGapMs = 0;
    await supervised.roll();
    await Promise.all(players.map((player) => player.back(1)));
    await Promise.all(players.map((player) => player.ticks(30)));
    assert.deepEqual(
      first.map(({ room }) => room.state.restores),
      first.map(() => 1),
      "moves of each room",
    );
    const gaps = players.map(({ longestGapMs }) => Math.round(longestGapMs));
    assert.ok(Math.max(...gaps) <= LONGEST_GAP_MS, `gaps in ms: ${gaps.join(", ")}`);
    for (const { room } of first) await judge(players.filter((player) => player.room.roomId === room.roomId));
    assert.doesNotMatch(supervised.said(), /"player left"|another process died/);
  });
});

describe("a process that goes away while rooms are made", () => {
  let fleet: Fleet;
  const players: Player[] = [];
  before(async () => (fleet = await Fleet.start(2)));
  after(() => fleet.stop());
  afterEach(function () {
    for (const player of players) player.rest();
    if (this.currentTest?.state === "failed") process.stdout.write(fleet.said());
  });

  it("[DRN4] [DRN5] each of them lives on, whoever was asked for it, and nobody takes the process for dead", async function () {
    this.timeout(60_000);
    const [going, staying] = fleet.hosts;
    const create = async (url: string) => {
      try {
        players.push((await Player.create(url, "Ada")).play(100));
      } catch (error) {
        assert.ok(error instanceof NetError, String(error));
      }
    };
    for (let at = 0; at < 6; at++) await create(going!.url);
    let isGone = false;
    const gone = going!.exited().then((code) => {
      isGone = true;
      assert.equal(code, 0);
    });
    going!.kill("SIGTERM");
    while (!isGone) await Promise.all([create(going!.url), create(staying!.url)]);
    await gone;
    fleet.forget(going!);
    await Promise.all(players.map((player) => player.ticks(30, 20_000)));
    for (const player of players) await judge([player]);
    const rooms = await fleet.rooms();
    assert.deepEqual(new Set(rooms.map(({ pid }) => pid)), new Set([staying!.pid]));
    const listed = new Set(rooms.map(({ roomId }) => roomId));
    const missing = players.filter(({ room }) => !listed.has(room.roomId));
    assert.deepEqual(missing, [], "rooms that are not listed; of a join that was refused there may be one more");
    assert.doesNotMatch(staying!.stdout(), /another process died/);
  });
});
