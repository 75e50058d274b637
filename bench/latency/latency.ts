/**
 * How long a player waits for what they did: from sending an input to holding the state that carries it, ours and stock
 * Colyseus. The same stock SDK client plays both sides, with the same input and the same state.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { Client, type Room } from "@colyseus/sdk";
import { atMost, type Bench, type BenchOptions, type Findings } from "../lib/bench.ts";
import { type ServerProcess, startServer } from "../lib/server-process.ts";
import { percentile } from "../lib/stats.ts";
import { Random, seedWords } from "@ninelives/shared-schema";
import { type ProbeInput, probeName, type ProbeState, RATES_HZ, type RateHz } from "./probe.ts";

const SIDES = ["ours", "stock"] as const;
type Side = (typeof SIDES)[number];

const PLAYERS = 8;
/** In periods of the tick; what each is allowed at p50 and p99. */
const PROMISED = { p50: 0.6, p99: 1.15 } as const;
const FULL = { rounds: 10, samplesPerPlayer: 16 };
const QUICK = { rounds: 2, samplesPerPlayer: 8 };
const WARM_UP_SAMPLES = 4;

interface Cell {
  readonly side: Side;
  readonly hz: RateHz;
  readonly server: ServerProcess;
  readonly delaysMs: number[];
  /** Median of each room, ms: a room keeps the phases its timers began with. */
  readonly roomMediansMs: number[];
}

export const latency: Bench = { name: "latency", title: "From input to state", run };

async function run({ quick, tell }: BenchOptions): Promise<Findings> {
  const { rounds, samplesPerPlayer } = quick ? QUICK : FULL;
  const servers: ServerProcess[] = [];
  const cells: Cell[] = [];
  for (const side of SIDES) {
    const server = await startServer("./server.ts", import.meta.url, [side]);
    servers.push(server);
    for (const hz of RATES_HZ) cells.push({ side, hz, server, delaysMs: [], roomMediansMs: [] });
  }
  for (let round = 0; round < rounds; round++) {
    for (const cell of cells) {
      const delaysMs = await measureRoom(cell, samplesPerPlayer);
      cell.delaysMs.push(...delaysMs);
      cell.roomMediansMs.push(percentile(delaysMs, 50));
    }
    const told = cells
      .map(({ side, hz, roomMediansMs }) => `${side} ${hz} Hz ${roomMediansMs.at(-1)!.toFixed(1)} ms`)
      .join(", ");
    tell(`latency: room ${round + 1} of ${rounds}: ${told}`);
  }
  for (const server of servers) await server.stop();
  return findings(cells, rounds);
}

/** One player: sends a number and waits for the state that has it. */
class Probe {
  readonly room: Room<unknown, ProbeState>;
  readonly #random: Random;
  #number = 0;
  #onSeen: (() => void) | undefined;

