/** Who asks for a seat right after a process died, and how long the list shows what it had. Ours; three hosts, a new one after each kill. */
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { connect, type Room } from "@ninelives/client";
import { Fleet } from "../../test/survival/fleet.ts";
import { Quick } from "../../test/survival/storm.type.ts";
import { SEATS } from "./rooms.ts";

const CONFIG = join(import.meta.dirname, "../../test/survival/storm.config.ts");
/** Two full rooms and one with seats left, which the next player is due to. */
const PLAYERS = 2 * SEATS + 3;
/** From when a host is up until somebody is killed, ms. */
const REST_MS = 1_500;
const LOOK_MS = 10;
const STALE_MAX_MS = 60_000;

export interface AfterKill {
  /** From the kill until the next player was in, ms; undefined where nobody asked. */
  readonly nextJoinMs: number | undefined;
  /** From the kill until no row named the dead process, ms. */
  readonly staleMs: number;
}

export async function afterKills(
  rounds: number,
  tell: (round: AfterKill, number: number) => void,
): Promise<AfterKill[]> {
  const fleet = await Fleet.start(3, CONFIG);
  const players: Room<typeof Quick>[] = [];
  const enter = async () => {
    const room = await connect(fleet.living().url, { liveness: "game" }).joinOrCreate(Quick, { mode: "any" });
    players.push(room);
    return room;
  };
  try {
    for (let count = 0; count < PLAYERS; count++) await enter();
    const all: AfterKill[] = [];
    for (let number = 1; number <= rounds; number++) {
      await sleep(REST_MS);
      const round = await killOnce(fleet, number % 2 === 1 ? enter : undefined);
      all.push(round);
      tell(round, number);
      await fleet.add();
    }
    return all;
  } finally {
    for (const player of players) void player.leave().catch(() => undefined);
    await fleet.stop();
  }
}

/** Kills whoever has the room with seats left. `enter`: the next player. */
async function killOnce(fleet: Fleet, enter: (() => Promise<unknown>) | undefined): Promise<AfterKill> {
  const open = (await fleet.rooms()).find(({ players }) => players < SEATS) ?? (await fleet.rooms())[0]!;
  const owner = await fleet.owner(open.roomId);
  const { processId } = open;
  const killedMs = performance.now();
  const dying = fleet.kill(owner);
  const entered = enter?.().then(() => performance.now() - killedMs);
  await dying;
  while ((await fleet.rooms()).some((row) => row.processId === processId)) {
    if (performance.now() - killedMs > STALE_MAX_MS) break;
    await sleep(LOOK_MS);
  }
  const staleMs = performance.now() - killedMs;
  return { nextJoinMs: await entered, staleMs };
}
