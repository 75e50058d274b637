/**
 * What players cost who do not read: in a full room, silent ones and some that send pongs, and one that has everything it says sent
 * back to it. Ours and stock Colyseus, one after the other.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { RawClient as Deaf } from "../../test/support/raw-client.ts";
import { stopReading } from "../abuse/attacks/deaf.ts";
import { ECHO_BYTES, ECHOES_PER_SECOND, sayMuch } from "../abuse/attacks/echoes.ts";
import { atMost, type Bench, type BenchOptions, exactly, type Findings, type Target } from "../lib/bench.ts";
import { joinRaw, type RawClient } from "../lib/raw-client.ts";
import { type ServerProcess, startServer } from "../lib/server-process.ts";
import { FieldState, TICK_HZ } from "./rooms.ts";

const SIDES = ["ours", "stock"] as const;
type Side = (typeof SIDES)[number];

const FULL = { players: 200, deaf: 20, things: 500, calmMs: 30_000, deafMs: 75_000, echoMs: 30_000 };
const QUICK = { players: 60, deaf: 6, things: 1_500, calmMs: 8_000, deafMs: 40_000, echoMs: 6_000 };
type Size = typeof FULL;

const LOOK_MS = 500;
/** The one that reads again does so when so much has waited for so long. */
const WAITING_BYTES = 64 * 1024;
const WAITED_MS = 3_000;
const QUIET_MS = 3_000;
const KB = 1024;

const EACH_KB_MAX = 512;
const FPS_MIN = 19;
const ECHO_MB_MAX = 2;
const ECHO_CLOSED_S_MAX = 2;

interface Crowd {
  /** Memory that the deaf cost at most, bytes, all of them. */
  readonly grownBytes: number;
  /** Patches a second of the worst of those who read, before and meanwhile. */
  readonly fps: { readonly calm: number; readonly meanwhile: number };
  /** When each was let go of, seconds after it stopped to read; undefined: never. */
  readonly closedAfterS: readonly (number | undefined)[];
  readonly waitedBytes: number;
  readonly isEqual: boolean | undefined;
}

interface Echo {
  readonly grownBytes: number;
  readonly closedAfterS: number | undefined;
}

export const slow: Bench = { name: "slow", title: "What players cost who do not read", run };

async function run({ quick, tell }: BenchOptions): Promise<Findings> {
  const size = quick ? QUICK : FULL;
  const found = {} as Record<Side, { crowd: Crowd; echo: Echo }>;
  for (const side of SIDES) {
    const server = await startServer("./server.ts", import.meta.url, [side, String(size.things)]);
    const echo = await runEcho(server, size);
    tell(`slow: ${side}: echoes cost ${megabytes(echo.grownBytes)} MB, closed after ${seconds(echo.closedAfterS)} s`);
    const crowd = await runCrowd(server, size, (line) => tell(`slow: ${side}: ${line}`));
    found[side] = { crowd, echo };
    await server.stop();
  }
  return findings(found, size);
}

/** A reader's turn first, so that the attack is not charged with what any traffic costs. */
async function runEcho(server: ServerProcess, { echoMs }: Size): Promise<Echo> {
  const reader = await Deaf.knock(server.url, "create/echo");
  reader.socket.on("message", () => reader.frames.splice(0));
  await sayMuch(reader, echoMs, () => Promise.resolve(false));
  reader.close();
  const before = await server.ask<number>("mostRss");
  const deaf = await Deaf.knock(server.url, "create/echo");
  await sleep(LOOK_MS);
  deaf.socket.pause();
  const startMs = performance.now();
  let closedAfterS: number | undefined;
  await sayMuch(deaf, echoMs, async () => {
    const connected = await server.ask<string[]>("connected", deaf.roomId);
    if (connected.length === 0) closedAfterS ??= (performance.now() - startMs) / 1000;
    return closedAfterS !== undefined;
  });
  const most = await server.ask<number>("mostRss");
  deaf.close();
  return { grownBytes: most - before, closedAfterS };
}

