/** What takeovers cost: the time until the last of many rooms is back, and what a host that makes them over and over holds on to. */
import { atMost, type Bench, type BenchOptions, exactly, type Findings } from "../lib/bench.ts";
import { total } from "../lib/reckon.ts";
import { percentile, slope } from "../lib/stats.ts";
import { type Burst, burst, COMMAND_MS, PLAYERS } from "./burst.ts";
import { type Memory, survive } from "./survivor.ts";

const FULL = { bursts: 3, rooms: 50, rounds: 20, roomsEach: 10 };
const QUICK = { bursts: 1, rooms: 10, rounds: 4, roomsEach: 5 };
/** Samples before this many takeovers are not counted: code is compiled, pools fill. */
const WARM_SHARE = 0.25;
/** Fewer say nothing of what lasts. */
const LASTING = 100;
const KB = 1024;
const MB = 1024 * 1024;
const HEAP_KB_MAX = 5;
const RSS_MB_MAX = 10;

export const takeovers: Bench = { name: "takeovers", title: "Many rooms at once, and takeovers without end", run };

async function run({ quick, tell }: BenchOptions): Promise<Findings> {
  const size = quick ? QUICK : FULL;
  const bursts: Burst[] = [];
  for (let at = 1; at <= size.bursts; at++) {
    const one = await burst(size.rooms);
    bursts.push(one);
    const lastMs = Math.max(...one.backMs).toFixed(0);
    tell(`takeovers: burst ${at} of ${size.bursts}: the last of ${size.rooms} rooms was back after ${lastMs} ms`);
  }
  const say = ({ takeovers: done, heapUsed, rss }: Memory) =>
    tell(`takeovers: after ${done}: heap ${(heapUsed / KB).toFixed(0)} kB, RSS ${(rss / MB).toFixed(1)} MB`);
  const samples = await survive({ rounds: size.rounds, roomsEach: size.roomsEach, tell: say });
  return findings(size, bursts, samples);
}

function findings(size: typeof FULL, bursts: readonly Burst[], samples: readonly Memory[]): Findings {
  const all = total(bursts.map(({ reckoning }) => reckoning));
  const wrong = all.unanswered + all.lost + all.doubled + all.wrongEvents + all.wentBack;
  const done = samples.at(-1)!.takeovers;
  const warm = samples.filter((sample) => sample.takeovers >= done * WARM_SHARE);
  const heapKb = slope(warm.map(({ takeovers: x, heapUsed }) => [x, heapUsed / KB]));
  const rssMb = (warm.at(-1)!.rss - warm[0]!.rss) / MB;
  const shown = samples.filter((_, at) => at % Math.ceil(samples.length / 10) === 0 || at === samples.length - 1);
  return {
    method: [
      `Bursts: three processes and a Redis. One has ${size.rooms} rooms at 30 Hz with ${PLAYERS} players each, all with our client, each saying a command every ${COMMAND_MS} ms; a room's state has 600 things in it. That process is killed with SIGKILL. A room is back when both players saw its first patch from the next owner. ${size.bursts} times, each with fresh processes.`,
      `Memory: one process stays and has ${2 * size.roomsEach} rooms of its own. Beside it another one is started, gets ${size.roomsEach} new rooms of two players, and is killed; the first one takes them, commands are answered before and after, the players leave, the rooms end. ${size.rounds} rounds, ${done} takeovers. After each round the survivor collects garbage three times and says what it holds.`,
      `The heap's slope and the growth of RSS are over the samples from ${Math.round(done * WARM_SHARE)} takeovers on (least squares; last against first): before, code is compiled and pools fill.`,
    ],
    tables: [
      {
        title: "Bursts: from the kill until a room is back, ms",
        columns: ["burst", "first", "p50", "p90", "last"],
        rows: bursts.map(({ backMs }, at) => [
          String(at + 1),
          ...[0, 50, 90, 100].map((percent) => percentile(backMs, percent).toFixed(0)),
        ]),
      },
      {
        title: "Memory of the survivor",
        columns: ["takeovers", "heap, kB", "external, kB", "RSS, MB"],
        rows: shown.map(({ takeovers: count, heapUsed, external, rss }) => [
          String(count),
          (heapUsed / KB).toFixed(0),
          (external / KB).toFixed(0),
          (rss / MB).toFixed(1),
        ]),
      },
    ],
    reading: `The heap moves by ${heapKb.toFixed(1)} kB a takeover over the warm samples, RSS by ${rssMb.toFixed(1)} MB in all. Restores run a few at a time in each survivor, those with the most players first; the first number is how soon a death is noticed.`,
    targets: [
      exactly("sessions lost", all.left, 0),
      exactly("commands and events lost, doubled or out of order", wrong, 0),
      ...(done < LASTING
        ? []
        : [
            atMost("slope of the heap, a takeover", heapKb, HEAP_KB_MAX, 1, " kB"),
            atMost("growth of RSS", rssMb, RSS_MB_MAX, 1, " MB"),
          ]),
    ],
    figures: { size, bursts, samples, heapKbPerTakeover: heapKb, rssMb },
  };
}