  constructor(room: Room<unknown, ProbeState>, seed: number) {
    this.room = room;
    this.#random = new Random(seedWords(seed));
    room.onStateChange((state) => {
      if ((state.echoes.get(room.sessionId)?.seen ?? 0) >= this.#number) this.#onSeen?.();
    });
  }

  /** `count` delays, ms; between two of them a random pause of 0 to 2 periods, so that every phase of the tick is met. */
  async measure(count: number, periodMs: number): Promise<number[]> {
    const input = this.room.input() as unknown as { data: ProbeInput; send(): number };
    const delaysMs: number[] = [];
    for (let sample = 0; sample < count; sample++) {
      await sleep(this.#random.range(0, 2 * periodMs));
      input.data.number = ++this.#number;
      const seen = new Promise<void>((resolve) => (this.#onSeen = resolve));
      const sentAtMs = performance.now();
      input.send();
      await seen;
      delaysMs.push(performance.now() - sentAtMs);
    }
    return delaysMs;
  }
}

async function joinProbes(url: string, hz: RateHz): Promise<Probe[]> {
  const probes: Probe[] = [];
  for (let index = 0; index < PLAYERS; index++) {
    const room = (await new Client(url).joinOrCreate(probeName(hz))) as Room<unknown, ProbeState>;
    probes.push(new Probe(room, hz * PLAYERS + index));
  }
  return probes;
}

/** A fresh room with its players, for as long as it is measured. */
async function measureRoom({ server, hz }: Cell, samplesPerPlayer: number): Promise<number[]> {
  const players = await joinProbes(server.url, hz);
  const measure = (samples: number) => Promise.all(players.map((player) => player.measure(samples, 1000 / hz)));
  await measure(WARM_UP_SAMPLES);
  const delaysMs = (await measure(samplesPerPlayer)).flat();
  await Promise.all(players.map((player) => player.room.leave()));
  return delaysMs;
}

function findings(cells: readonly Cell[], rounds: number): Findings {
  const figures = cells.map(({ side, hz, delaysMs, roomMediansMs }) => {
    const at = (percent: number) => percentile(delaysMs, percent);
    const ms = { p50: at(50), p95: at(95), p99: at(99), max: at(100) };
    return {
      side,
      hz,
      samples: delaysMs.length,
      roomMediansMs,
      ms,
      periods: { p50: (ms.p50 * hz) / 1000, p99: (ms.p99 * hz) / 1000 },
    };
  });
  const ours = figures.filter(({ side }) => side === "ours");
  const ratio = (hz: RateHz) => {
    const [our, stock] = SIDES.map((side) => figures.find((one) => one.side === side && one.hz === hz)!);
    return our!.ms.p50 / stock!.ms.p50;
  };
  return {
    method: [
      `${PLAYERS} players a room, one process for each server and one for the players; the players are stock SDK clients on both sides, with \`defineInput\` inputs.`,
      "A player sends an input with a new number and waits until its own copy of the state has that number; then it pauses 0 to 2 periods, uniformly, so that every phase of the tick is met.",
      "Ours: a room as it is shipped, log on the disk. Stock: `setFixedTimestep(step, hz)` and `patchRate = 1000 / hz`, a plain @colyseus/core server.",
      `Both servers are up together; the four cells are measured in turn, ${rounds} times, each time in a fresh room: a stock room keeps the phase in which its two timers happened to begin, for as long as it lives.`,
      "Delays include both clients' and servers' timers and the loopback; a real network adds its round trip. Nothing is pinned to a core.",
    ],
    tables: [
      {
        title: "Input to state",
        columns: [
          "",
          "rate",
          "samples",
          "p50 ms",
          "p95 ms",
          "p99 ms",
          "max ms",
          "p50 periods",
          "p99 periods",
          "rooms' medians ms",
        ],
        rows: figures.map(({ side, hz, samples, ms, periods, roomMediansMs }) => [
          side,
          `${hz} Hz`,
          String(samples),
          ...[ms.p50, ms.p95, ms.p99, ms.max].map((value) => value.toFixed(1)),
          ...[periods.p50, periods.p99].map((value) => value.toFixed(2)),
          `${Math.min(...roomMediansMs).toFixed(1)} to ${Math.max(...roomMediansMs).toFixed(1)}`,
        ]),
      },
    ],
    reading: `An input that comes at a random moment waits half a period for its step, on average. Ours leaves with the patch right after that step. Stock's waits for the patch timer, which runs beside the step's: how long depends on the phase in which the two happened to begin, mostly one period more, for as long as the room lives (the last column). In the median of all rooms ours takes ${ratio(20).toFixed(2)} of stock's time at 20 Hz and ${ratio(30).toFixed(2)} at 30 Hz.`,
    targets: ours.flatMap(({ hz, periods }) => [
      atMost(`ours at ${hz} Hz, p50`, periods.p50, PROMISED.p50, 2, " periods"),
      atMost(`ours at ${hz} Hz, p99`, periods.p99, PROMISED.p99, 2, " periods"),
    ]),
    figures,
  };
}
