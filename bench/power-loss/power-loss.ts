/** Redis loses the power and its last second with it, under players who were told that what they did is done. */
import { setTimeout as sleep } from "node:timers/promises";
import { Fleet } from "../../test/survival/fleet.ts";
import { Player, tallyOf } from "../../test/survival/player.ts";
import { Power } from "../../test/survival/power.ts";
import { type Bench, type BenchOptions, exactly, type Findings } from "../lib/bench.ts";
import { percentile, sum } from "../lib/stats.ts";

const HOSTS = 3;
const LOST_MS = 1_000;
const FULL = { rounds: 20, players: 8 };
const QUICK = { rounds: 3, players: 4 };
/** Each player says one command so often, ms. */
const COMMAND_MS = 50;
/** Between two rounds, ms: more than what is lost of each, and the hosts are grown. */
const SETTLE_MS = 3_000;
const ANSWERED_MS = 60_000;

/** `alive`: all hosts live on. `killed`: the one that has the room ends in the same moment. */
const SERIES = ["alive", "killed"] as const;
type Series = (typeof SERIES)[number];

interface Round {
  readonly lostBytes: number;
  /** Answered within the second that Redis lost. */
  readonly forgotten: number;
  /** From the moment the power went until everything said before was answered and the room went on for everybody, ms. */
  readonly backMs: number;
}

interface Played {
  readonly series: Series;
  readonly rounds: readonly Round[];
  readonly commands: number;
  readonly rejected: number;
  /** Acknowledged, and not in the room at the end. */
  readonly lost: number;
  readonly doubled: number;
  readonly wentBack: number;
  /** Times a player was told that events could not be repeated. */
  readonly gaps: number;
}

export const powerLoss: Bench = { name: "power-loss", title: "What is lost with Redis's last second", run };

async function run({ quick, tell }: BenchOptions): Promise<Findings> {
  const size = quick ? QUICK : FULL;
  const played: Played[] = [];
  for (const series of SERIES) played.push(await play(series, size, tell));
  return findings(size, played);
}

async function play(series: Series, size: typeof FULL, tell: BenchOptions["tell"]): Promise<Played> {
  const fleet = await Fleet.start(HOSTS, undefined, "everysec");
  const power = new Power(fleet, LOST_MS);
  try {
    const first = await Player.create(fleet.hosts[0]!.url, "first");
    const { roomId } = first.room;
    const url = (at: number) => fleet.hosts[at % HOSTS]!.url;
    const others = Array.from({ length: size.players - 1 }, (_, at) => Player.join(url(at), roomId, "other"));
    const players = [first, ...(await Promise.all(others))];
    let gaps = 0;
    for (const { room } of players) room.on("gap", () => gaps++);
    for (const player of players) player.play(COMMAND_MS);
    const rounds: Round[] = [];
    for (let at = 1; at <= size.rounds; at++) {
      await sleep(SETTLE_MS);
      const round = await strike(series, fleet, power, players);
      rounds.push(round);
      tell(
        `power-loss: ${series}, round ${at} of ${size.rounds}: ${round.lostBytes} bytes and ${round.forgotten} answered commands lost by Redis, all well after ${round.backMs.toFixed(0)} ms`,
      );
    }
    for (const player of players) player.rest();
    const answers = await Promise.all(players.map((player) => Promise.allSettled(player.answers)));
    const acked = answers.map((own) => own.filter(({ status }) => status === "fulfilled").length);
    const tallies = await Promise.all(players.map((player) => tallyOf(player)));
    const commands = sum(answers.map(({ length }) => length));
    return {
      series,
      rounds,
      commands,
      rejected: commands - sum(acked),
      lost: sum(tallies.map(({ added }, at) => Math.max(0, acked[at]! - added))),
      doubled: sum(tallies.map(({ most }) => Math.max(0, most - 1))),
      wentBack: sum(players.map((player) => player.wentBack.length)),
      gaps,
    };
  } finally {
    power.stop();
    await fleet.stop();
  }
}

async function strike(series: Series, fleet: Fleet, power: Power, players: readonly Player[]): Promise<Round> {
  const owner = await fleet.owner(players[0]!.room.roomId);
  await power.canLose();
  const startedMs = performance.now();
  const forgotten = sum(players.map((player) => player.answeredSince(startedMs - LOST_MS)));
  const said = players.map(({ answers }) => answers.at(-1)!);
  const lostBytes = await power.loss(series === "killed" ? () => fleet.kill(owner) : undefined);
  await Promise.all(said);
  await Promise.all(players.map((player) => player.ticks(1, ANSWERED_MS)));
  const backMs = performance.now() - startedMs;
  if (series === "killed") await fleet.add(new URL(owner.url).port);
  return { lostBytes, forgotten, backMs };
}

function findings(size: typeof FULL, played: readonly Played[]): Findings {
  const all = (key: "rejected" | "lost" | "doubled" | "wentBack") => sum(played.map((one) => one[key]));
  const back = ({ rounds }: Played, percent: number) =>
    percentile(
      rounds.map(({ backMs }) => backMs),
      percent,
    ).toFixed(0);
  return {
    method: [
      `${HOSTS} hosts and a Redis with \`appendfsync everysec\`; one room at 30 Hz, ${size.players} players with our client, each says a command every ${COMMAND_MS} ms, all the time.`,
      `Power loss is emulated: Redis is killed with SIGKILL, its append-only file is cut to the size it had ${LOST_MS} ms before, Redis is started again. ${size.rounds} times in each of two series: in one all hosts live on, in the other the host that has the room is killed in the same moment, so that what Redis lost is nowhere but with the players.`,
      "At the end the room is asked for each player how many different commands of theirs it has, and how often the one that it ran most. Acknowledged are those that were answered; a lost one is acknowledged and not in the room.",
    ],
    tables: [
      {
        title: "Series",
        columns: [
          "owner",
          "rounds",
          "commands",
          "answered in a lost second",
          "lost",
          "doubled",
          "well after, ms: p50",
          "most",
          "gaps told",
        ],
        rows: played.map((one) => [
          one.series,
          String(one.rounds.length),
          String(one.commands),
          String(sum(one.rounds.map(({ forgotten }) => forgotten))),
          String(one.lost),
          String(one.doubled),
          back(one, 50),
          back(one, 100),
          String(one.gaps),
        ]),
      },
    ],
    reading:
      "An owner that lives writes a fresh snapshot when it finds that the store went back. When it is gone too, the next owner goes on from what the store has, and the players, who keep answered commands for six seconds, say what it has not. The events of that second are told again under new numbers; players are told of the gap first. Time until all is well holds the restart of Redis, and for a killed owner the wait of one lease, in which nobody who could not reach Redis is taken for dead.",
    targets: [
      exactly("acknowledged commands lost", all("lost"), 0),
      exactly("commands run twice", all("doubled"), 0),
      exactly("commands that ended without an answer", all("rejected"), 0),
      exactly("epochs that went back, and ticks within one", all("wentBack"), 0),
    ],
    figures: { size, played },
  };
}
