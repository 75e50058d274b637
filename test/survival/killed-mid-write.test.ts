/**
 * kill -9 of an owner in the middle of a write, at every step of it there is (doom.ts), with both stores. One match lives through all of
 * them, one after the other; its players play all the time and are judged at the end.
 */
import { join } from "node:path";
import { ROOT } from "../support/main-process.ts";
import { DOOM_POINTS, type DoomPoint } from "./doom.ts";
import { Fleet } from "./fleet.ts";
import { judge, Player } from "./player.ts";
import { Solo } from "./solo.ts";

const CONFIG = join(ROOT, "test/survival/doomed.config.ts");
const FILE_ONLY: readonly DoomPoint[] = ["shift", "unnamed"];
const WRITES = DOOM_POINTS.slice(0, DOOM_POINTS.indexOf("reserve"));

describe("an owner that is killed in the middle of a write", function () {
  this.timeout(60_000);
  let players: Player[] = [];
  const stops: (() => Promise<void>)[] = [];
  let said = () => "";
  afterEach(async function () {
    for (const player of players) player.rest();
    if (this.currentTest?.state === "failed") process.stdout.write(said());
    for (const stop of stops.splice(0)) await stop();
  });

  async function seat(first: string, second: string): Promise<Player> {
    const ada = await Player.create(first, "Ada");
    players = [ada, await Player.join(second, ada.room.roomId, "Bob")];
    for (const player of players) player.play();
    return ada;
  }

  /** Its answer may be given by a later owner, who lives. */
  const doom = ({ room }: Player, at: DoomPoint, pid: number) => void room.command("die", { at, pid }).catch(() => {});
  const allBack = (restores: number) => Promise.all(players.map((player) => player.back(restores, 15_000)));
  /** Long enough to be told the addresses of processes that are new. */
  const moreTicks = () => Promise.all(players.map((player) => player.ticks(45)));

  it("[FLT3] [FLT4] [FLT5] Redis: in a step, before and after a commit and the begin of a log", async () => {
    const fleet = await Fleet.start(2, CONFIG);
    stops.push(() => fleet.stop());
    said = () => fleet.said();
    const ada = await seat(fleet.hosts[0]!.url, fleet.hosts[1]!.url);
    let restores = 0;
    for (const at of WRITES.filter((point) => !FILE_ONLY.includes(point))) {
      await moreTicks();
      const owner = await fleet.owner(ada.room.roomId);
      doom(ada, at, owner.pid);
      await fleet.died(owner);
      await Promise.all([allBack(++restores), fleet.add()]);
    }
    await judge(players);
  });

  it("[FLT3] [FLT4] [FLT5] files: in a step, before and after a write, and at each step of a new segment", async () => {
    const solo = await Solo.start(CONFIG);
    stops.push(() => solo.stop());
    said = () => solo.said();
    const ada = await seat(solo.url, solo.url);
    let restores = 0;
    for (const at of WRITES) {
      await moreTicks();
      doom(ada, at, solo.host.pid);
      await solo.host.exited();
      solo.begin();
      await allBack(++restores);
    }
    await judge(players);
  });
});
