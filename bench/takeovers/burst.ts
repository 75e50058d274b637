/** Many rooms on one process that is killed: how long until each of them is back with its players. */
import { setTimeout as sleep } from "node:timers/promises";
import { until } from "../../test/support/until.ts";
import { Fleet } from "../../test/survival/fleet.ts";
import { Player } from "../../test/survival/player.ts";
import { type Reckoning, reckon, total } from "../lib/reckon.ts";
import { CONFIG, GROWN_MS } from "./world.ts";

export const PLAYERS = 2;
/** Each player says one command so often, ms. */
export const COMMAND_MS = 500;
/** From the last join to the kill, ms: as long as a match that has found its rhythm. */
const SETTLE_MS = 3_000;
const BACK_MS = 60_000;

export interface Burst {
  /** Of each room, from the kill: when the last of its players saw it go on. */
  readonly backMs: readonly number[];
  readonly reckoning: Reckoning;
}

/** One fresh fleet: `rooms` on its first host, and two more hosts to take them. */
export async function burst(rooms: number): Promise<Burst> {
  const fleet = await Fleet.start(1, CONFIG);
  try {
    const [owner] = fleet.hosts;
    const matches: Player[][] = [];
    for (let at = 0; at < rooms; at++) {
      const first = await Player.create(owner!.url, "first");
      matches.push([first, await Player.join(owner!.url, first.room.roomId, "second")]);
    }
    await Promise.all([fleet.add(), fleet.add()]);
    for (const player of matches.flat()) player.play(COMMAND_MS);
    await sleep(GROWN_MS + SETTLE_MS);
    const killedMs = performance.now();
    const back = matches.map((players) => Promise.all(players.map((player) => backAgain(player))));
    await fleet.kill(owner!);
    await until("every room to be back", () => matches.flat().every((player) => isBack(player)), BACK_MS);
    const backMs = (await Promise.all(back)).map((players) => Math.max(...players) - killedMs);
    return { backMs, reckoning: total(await Promise.all(matches.map((players) => reckon(players)))) };
  } finally {
    await fleet.stop();
  }
}

function isBack({ room }: Player): boolean {
  return room.state.restores === 1 && room.connection.state === "CONNECTED";
}

/** Resolves with when it saw its room go on at the next owner. */
function backAgain(player: Player): Promise<number> {
  return new Promise((resolve) => {
    const stop = player.room.onPatch(() => {
      if (!isBack(player)) return;
      stop();
      resolve(performance.now());
    });
  });
}
