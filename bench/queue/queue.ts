/** How players are brought together while the process that does it is killed again and again; and how much a queue can look at. */
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  findMatches,
  matchRules,
  Random,
  seedWords,
  simulateQueue,
  type Ticket,
  ticketShape,
} from "@ninelives/shared-schema";
import { Fleet } from "../../test/survival/fleet.ts";
import type { Bench, BenchOptions, Findings } from "../lib/bench.ts";
import { median } from "../lib/stats.ts";
import { Crowd } from "./crowd.ts";
import { type Looks, queueFindings, type Simulated } from "./findings.ts";

const CONFIG = join(import.meta.dirname, "config.ts");
const FULL = { players: 900, perSecond: 30, killEveryMs: 5_000, tickets: 10_000, looks: 20 };
const QUICK = { players: 120, perSecond: 30, killEveryMs: 2_500, tickets: 2_000, looks: 5 };
const CROWDS = [100, 500, 2_000];

export const queue: Bench = {
  name: "queue",
  title: "How players are brought together while the queue's process is killed",
  run,
};

async function run({ quick, tell }: BenchOptions): Promise<Findings> {
  const size = quick ? QUICK : FULL;
  const simulated = simulate(size.tickets);
  tell(
    `queue: ${simulated.matches} matches of ${size.tickets} tickets, p95 wait ${(simulated.waitMs.p95 / 1000).toFixed(1)} s`,
  );
  const looks = CROWDS.map((waiting) => look(waiting, size.looks));
  const fleet = await Fleet.start(3, CONFIG);
  try {
    const crowd = new Crowd({ ...size, urls: () => fleet.hosts.map(({ url }) => url) });
    let isDone = false;
    const playing = crowd.run().finally(() => (isDone = true));
    let kills = 0;
    for (;;) {
      await Promise.race([playing, sleep(size.killEveryMs)]);
      if (isDone) break;
      if (await killOwner(fleet, crowd.queueId)) {
        kills++;
        tell(`queue: kill ${kills}, ${crowd.matched} of ${crowd.outcomes.length} in matches`);
        await fleet.add();
      }
    }
    await playing;
    return queueFindings(size, simulated, looks, crowd.outcomes, kills);
  } finally {
    await fleet.stop();
  }
}

/** false: there is no queue now, or it is on its way already. */
async function killOwner(fleet: Fleet, roomId: string | undefined): Promise<boolean> {
  if (roomId === undefined) return false;
  const answer = await fetch(`${fleet.living().url}/dev/rooms/${roomId}`);
  const { pid } = (await answer.json()) as { pid?: number };
  const owner = fleet.hosts.find((host) => host.pid === pid);
  if (owner !== undefined) await fleet.kill(owner);
  return owner !== undefined;
}

const rules = matchRules.parse({ teams: 2, size: 3, skill: { window: 100, widenPerSecond: 10, max: 1_000 } });

function crowdOf(count: number, perSecond: number): Ticket[] {
  const random = new Random(seedWords(3));
  return Array.from({ length: count }, (_, at) => {
    const skill = Math.round((random.range(0, 1) + random.range(0, 1) + random.range(0, 1)) * 600);
    return ticketShape.parse({
      id: `t${at}`,
      sinceMs: Math.round((at * 1_000) / perSecond),
      players: random.range(0, 1) < 0.8 ? 1 : 2,
      skill,
    });
  });
}

function simulate(tickets: number): Simulated {
  const { matches, left } = simulateQueue(crowdOf(tickets, 5), rules, { everyMs: 250, tailMs: 300_000 });
  const waits = matches.flatMap(({ atMs, teams }) => teams.flat().map(({ sinceMs }) => atMs - sinceMs));
  const seen = matches.flatMap(({ teams }) => teams.flat().map(({ id }) => id));
  const sorted = waits.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.ceil(share * sorted.length) - 1]!;
  return {
    matches: matches.length,
    left: left.length,
    twice: seen.length - new Set(seen).size,
    waitMs: { p50: at(0.5), p95: at(0.95) },
  };
}

/** Nobody of them fits anybody: everybody is looked at, in vain. */
function look(waiting: number, times: number): Looks {
  const apart = crowdOf(waiting, 1_000).map((ticket, at) => ({ ...ticket, skill: at * 40, sinceMs: 0 }));
  const crowd = crowdOf(waiting, 1_000);
  const timed = (tickets: readonly Ticket[]) =>
    median(
      Array.from({ length: times }, () => {
        const startedMs = performance.now();
        findMatches(tickets, rules, 1_000);
        return performance.now() - startedMs;
      }),
    );
  return { waiting, matchedMs: timed(crowd), inVainMs: timed(apart) };
}