async function runCrowd(server: ServerProcess, size: Size, tell: (line: string) => void): Promise<Crowd> {
  const readers = await joinRaw(server.url, "field", size.players - size.deaf);
  const { roomId } = readers[0]!;
  const deaf: Deaf[] = [];
  for (let at = 0; at < size.deaf; at++) deaf.push(await Deaf.join(server.url, `joinById/${roomId}`));
  await sleep(size.calmMs / 2);
  await server.ask("mostRss");
  const calm = await fpsOf(readers, () => sleep(size.calmMs));
  const before = await server.ask<number>("mostRss");
  const watched = new Watched(server, roomId, deaf);
  const meanwhile = await fpsOf(readers, () => watched.run(size.deafMs));
  const grownBytes = (await server.ask<number>("mostRss")) - before;
  tell(`${size.deaf} deaf cost ${megabytes(grownBytes)} MB, ${meanwhile.toFixed(1)} fps for the others`);
  const truth = await server.ask<string>("stand", roomId);
  await sleep(QUIET_MS);
  const isEqual = watched.reader === undefined ? undefined : stateOf(watched.reader) === truth;
  for (const client of readers) client.leave();
  for (const client of deaf) client.close();
  return {
    grownBytes,
    fps: { calm, meanwhile },
    closedAfterS: deaf.filter((client) => client !== watched.reader).map((client) => watched.closedAfterS.get(client)),
    waitedBytes: watched.waitedBytes,
    isEqual,
  };
}

/** Of the worst of them, patches a second. */
async function fpsOf(readers: readonly RawClient[], run: () => Promise<void>): Promise<number> {
  const before = readers.map(({ patches }) => patches);
  const startMs = performance.now();
  await run();
  const spanS = (performance.now() - startMs) / 1000;
  return Math.min(...readers.map(({ patches }, at) => patches - before[at]!)) / spanS;
}

/** Deaf players under watch: the first one reads again when enough has waited for it, every second other sends pongs. */
class Watched {
  readonly closedAfterS = new Map<Deaf, number>();
  /** The one that reads again, once it does. */
  reader: Deaf | undefined;
  /** Most that waited for it. */
  waitedBytes = 0;
  readonly #server: ServerProcess;
  readonly #roomId: string;
  readonly #deaf: readonly Deaf[];

  constructor(server: ServerProcess, roomId: string, deaf: readonly Deaf[]) {
    this.#server = server;
    this.#roomId = roomId;
    this.#deaf = deaf;
  }

