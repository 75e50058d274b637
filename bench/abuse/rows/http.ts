/** D4 to D6: what comes over HTTP. */
import type { Swallowed } from "../attacks/body.ts";
import type { Outcome } from "../attacks/outcome.ts";
import type { Foreign } from "../attacks/origins.ts";
import { NONE_LEFT, type SlowHttpTest, slowHttpTest } from "../attacks/slowhttptest.ts";
import { SMALL } from "../../flood/names.ts";
import { RawClient } from "../../lib/raw-client.ts";
import { percentile } from "../../lib/stats.ts";
import { atMost, exactly, type Found, type Row, short, type Stage, timed } from "../row.ts";
import type { Seen } from "../server.ts";
import type { Size } from "../sizes.ts";

const MB = 2 ** 20;
const LOOK_MS = 200;
const BODY_MB_MAX = 32;
const JOIN_P99_MS = 20;
const HEADERS_S_MAX = 15;
const SHORT_TIMES = { headersMs: 1_000, requestMs: 2_000, lookMs: 200 };

async function bodies(stage: Stage): Promise<Found> {
  const { bodiesMb } = stage.size;
  const swallowed: Swallowed[] = [];
  for (const mb of bodiesMb) swallowed.push(await stage.attack<Swallowed>("body", { bytes: mb * MB }));
  const { before, most } = await stage.server.ask<Seen["rssMb"]>("memory");
  const figures = bodiesMb.map((mb, at) => `${mb} MB: ${swallowed[at]!.answer}`);
  return {
    figure: `${figures.join(", ")}; ${short(most - before)} MB of memory`,
    checks: [
      exactly(
        "bodies that were taken",
        swallowed.filter(({ answer }) => answer !== "413" && answer !== "closed").length,
        0,
      ),
      timed(atMost("memory", most - before, BODY_MB_MAX, " MB")),
    ],
    figures: { bodiesMb, swallowed, grownMb: most - before },
  };
}

async function foreign(stage: Stage): Promise<Found> {
  const { upgrade, seat, readable, withCredentials } = await stage.attack<Foreign>("foreign", {});
  return {
    figure: `socket ${upgrade}, seat ${seat}; ${readable} of 2 answers it may read, ${withCredentials} with cookies`,
    checks: [
      exactly("a socket", upgrade, 403),
      exactly("a seat", seat, 403),
      exactly("answers that a foreign page may read", readable, 0),
    ],
    figures: { upgrade, seat, readable, withCredentials },
  };
}

async function slowHeaders(stage: Stage): Promise<Found> {
  const { connections, forMs, isShipped, usesTool } = stage.size.slowHeaders;
  const startMs = performance.now();
  const { opened = 0 } = await stage.attack<Outcome>("slow headers", { times: connections });
  const joinsMs: number[] = [];
  let failed = 0;
  let left = connections;
  while (left > 0 && performance.now() - startMs < forMs) {
    const joinedMs = await joinOnce(stage).catch(() => undefined);
    if (joinedMs === undefined) failed++;
    else joinsMs.push(joinedMs);
    await stage.sleep(LOOK_MS);
    left = await stage.attack<number>("still open", {});
  }
  const seconds = (performance.now() - startMs) / 1_000;
  const p99Ms = percentile(joinsMs, 99);
  const held = `${left === 0 ? "none" : left} of ${opened} still held after ${seconds.toFixed(0)} s`;
  const again = usesTool ? await slowHttpTest(stage.port, connections) : undefined;
  return {
    figure: `${held}; a join meanwhile ${p99Ms.toFixed(0)} ms, p99${again === undefined ? "" : `; ${toolSaid(again)}`}`,
    checks: [
      exactly("connections still held", left, 0),
      exactly("joins that failed meanwhile", failed, 0),
      timed(atMost("a join meanwhile, p99", p99Ms, JOIN_P99_MS, " ms")),
      ...(isShipped ? [timed(atMost("the last one is closed after", seconds, HEADERS_S_MAX, " s"))] : []),
      ...(typeof again === "object" ? [exactly("slowhttptest ended with", again.why, NONE_LEFT)] : []),
    ],
    figures: { opened, left, seconds, joinsMs, failed, again },
  };
}

function toolSaid(said: SlowHttpTest | string): string {
  if (typeof said === "string") return said;
  const { why, connected, isAvailable } = said;
  const held = why === NONE_LEFT ? "none held" : `${connected} held`;
  return `slowhttptest: ${held}, the service is ${isAvailable ? "there" : "away"}`;
}

async function joinOnce({ url }: Stage): Promise<number> {
  const startMs = performance.now();
  const client = await RawClient.join(url, SMALL);
  client.leave();
  return performance.now() - startMs;
}

export const HTTP: readonly Row[] = [
  {
    id: "D4",
    attack: "requests for a seat with bodies of many MB",
    rules: "LIM10",
    target: "413, and nothing of it is kept",
    run: bodies,
  },
  {
    id: "D5",
    attack: "the page of somebody else opens a socket and asks for a seat",
    rules: "LIM12",
    target: "403, and no answer it may read",
    isBrief: true,
    run: foreign,
  },
  {
    id: "D6",
    attack: "connections whose headers never end",
    rules: "LIM3 LIM11 LIM17",
    target: "closed in 15 s; who joins waits 20 ms at most",
    server: ({ slowHeaders: { isShipped } }: Size) => ({ httpTimes: isShipped ? undefined : SHORT_TIMES }),
    run: slowHeaders,
  },
];
