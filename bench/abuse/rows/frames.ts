/** C1 to C5: what a player who is in sends. */
import { setTimeout as pause } from "node:timers/promises";
import { LIMITS } from "@ninelives/shared-schema";
import { intrude } from "../attacks/intruders.ts";
import type { Killed } from "../attacks/killers.ts";
import type { Outcome } from "../attacks/outcome.ts";
import { newRoom } from "../new-room.ts";
import { endedHow } from "../stage.ts";
import { atMost, exactly, type Found, type Row, short, type Stage } from "../row.ts";
import type { Counted } from "../server.ts";

const SEED = 4;
const ATTACKERS = 4;
const HEAP_MB = 512;
/** One a second of each kind, of which frames like these make a dozen or two; stock writes several for each frame. */
const LINES_A_SECOND = 40;
const HANG_LOOK_MS = 2_000;

/** `roomType`: whose handlers are told. */
async function hostile(stage: Stage, roomType: string, frames: number): Promise<Found> {
  const roomId = await newRoom(stage.url, roomType);
  const linesBefore = stage.server.lines;
  const { forMs } = stage.size.frames;
  const sent = await intrude({
    url: stage.url,
    seed: SEED,
    attackers: ATTACKERS,
    roomIds: { plain: roomId },
    frames,
    forMs,
    isOver: () => stage.server.ended !== undefined,
  });
  const lines = stage.server.lines - linesBefore;
  const { ended } = stage.server;
  const isThere = await newRoom(stage.url, roomType).then(
    () => true,
    () => false,
  );
  const how = ended !== undefined ? endedHow(ended) : isThere ? "alive" : "shuts down, and everybody is sent away";
  return {
    figure: `the process ${how === "alive" ? "lives" : how} after ${sent.frames} frames, ${short(sent.seconds)} s; ${lines} lines in the log`,
    checks: [
      exactly("the process", how, "alive"),
      exactly("frames were sent", sent.frames > 0 ? "yes" : "no", "yes"),
      atMost("lines in the log a second", lines / sent.seconds, LINES_A_SECOND),
    ],
    figures: { ...sent, lines, ended },
  };
}

async function killers(stage: Stage): Promise<Found> {
  const { killers: times, hangMs } = stage.size;
  const { frames, closed, isSilent } = await stage.attack<Killed>("killers", { times, seed: SEED });
  const hung = isSilent ? await hangOf(stage, hangMs) : undefined;
  const refused = closed["4100"] ?? 0;
  return {
    figure: `the process ${hung ?? "lives"} after ${frames} frames${refused === 0 ? "" : `, ${refused} of them refused`}`,
    checks: [exactly("the process", hung ?? "alive", "alive"), exactly("frames refused", refused, frames)],
    figures: { frames, closed, isSilent, hung },
  };
}

/** A process that answers nothing: what becomes of it in the time. */
async function hangOf({ server, sleep }: Stage, hangMs: number): Promise<string> {
  const startMs = performance.now();
  while (performance.now() - startMs < hangMs && server.ended === undefined) {
    const answered = await Promise.race([
      server.ask("counted").then(
        () => true,
        () => false,
      ),
      pause(HANG_LOOK_MS, false),
    ]);
    if (answered) return "is slow";
    await sleep(HANG_LOOK_MS);
  }
  const seconds = ((performance.now() - startMs) / 1_000).toFixed(0);
  if (server.ended !== undefined)
    return `answers nothing any more, and ${endedHow(server.ended)} ${seconds} s later, with ${HEAP_MB} MB of heap,`;
  server.kill();
  return `answers nothing any more, for ${seconds} s, and was killed`;
}

async function babble(stage: Stage): Promise<Found> {
  const { babble: frames } = stage.size;
  const outcome = await stage.attack<Outcome>("babble", { frames });
  const { messages } = await stage.server.ask<Counted>("counted");
  const { burst, perSecond } = LIMITS.host.framesPerConnection;
  const closed = Object.keys(outcome).find((what) => what.startsWith("closed"));
  return {
    figure: `${messages} of ${outcome.frames} heard; ${closed ?? "not closed"}`,
    checks: [
      atMost("messages heard by the game", messages, burst + 10 * perSecond),
      exactly("told to come again later", closed ?? "no", "closed 4010"),
    ],
    figures: { outcome, messages },
  };
}

export const FRAMES: readonly Row[] = [
  {
    id: "C1",
    attack: "random, flipped and cut frames to careless handlers",
    rules: "SO3 SO4 TK7",
    target: "nothing ends; a line a second of each kind",
    run: (stage) => hostile(stage, "careless", stage.size.frames.careless),
  },
  {
    id: "C2",
    attack: "the same, where the game has thought of onUncaughtException",
    rules: "SO4 OBS2",
    target: "nothing ends; a line a second of each kind",
    run: (stage) => hostile(stage, "caught", stage.size.frames.others),
  },
  {
    id: "C3",
    attack: "the same, to handlers that cannot throw",
    rules: "SO4 OBS2",
    target: "nothing ends; a line a second of each kind",
    run: (stage) => hostile(stage, "careful", stage.size.frames.others),
  },
  {
    id: "C4",
    attack: "inputs of a few bytes whose counts lie, to a room that takes inputs",
    rules: "SO1 SO3",
    target: "each refused, nothing ends",
    server: () => ({ heapMb: HEAP_MB }),
    run: killers,
  },
  {
    id: "C5",
    attack: "one who says small things without pause",
    rules: "LIM9",
    target: "told to come again later",
    run: babble,
  },
];
