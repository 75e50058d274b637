/**
 * All players of one match, in a process of their own: what the hosts and the bench do on the machine's cores delays them, but no host
 * waits for them, and a pause of this process is measured and told beside what it may have spoiled.
 */
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import type { PlayerHistory } from "../../test/survival/history/player-history.ts";
import { serveControl } from "../lib/control.ts";
import type { Look } from "./field.ts";
import { OurPlayer, type Player, type Return, StockPlayer } from "./players.ts";

export interface Joining {
  readonly side: "ours" | "stock";
  /** Taken in turn. */
  readonly urls: readonly string[];
  readonly count: number;
}

export interface Comeback {
  readonly returns: readonly Return[];
  readonly lost: number;
  /** Commands that were sent once more. */
  readonly resent: number;
  /** The longest that this process did nothing else than one thing, ms. */
  readonly pauseMs: number;
}

/** How things stand once everybody is back and nothing moves. */
export interface Standing {
  /** Players whose state is not the server's. */
  readonly ghosts: number;
  readonly unanswered: number;
  /** Commands that ran twice, that never ran, and that were answered with a fault, since the start. */
  readonly twice: number;
  readonly missing: number;
  readonly refused: readonly string[];
  readonly said: number;
  /** Players who have their session of the start. */
  readonly sessionsKept: number;
}

const JOINS_AT_ONCE = 10;
/** Everybody says so many commands a second, spread evenly. */
const SAYS_HZ = 4;
const TURN_MS = 25;
/** Who is not back, or not answered, by then is lost. */
const LOST_MS = 20_000;
/** For everybody to see the same. */
const SAME_MS = 3_000;
const LOOK_AGAIN_MS = 20;
const PAUSE_RESOLUTION_MS = 5;

/** What is known of a player who does not play any more: everything said is missing. */
const LOST: Look = { last: 0, twice: 0, missing: 0, print: "" };

const players: Player[] = [];
const pauses = monitorEventLoopDelay({ resolution: PAUSE_RESOLUTION_MS });
let talk: NodeJS.Timeout | undefined;
let next = 0;
let backs: Promise<(Return | undefined)[]> = Promise.resolve([]);
let resentBefore = 0;

serveControl(0, {
  async join({ side, urls, count }: Joining): Promise<string> {
    const join = (place: number, roomId?: string) => {
      const url = urls[place % urls.length]!;
      return side === "ours" ? OurPlayer.join(url, roomId) : StockPlayer.join(url, roomId);
    };
    const first = await join(0);
    players.push(first);
    while (players.length < count) {
      const batch = Math.min(JOINS_AT_ONCE, count - players.length);
      const joins = Array.from({ length: batch }, (_, place) => join(players.length + place, first.roomId));
      players.push(...(await Promise.all(joins)));
    }
    return first.roomId;
  },

  talk(): void {
    const beganMs = performance.now();
    let said = 0;
    talk = setInterval(() => {
      const due = ((performance.now() - beganMs) * players.length * SAYS_HZ) / 1_000;
      for (; said < due; said++) players[next++ % players.length]!.say();
    }, TURN_MS);
  },

  /** From now on it is looked who comes back. */
  brace(): void {
    resentBefore = resent();
    backs = Promise.all(players.map((player) => Promise.race([player.back(), sleep(LOST_MS, undefined)])));
    pauses.reset();
    pauses.enable();
  },

  async back(): Promise<Comeback> {
    const all = await backs;
    pauses.disable();
    const returns = all.filter((one) => one !== undefined);
    const pauseMs = pauses.max / 1e6;
    return { returns, lost: all.length - returns.length, resent: resent() - resentBefore, pauseMs };
  },

  /** Ends the talk, brings everything to a standstill, looks, and lets go again. */
  async stand(): Promise<Standing> {
    clearInterval(talk);
    const answers = players.map((player) => Promise.race([player.answered().then(() => true), sleep(LOST_MS)]));
    const unanswered = (await Promise.all(answers)).filter((isAnswered) => isAnswered !== true).length;
    await players[0]!.still(true);
    const ghosts = await ghostsIn();
    const looks = await Promise.all(players.map((player) => player.look().catch(() => LOST)));
    await players[0]!.still(false);
    const total = (of: (place: number) => number) => looks.reduce((sum, _, place) => sum + of(place), 0);
    return {
      ghosts,
      unanswered,
      twice: total((place) => looks[place]!.twice),
      missing: total((place) => looks[place]!.missing + players[place]!.said - looks[place]!.last),
      refused: players.flatMap(({ refused }) => refused),
      said: total((place) => players[place]!.said),
      sessionsKept: players.filter(({ firstSession, sessionId }) => firstSession === sessionId).length,
    };
  },

  histories(): PlayerHistory[] {
    return players.flatMap((player) => player.history() ?? []);
  },
});

function resent(): number {
  return players.reduce((sum, player) => sum + player.resent, 0);
}

/** Players who do not come to see what the server has. */
async function ghostsIn(): Promise<number> {
  const endMs = performance.now() + SAME_MS;
  for (;;) {
    const { print } = await players[0]!.look();
    const others = players.filter((player) => player.print() !== print || player.size() !== players.length);
    if (others.length === 0 || performance.now() > endMs) return others.length;
    await sleep(LOOK_AGAIN_MS);
  }
}
