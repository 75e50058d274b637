/** A deploy as an operator makes it: the supervisor replaces its hosts one by one, their rooms go along, and nobody leaves a match. */
import assert from "node:assert/strict";
import { judge, Player } from "./player.ts";
import { Supervised } from "./supervised.ts";

const ROOMS = 6;
const LONGEST_GAP_MS = 3_000;

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
