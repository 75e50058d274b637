/** D1 to D3, D7: what a peer may do to a WebSocket. */
import { LIMITS } from "@ninelives/shared-schema";
import type { Refused } from "../attacks/malformed.ts";
import type { Wordless } from "../attacks/wordless.ts";
import { CASES, type Misfit } from "../conformance/judge.ts";
import { atMost, exactly, type Found, type Row, type Stage, timed } from "../row.ts";
import type { Seen } from "../server.ts";

const TOO_BIG = 1009;
const POLICY = 1008;
/** In a fraction of this whatever is refused is closed. */
const CLOSED_MS_MAX = 2_000;
const DECLARED_MB_MAX = 12;

const ms = ({ code, afterMs }: Refused) => `${code ?? "not closed"} after ${afterMs.toFixed(0)} ms`;

async function oversize(stage: Stage): Promise<Found> {
  const { large, declared } = await stage.attack<{ large: Refused; declared: Refused }>("oversize", {
    bytes: LIMITS.frameBytes + 1,
  });
  const { before, most } = await stage.server.ask<Seen["rssMb"]>("memory");
  return {
    figure: `${ms(large)}; 16 MB announced: ${ms(declared)}`,
    checks: [
      exactly("a message too large is closed with", large.code ?? "nothing", TOO_BIG),
      exactly("one that says it will be", declared.code ?? "nothing", TOO_BIG),
      atMost("memory for what was announced", most - before, DECLARED_MB_MAX, " MB"),
    ],
    figures: { large, declared },
  };
}

async function fragments(stage: Stage): Promise<Found> {
  const { fragments: times } = stage.size;
  const refused = await stage.attack<Refused>("fragments", { times });
  return {
    figure: ms(refused),
    checks: [
      exactly("closed with", refused.code ?? "nothing", POLICY),
      timed(atMost("closed after", refused.afterMs, CLOSED_MS_MAX, " ms")),
    ],
    figures: refused,
  };
}

async function violations(stage: Stage): Promise<Found> {
  const misfits = await stage.attack<Misfit[]>("violations", {});
  const first = misfits[0] === undefined ? "" : `; ${misfits[0].id}, ${misfits[0].does}: ${misfits[0].why}`;
  return {
    figure: `${CASES.length - misfits.length} of ${CASES.length} as they have to be${first}`,
    checks: [exactly("cases that are not as they have to be", misfits.length, 0)],
    figures: { cases: CASES.length, misfits },
  };
}

async function wordless(stage: Stage): Promise<Found> {
  const { isOpened, answers, closedAfterMs } = await stage.attack<Wordless>("wordless", {
    forMs: stage.size.wordlessMs,
  });
  const after = closedAfterMs === undefined ? "not closed" : `closed after ${(closedAfterMs / 1_000).toFixed(1)} s`;
  return {
    figure: isOpened ? `${answers} answers, ${after}` : "not opened",
    checks: [
      atMost("answers", answers, LIMITS.earlyMessages),
      exactly("closed, or not opened", isOpened && closedAfterMs === undefined ? "no" : "yes", "yes"),
    ],
    figures: { isOpened, answers, closedAfterMs },
  };
}

export const TRANSPORT: readonly Row[] = [
  {
    id: "D1",
    attack: "a message that is too large; one that says it has 16 MB",
    rules: "SO3",
    target: "closed with 1009",
    isBrief: true,
    run: oversize,
  },
  {
    id: "D2",
    attack: "a message in parts of nothing that never ends",
    rules: "LIM14",
    target: "closed with 1008",
    isBrief: true,
    run: fragments,
  },
  {
    id: "D3",
    attack: "the protocol of WebSockets broken in every way of the Autobahn list, sections 1 to 7, and kept",
    rules: "ABU3",
    target: `${CASES.length} of ${CASES.length} as they have to be`,
    isBrief: true,
    run: violations,
  },
];

export const WORDLESS: Row = {
  id: "D7",
  attack: "a socket without room and session, which talks",
  rules: "ABU4",
  target: `${LIMITS.earlyMessages} answers at most, then closed`,
  isBrief: true,
  run: wordless,
};
