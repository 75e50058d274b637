/** The owner is killed ten times in a row while everybody plays; then the store's own history and the players' are judged. */
import assert from "node:assert/strict";
import { Fleet } from "./fleet.ts";
import { judgeHistory } from "./history/checker.ts";
import { judge, Player } from "./player.ts";

const KILLS = 10;
const PLAYERS = 4;
/** Between a return and the next kill. */
const TICKS_BETWEEN = 15;
const COMMAND_EVERY_MS = 100;
/** Far more than it takes: on a machine that has other things to do, hosts take many seconds to start. */
const DEADLINE_MS = 60_000;
const TIMEOUT_MS = 240_000;

describe("an owner that is killed ten times in a row", () => {
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

  it("[FLT20] the store's history and the players' agree: one owner an epoch, nothing taken late, lost or run twice", async function () {
    this.timeout(TIMEOUT_MS);
    const ada = await Player.create(fleet.hosts[0]!.url, "Ada");
    const { roomId } = ada.room;
    const others = Array.from({ length: PLAYERS - 1 }, (_, at) =>
      Player.join(fleet.hosts[at % fleet.hosts.length]!.url, roomId, `player ${at}`),
    );
    players = [ada, ...(await Promise.all(others))];
    for (const player of players) player.play(COMMAND_EVERY_MS);
    for (let kill = 1; kill <= KILLS; kill++) {
      await Promise.all(players.map((player) => player.ticks(TICKS_BETWEEN, DEADLINE_MS)));
      await fleet.kill(await fleet.owner(roomId));
      await Promise.all([fleet.add(), ...players.map((player) => player.back(kill, DEADLINE_MS))]);
    }
    await judge(players);
    const { faults, claims, batches } = await judgeHistory(
      fleet.redisDir,
      players.map((player) => player.history()),
    );
    assert.deepEqual(faults, []);
    assert.ok(
      claims > KILLS && batches > KILLS * TICKS_BETWEEN,
      `the whole history: ${claims} claims, ${batches} batches`,
    );
  });
});
