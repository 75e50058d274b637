/** Redis loses the power, and with it what it wrote in its last second: what players were told stays true all the same. */
import assert from "node:assert/strict";
import { until } from "../support/until.ts";
import { Fleet } from "./fleet.ts";
import { Player, tallyOf } from "./player.ts";
import { Power } from "./power.ts";

const ROUNDS = 2;
const LOST_MS = 1_000;
const BACK_MS = 20_000;

describe("a Redis that loses its last second", function () {
  this.timeout(90_000);
  let fleet: Fleet;
  let power: Power;
  let players: Player[];
  beforeEach(async () => {
    players = [];
    fleet = await Fleet.start(1 + ROUNDS, undefined, "everysec");
    power = new Power(fleet, LOST_MS);
    const ada = await Player.create(fleet.hosts[0]!.url, "Ada");
    players = [ada, await Player.join(fleet.hosts[1]!.url, ada.room.roomId, "Bob")];
    for (const player of players) player.play();
  });
  afterEach(async function () {
    for (const player of players) player.rest();
    power.stop();
    if (this.currentTest?.state === "failed") process.stdout.write(fleet.said());
    await fleet.stop();
  });

  /** Players who have been there for longer than what is lost. Then everything said before is answered, and the room goes on. */
  async function lose(alongside?: () => Promise<void>): Promise<void> {
    const answered = (fromMs: number) => players.map((player) => player.answeredSince(fromMs));
    await until("answers that are older", () => {
      const late = answered(performance.now() - LOST_MS);
      return answered(0).every((count, at) => count > late[at]!);
    });
    await power.canLose();
    const forgotten = answered(performance.now() - LOST_MS);
    const said = players.map(({ answers }) => answers.at(-1)!);
    const bytes = await power.loss(alongside);
    assert.ok(
      bytes > 0 && forgotten.every((count) => count > 0),
      `lost by Redis: ${bytes} bytes, ${forgotten.join(", ")}`,
    );
    await Promise.all(said);
    await Promise.all(players.map((player) => player.ticks(30, BACK_MS)));
  }

  async function judgeCommands(): Promise<void> {
    for (const player of players) player.rest();
    for (const player of players) {
      const { room, answers, wentBack } = player;
      assert.deepEqual(new Set((await Promise.all(answers)).map(({ times }) => times)), new Set([1]));
      assert.deepEqual(await tallyOf(player), { added: answers.length, most: 1 }, "each command once");
      assert.deepEqual([room.sessionId, wentBack], [player.sessionId, []]);
    }
  }

  it("[FLT30] the owner lives: nothing is lost, nothing is done twice, and it stays the owner", async () => {
    const { epoch } = players[0]!.room;
    for (let round = 1; round <= ROUNDS; round++) await lose();
    await judgeCommands();
    assert.deepEqual(
      players.map(({ room }) => [room.epoch, room.state.restores]),
      players.map(() => [epoch, 0]),
    );
  });

  it("[FLT31] the owner dies in the same moment: players say again what the next one has not, nothing is done twice", async () => {
    for (let round = 1; round <= ROUNDS; round++) {
      const { roomId, epoch } = players[0]!.room;
      const owner = await fleet.owner(roomId);
      await lose(() => fleet.kill(owner));
      for (const { room } of players) assert.ok(room.epoch > epoch, "a later owner");
    }
    await judgeCommands();
  });
});
