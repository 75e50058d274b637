/** A1 to A3: players who do not read what they are sent. */
import type { Seen } from "../server.ts";
import { atMost, exactly, type Found, type Row, short, type Stage, timed } from "../row.ts";
import type { Size } from "../sizes.ts";

const LOOK_MS = 200;
/** A player whose connection is closed is gone by then, ms. */
const GONE_MS = 5_000;
/** A loopback socket has some MB in the kernel, which no process sees; beside that, of one who does not read, MB. */
const EACH_MB_MAX = 0.5;
const ECHO_MB_MAX = 2;
const ECHO_CLOSED_S_MAX = 2;

const fieldOf = ({ deaf }: Size) => ({ things: deaf.things });

async function deaf(stage: Stage, pongs: boolean): Promise<Found> {
  const { players, forMs, readMs } = stage.size.deaf;
  await stage.attack("crowd", { how: "joinOrCreate/field", players });
  await stage.sleep(readMs);
  await stage.server.ask("settle");
  const startMs = performance.now();
  await stage.attack("deaf", { pongs });
  const left = await emptied(stage, "field", forMs);
  const seconds = (performance.now() - startMs) / 1_000;
  const grownMb = await grown(stage);
  const closed =
    left === 0
      ? `all closed within ${short(seconds)} s`
      : `${left} of ${players} still there after ${short(seconds)} s`;
  return {
    figure: `${closed}; ${short(grownMb)} MB`,
    checks: [
      exactly("still connected in the end", left, 0),
      timed(atMost("memory for each", grownMb / players, EACH_MB_MAX, " MB")),
    ],
    figures: { players, left, seconds, grownMb },
  };
}

async function echoes(stage: Stage): Promise<Found> {
  const { echoMs } = stage.size;
  if (stage.size.deaf.readMs > 0) await readEchoes(stage);
  await stage.attack("crowd", { how: "create/echo", players: 1 });
  await stage.server.ask("settle");
  await stage.attack("deaf", { pongs: false });
  const startMs = performance.now();
  const attack = stage.attack<void>("echoes", { forMs: echoMs });
  attack.catch(() => {});
  const left = await emptied(stage, "echo", echoMs);
  const seconds = (performance.now() - startMs) / 1_000;
  const grownMb = await grown(stage);
  return {
    figure: `${left === 0 ? "closed" : "not closed"} after ${short(seconds)} s; ${short(grownMb)} MB`,
    checks: [
      exactly("still connected in the end", left, 0),
      timed(atMost("closed after", seconds, ECHO_CLOSED_S_MAX, " s")),
      timed(atMost("memory", grownMb, ECHO_MB_MAX, " MB")),
    ],
    figures: { left, seconds, grownMb },
  };
}

/** One who reads, and goes: what any traffic costs is not the attacker's. */
async function readEchoes(stage: Stage): Promise<void> {
  await stage.attack("crowd", { how: "create/echo", players: 1 });
  await stage.attack("echoes", { forMs: stage.size.deaf.readMs });
  await stage.attack("disperse", {});
  await emptied(stage, "echo", GONE_MS);
}

/** Waits until nobody is connected in rooms of a type, so long at most; resolves with how many are left. */
async function emptied(stage: Stage, roomType: string, forMs: number): Promise<number> {
  const endMs = performance.now() + forMs;
  for (;;) {
    const left = await stage.server.ask<number>("playersOf", roomType);
    if (left === 0 || performance.now() >= endMs) return left;
    await stage.sleep(LOOK_MS);
  }
}

async function grown({ server }: Stage): Promise<number> {
  const { before, most } = await server.ask<Seen["rssMb"]>("memory");
  return most - before;
}

export const READERS: readonly Row[] = [
  {
    id: "A1",
    attack: "players who stop reading, and answer nothing",
    rules: "SL1 SL4",
    target: "closed, 512 kB each",
    server: fieldOf,
    run: (stage) => deaf(stage, false),
  },
  {
    id: "A2",
    attack: "the same, who send a sign of life each second",
    rules: "SL4",
    target: "closed, 512 kB each",
    server: fieldOf,
    run: (stage) => deaf(stage, true),
  },
  {
    id: "A3",
    attack: "one who has 8 MB a second said back, and reads none",
    rules: "SL4 SL6",
    target: "closed within 2 s, 2 MB",
    run: echoes,
  },
];
