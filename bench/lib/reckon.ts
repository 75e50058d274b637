/** What became of everything the players of a room said and were told (test/survival/player.ts), counted. */
import { until } from "../../test/support/until.ts";
import { type Player, tallyOf } from "../../test/survival/player.ts";
import { sum } from "./stats.ts";

/** Longest wait for the last answer and the last event, ms. */
const SETTLED_MS = 30_000;

export interface Reckoning {
  readonly commands: number;
  /** Ended without a result. */
  readonly unanswered: number;
  /** Answered, and the room knows nothing of them. */
  readonly lost: number;
  /** Ran more than once. */
  readonly doubled: number;
  /** Each player has to be told of each command of each. */
  readonly events: number;
  /** Never told, told again, or out of their order. */
  readonly wrongEvents: number;
  /** Players whom the room has not any more, or who are not in it. */
  readonly left: number;
  /** Epochs that went back, and ticks within one. */
  readonly wentBack: number;
}

/** `players`: all of one room. They say nothing more. */
export async function reckon(players: readonly Player[]): Promise<Reckoning> {
  for (const player of players) player.rest();
  const answers = await Promise.all(players.map((player) => Promise.allSettled(player.answers)));
  const results = answers.flat().flatMap((answer) => (answer.status === "fulfilled" ? [answer.value.times] : []));
  const commands = answers.flat().length;
  const isTold = () => players.every((one) => players.every((other) => wrongEvents(one, other) === 0));
  await until("everything to be told", isTold, SETTLED_MS).catch(() => {});
  const tallies = await Promise.all(players.map((player) => tallyOf(player)));
  return {
    commands,
    unanswered: commands - results.length,
    lost: Math.max(0, results.length - sum(tallies.map(({ added }) => added))),
    doubled: sum(results.map((times) => times - 1)) + sum(tallies.map(({ most }) => Math.max(0, most - 1))),
    events: commands * players.length,
    wrongEvents: sum(players.flatMap((one) => players.map((other) => wrongEvents(one, other)))),
    left: players.filter((one) => !players.every(({ room }) => isIn(one, room))).length,
    wentBack: sum(players.map((player) => player.wentBack.length)),
  };
}

export function total(reckonings: readonly Reckoning[]): Reckoning {
  const of = (key: keyof Reckoning) => sum(reckonings.map((one) => one[key]));
  return {
    commands: of("commands"),
    unanswered: of("unanswered"),
    lost: of("lost"),
    doubled: of("doubled"),
    events: of("events"),
    wrongEvents: of("wrongEvents"),
    left: of("left"),
    wentBack: of("wentBack"),
  };
}

/** What `one` was told of `other`, against 1, 2, 3 and so on. */
function wrongEvents(one: Player, other: Player): number {
  const told = one.toldOf(other.sessionId);
  const due = other.answers.length;
  return told.filter((n, place) => n !== place + 1).length + Math.max(0, due - told.length);
}

function isIn({ room, sessionId }: Player, seenBy: Player["room"]): boolean {
  return room.connection.state === "CONNECTED" && room.sessionId === sessionId && seenBy.state.players.has(sessionId);
}
