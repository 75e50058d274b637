/** What the queue bench says of what it saw. */
import { exactly, type Findings } from "../lib/bench.ts";
import { percentile } from "../lib/stats.ts";
import type { Outcome } from "./crowd.ts";
import { IN_A_MATCH, TEAM } from "./ranked.ts";

export interface Simulated {
  readonly matches: number;
  readonly left: number;
  readonly twice: number;
  readonly waitMs: { readonly p50: number; readonly p95: number };
}

export interface Looks {
  readonly waiting: number;
  readonly matchedMs: number;
  readonly inVainMs: number;
}

interface Size {
  readonly players: number;
  readonly perSecond: number;
  readonly killEveryMs: number;
  readonly tickets: number;
}

export function queueFindings(
  { players, perSecond, killEveryMs, tickets }: Size,
  simulated: Simulated,
  looks: readonly Looks[],
  outcomes: readonly Outcome[],
  kills: number,
): Findings {
  const matched = outcomes.filter(({ roomId }) => roomId !== undefined);
  const rooms = Map.groupBy(matched, ({ roomId }) => roomId);
  const notFull = [...rooms.values()].filter(({ length }) => length !== IN_A_MATCH).length;
  const unevenTeams = [...rooms.values()].filter((members) =>
    [...Map.groupBy(members, ({ team }) => team).values()].some(({ length }) => length !== TEAM),
  ).length;
  const parties = Map.groupBy(outcomes, ({ party }) => party);
  const split = [...parties].filter(
    ([party, friends]) =>
      party !== undefined && new Set(friends.map(({ roomId, team }) => `${roomId} ${team}`)).size > 1,
  ).length;
  const waits = matched.map(({ waitMs }) => waitMs!);
  const seconds = (ms: number) => (ms / 1000).toFixed(1);
  const spreads = [...rooms.values()].map((members) => {
    const skills = members.map(({ skill }) => skill);
    return Math.max(...skills) - Math.min(...skills);
  });
  return {
    method: [
      `${players} players of ours, ${perSecond} a second, come to a queue at three hosts that share one Redis: skill from 0 to 1,800, one in ten with a friend, matches of two teams of three. Every ${killEveryMs / 1000} s the process that has the queue gets SIGKILL, and another host is started. A player of whom the killed host was asked asks the next one, under the same key; who is in a match leaves it 2 s after all are in.`,
      `Simulated: ${tickets} tickets, 5 a second, one in five a party of two, looked at every 250 ms.`,
      "A look: one call of `findMatches`, median; in vain: nobody of those who wait fits anybody.",
    ],
    tables: [
      {
        title: "Killed again and again",
        columns: [
          "players",
          "kills",
          "matches",
          "lost",
          "rooms not full",
          "wait p50, s",
          "p95",
          "most",
          "skill apart, p50",
          "p95",
        ],
        rows: [
          [
            String(outcomes.length),
            String(kills),
            String(rooms.size),
            String(outcomes.length - matched.length),
            String(notFull),
            ...[50, 95, 100].map((percent) => seconds(percentile(waits, percent))),
            ...[50, 95].map((percent) => percentile(spreads, percent).toFixed(0)),
          ],
        ],
      },
      {
        title: "Simulated",
        columns: ["tickets", "matches", "left", "twice", "wait p50, s", "p95"],
        rows: [
          [
            String(tickets),
            String(simulated.matches),
            String(simulated.left),
            String(simulated.twice),
            seconds(simulated.waitMs.p50),
            seconds(simulated.waitMs.p95),
          ],
        ],
      },
      {
        title: "A look",
        columns: ["tickets that wait", "ms, matches are found", "ms, in vain"],
        rows: looks.map(({ waiting, matchedMs, inVainMs }) => [
          String(waiting),
          matchedMs.toFixed(1),
          inVainMs.toFixed(1),
        ]),
      },
    ],
    reading:
      "A look is made four times a second, and less often when it takes long: ten times as long as it took is left to everything else.",
    targets: [
      exactly("players lost", outcomes.length - matched.length, 0),
      exactly("rooms that are not full, or have a player too many", notFull, 0),
      exactly("uneven teams", unevenTeams, 0),
      exactly("parties apart", split, 0),
      exactly("simulated tickets matched twice", simulated.twice, 0),
    ],
    figures: {
      kills,
      outcomes: outcomes.length,
      errors: outcomes.flatMap(({ error }) => error ?? []),
      simulated,
      looks,
      waits,
      spreads,
    },
  };
}
