/** B1 to B3, J2: somebody asks for seats that nobody takes, under one address and under many that are not his. */
import { LIMITS } from "@ninelives/shared-schema";
import { type Outcome, said } from "../attacks/outcome.ts";
import { SMALL } from "../../flood/names.ts";
import { atMost, type Check, exactly, type Found, type Row, type Stage, timed } from "../row.ts";
import type { Counted, Seen } from "../server.ts";

const UNTAKEN = LIMITS.host.untakenSeatsPerAddress;
const REAL_ADDRESS = "127.0.0.2";
/** A seat; too many of this address; too many of all. */
const ANSWERS = ["200", "429", "503"] as const;

async function seats(stage: Stage, how: string, roomType: string, roomsMost: number): Promise<Found> {
  const times = stage.size.requests;
  const startMs = performance.now();
  const outcome = await stage.attack<Outcome>("seats", { how: `${how}/${roomType}`, times });
  const seconds = (performance.now() - startMs) / 1_000;
  const rooms = await stage.server.ask<number>("roomsOf", roomType);
  const { before, most } = await stage.server.ask<Seen["rssMb"]>("memory");
  return {
    figure: `${said(outcome)} in ${seconds.toFixed(1)} s; ${rooms} rooms, ${(most - before).toFixed(0)} MB`,
    checks: [
      promised(outcome, seconds),
      // Seats that run out while a slow machine still asks take their room with them.
      timed(atMost("rooms in the end", rooms, roomsMost)),
      timed(
        exactly(
          "answered neither with a seat nor with when to come again",
          times - ANSWERS.reduce((sum, status) => sum + (outcome[status] ?? 0), 0),
          0,
        ),
      ),
    ],
    figures: { outcome, seconds, rooms },
  };
}

async function forged(stage: Stage): Promise<Found> {
  const times = stage.size.requests;
  const startMs = performance.now();
  const outcome = await stage.attack<Outcome>("forged", { times });
  const seconds = (performance.now() - startMs) / 1_000;
  const { addresses } = await stage.server.ask<Counted>("counted");
  const believed = addresses.filter((address) => address !== REAL_ADDRESS).length;
  return {
    figure: `${said(outcome)}; ${believed} false addresses believed`,
    checks: [
      promised(outcome, seconds),
      exactly("false addresses told to the game", believed, 0),
      exactly("the game was told the real one", addresses.includes(REAL_ADDRESS) ? "yes" : "no", "yes"),
    ],
    figures: { outcome, believed },
  };
}

/** A seat that is not taken runs out; then there is another one. */
function promised(outcome: Outcome, seconds: number): Check {
  const times = Math.ceil((seconds * 1_000) / LIMITS.seatPromisedMs);
  return atMost("seats promised", outcome["200"] ?? 0, times * UNTAKEN);
}

export const SEATS: readonly Row[] = [
  {
    id: "B1",
    attack: "seats of one large room asked for, and never taken",
    rules: "LIM4 LIM5 LIM17",
    target: `${UNTAKEN} of one address at a time`,
    run: (stage) => seats(stage, "joinOrCreate", "wide", 1),
  },
  {
    id: "B2",
    attack: "the same where a room has four seats",
    rules: "LIM4 LIM5 LIM17",
    target: `${UNTAKEN} of one address at a time`,
    run: (stage) => seats(stage, "joinOrCreate", SMALL, UNTAKEN),
  },
  {
    id: "B3",
    attack: "a room of his own asked for, again and again",
    rules: "LIM4 LIM5 LIM17",
    target: `${UNTAKEN} rooms of one address at a time`,
    run: (stage) => seats(stage, "create", SMALL, UNTAKEN),
  },
];

export const FORGED: Row = {
  id: "J2",
  attack: "the same with another false X-Forwarded-For and X-Real-IP in each request",
  rules: "LIM2",
  target: "counts as one address; games are told the real one",
  run: forged,
};
