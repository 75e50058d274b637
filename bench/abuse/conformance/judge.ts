/** Tries every case on a server that runs, each over a connection of its own, and says what was not as it has to be. */
import { newRoom } from "../new-room.ts";
import { CLOSING_CASES } from "./closing-cases.ts";
import type { Case, Expectation } from "./case.ts";
import { frame, Op } from "./frame.ts";
import { FRAMING_CASES } from "./framing-cases.ts";
import { TEXT_CASES } from "./text-cases.ts";
import { MIRROR, WAIT_MS, Wire } from "./wire.ts";

export const CASES: readonly Case[] = [...FRAMING_CASES, ...TEXT_CASES, ...CLOSING_CASES];

const WIDTH = 8;
const STILL_THERE = "still there";
/** Codes from here on are a game's, or a framework's; below them the transport's. */
const OWN_CODES = 4_000;

export interface Misfit {
  readonly id: string;
  readonly does: string;
  readonly why: string;
}

/** `port`: of a server that has rooms of the type {@link MIRROR}. `waitMs`: how long it may take over each. */
export async function judge(port: number, cases = CASES, waitMs = WAIT_MS): Promise<Misfit[]> {
  const roomId = await newRoom(`http://127.0.0.1:${port}`, MIRROR);
  const misfits: Misfit[] = [];
  const left = [...cases];
  const lane = async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const why = await tryCase(port, roomId, next, waitMs);
      if (why !== undefined) misfits.push({ id: next.id, does: next.does, why });
    }
  };
  await Promise.all(Array.from({ length: WIDTH }, lane));
  return misfits;
}

async function tryCase(
  port: number,
  roomId: string,
  { writes, expects }: Case,
  waitMs: number,
): Promise<string | undefined> {
  const wire = await Wire.join(port, roomId);
  try {
    for (const bytes of writes) {
      wire.write(bytes);
      await new Promise((resolve) => setImmediate(resolve));
    }
    if (expects.how === "taken") wire.write(frame(Op.PING, STILL_THERE));
    const isOver = () =>
      wire.ending !== undefined || (expects.how === "taken" && isAnswered(wire, expects.echoes.length));
    if (!(await wire.holds(isOver, waitMs))) return "nothing came of it";
    return faultOf(wire, expects);
  } finally {
    wire.end();
  }
}

function isAnswered(wire: Wire, echoes: number): boolean {
  return wire.pongs().includes(STILL_THERE) && wire.echoes().length >= echoes;
}

function faultOf(wire: Wire, expects: Expectation): string | undefined {
  const { ending } = wire;
  const told = ending === undefined ? "still open" : `closed with ${ending.code ?? "no code"}`;
  switch (expects.how) {
    case "ends":
      return undefined;
    case "failed":
      return ending?.code !== undefined && expects.codes.includes(ending.code)
        ? undefined
        : `${expects.codes.join(" or ")} expected, ${told}`;
    case "closed":
      if (ending?.isClean !== true || !expects.codes.includes(ending.code)) return `a goodbye expected, ${told}`;
      return differs("said back", wire.echoes(), expects.echoes) ?? differs("pongs", wire.pongs(), []);
    case "taken":
      if (ending !== undefined && !((ending.code ?? 0) >= OWN_CODES)) return `to be taken expected, ${told}`;
      return (
        differs("said back", wire.echoes(), expects.echoes) ??
        differs(
          "pongs",
          wire.pongs().filter((text) => text !== STILL_THERE),
          expects.pongs,
        )
      );
  }
}

function differs(
  what: string,
  got: readonly (Buffer | string)[],
  expected: readonly (Buffer | string)[],
): string | undefined {
  const text = (list: readonly (Buffer | string)[]) => list.map((one) => Buffer.from(one as string).toString("hex"));
  const [had, due] = [text(got), text(expected)];
  if (had.length === due.length && had.every((one, at) => one === due[at])) return undefined;
  return `${what}: ${due.length} expected, ${had.length} got${had.length === due.length ? " that differ" : ""}`;
}