  async run(forMs: number): Promise<void> {
    const stopPongs = stopReading(this.#deaf, (at) => at % 2 === 0);
    const startMs = performance.now();
    let waitingSinceMs: number | undefined;
    for (let nowMs = startMs; nowMs - startMs < forMs; nowMs = performance.now()) {
      await this.#look((nowMs - startMs) / 1000);
      if (this.reader === undefined && this.waitedBytes > WAITING_BYTES) waitingSinceMs ??= nowMs;
      if (this.reader === undefined && waitingSinceMs !== undefined && nowMs - waitingSinceMs >= WAITED_MS) {
        this.reader = this.#deaf[0]!;
        this.reader.socket.resume();
      }
      await sleep(LOOK_MS);
    }
    stopPongs();
  }

  async #look(afterS: number): Promise<void> {
    const [first] = this.#deaf as [Deaf];
    const { sessionId } = first;
    const connected = new Set(await this.#server.ask<string[]>("connected", this.#roomId));
    const waiting = await this.#server.ask<number>("waiting", { roomId: this.#roomId, sessionId });
    this.waitedBytes = Math.max(this.waitedBytes, waiting);
    for (const client of this.#deaf) {
      if (!connected.has(client.sessionId) && !this.closedAfterS.has(client)) this.closedAfterS.set(client, afterS);
    }
  }
}

function stateOf(client: Deaf): string {
  return JSON.stringify(client.decode(new FieldState()).toJSON());
}

function findings(found: Record<Side, { crowd: Crowd; echo: Echo }>, size: Size): Findings {
  const { players, deaf, things, calmMs, deafMs, echoMs } = size;
  return {
    method: [
      `${players} players in one room with inputs, ${TICK_HZ} Hz, ${things} things that move in every tick: each player gets bytes of its own. ${deaf} of them stop reading, every second one of those sends a pong a second. Watched for ${deafMs / 1000} s, after ${calmMs / 1000} s in which all read.`,
      "Memory: the most RSS of the server process, read ten times a second, less the most of the time when all read. Fps: patches a second of the one of the others who got the fewest.",
      "The kernel takes some MB for each loopback socket before anything waits in the process: until then nobody can tell that a player does not read.",
      `One of them reads again after ${WAITED_MS / 1000} s in which more than ${WAITING_BYTES / KB} kB waited for it. Then nothing moves any more, and its decoded state is compared with the server's.`,
      `Echo: one player of a plain room says ${ECHOES_PER_SECOND} messages of ${ECHO_BYTES} bytes a second for ${echoMs / 1000} s, has each said back and reads none, after another one did the same and read. Closed: the room has no player any more.`,
      "Ours as it is shipped, log on the disk, and a plain @colyseus/core server; clients and bench are one other process.",
    ],
    tables: [
      {
        title: "Players who do not read",
        columns: ["", "memory MB", "kB each", "fps before", "fps meanwhile", "closed", "first after s", "last after s"],
        rows: SIDES.map((side) => {
          const { grownBytes, fps, closedAfterS } = found[side].crowd;
          const closed = closedAfterS.filter((afterS) => afterS !== undefined).toSorted((a, b) => a - b);
          return [
            side,
            megabytes(grownBytes),
            (grownBytes / deaf / KB).toFixed(0),
            fps.calm.toFixed(2),
            fps.meanwhile.toFixed(2),
            `${closed.length} of ${closedAfterS.length}`,
            seconds(closed[0]),
            seconds(closed.at(-1)),
          ];
        }),
      },
      {
        title: "The one that reads again",
        columns: ["", "waited for it, kB", "its state is the server's"],
        rows: SIDES.map((side) => {
          const { waitedBytes, isEqual } = found[side].crowd;
          return [
            side,
            (waitedBytes / KB).toFixed(0),
            isEqual === undefined ? "nothing waited" : isEqual ? "yes" : "no",
          ];
        }),
      },
      {
        title: "Echo",
        columns: ["", "memory MB", "closed after s"],
        rows: SIDES.map((side) => [
          side,
          megabytes(found[side].echo.grownBytes),
          seconds(found[side].echo.closedAfterS),
        ]),
      },
    ],
    reading:
      "Ours leaves out patches from 128 kB on and closes who then takes nothing for 10 s, or for whom 1 MB waits. Stock drops who answers no ping, and queues for everyone else without end.",
    targets: targets(found.ours, deaf),
    figures: found,
  };
}

function targets({ crowd, echo }: { crowd: Crowd; echo: Echo }, deaf: number): Target[] {
  const open = crowd.closedAfterS.filter((afterS) => afterS === undefined).length;
  return [
    atMost("ours, memory for each that does not read", crowd.grownBytes / deaf / KB, EACH_KB_MAX, 0, " kB"),
    {
      what: "ours, the others' patches a second",
      promised: `at least ${FPS_MIN}`,
      got: crowd.fps.meanwhile.toFixed(2),
      holds: crowd.fps.meanwhile >= FPS_MIN,
    },
    exactly("ours, not closed in the end", open, 0),
    exactly("ours, states that differ of the one that reads again", crowd.isEqual === true ? 0 : 1, 0),
    atMost("ours, memory of the echoes", echo.grownBytes / KB / KB, ECHO_MB_MAX, 1, " MB"),
    atMost("ours, echoes closed after", echo.closedAfterS ?? Number.POSITIVE_INFINITY, ECHO_CLOSED_S_MAX, 1, " s"),
  ];
}

function megabytes(bytes: number): string {
  return (bytes / KB / KB).toFixed(1);
}

function seconds(value: number | undefined): string {
  return value === undefined ? "never" : value.toFixed(1);
}
