/**
 * The rooms of the tick bench: fifty players' inputs are read and about 4 ms are worked in every step, and when each step began
 * is written down. Once as a Ninelives room, once as a plain Colyseus room.
 */
import { Room } from "@colyseus/core";
import { schema, t } from "@colyseus/schema";
import { GameRoom } from "@ninelives/server";
import { defineRoomType } from "@ninelives/shared-schema";

export const RATES_HZ = [30, 60] as const;
export type RateHz = (typeof RATES_HZ)[number];
export const PLAYERS = 50;
export const WORK_MS = 4;

const Runner = schema({ x: t.float32().default(0), steps: t.uint32().default(0) }, "Runner");
const TrackState = schema({ runners: t.map(Runner) }, "TrackState");
type TrackState = InstanceType<typeof TrackState>;
const TrackInput = schema({ speed: t.uint8().default(1) }, "TrackInput");
type TrackInput = InstanceType<typeof TrackInput>;

/** When the steps of the room with this rate began, ms, while it is on record. Rooms out of record rest. */
export interface Record {
  readonly startedMs: number[];
  inputs: number;
}

export const records = new Map<RateHz, Record>();

export function trackName(hz: RateHz): string {
  return `track${hz}`;
}

/** What both rooms do in a step. */
function runStep(hz: RateHz, state: TrackState, inputsOf: (sessionId: string) => Iterable<unknown>): void {
  const record = records.get(hz);
  if (record === undefined) return;
  const startedMs = performance.now();
  record.startedMs.push(startedMs);
  for (const [id, runner] of state.runners) {
    for (const _ of inputsOf(id)) {
      runner.x += 1;
      record.inputs++;
    }
    runner.steps++;
  }
  while (performance.now() - startedMs < WORK_MS);
}

/** A room type and its class for one rate. */
export function ourTrack(hz: RateHz) {
  const type = defineRoomType({
    name: trackName(hz),
    tickHz: hz,
    maxPlayers: PLAYERS,
    state: TrackState,
    input: TrackInput,
  });
  class OurTrack extends GameRoom<typeof type> {
    override readonly commands = {};
    override onJoin({ sessionId }: { sessionId: string }): void {
      this.state.runners.set(sessionId, new Runner());
    }
    override onTick(): void {
      runStep(hz, this.state, (id) => this.inputs.get(id));
    }
  }
  return { type, room: OurTrack };
}

/** The way Colyseus documents it: a fixed step, and the patch timer at the same rate. */
export function stockTrack(hz: RateHz): new () => Room {
  return class StockTrack extends Room<{ state: TrackState; input: TrackInput }> {
    override state = new TrackState();
    override patchRate = 1000 / hz;
    override inputs = this.defineInput(TrackInput);

    override onCreate(): void {
      this.setFixedTimestep(() => runStep(hz, this.state, (id) => this.inputs.get(id)), hz);
    }
    override onJoin({ sessionId }: { sessionId: string }): void {
      this.state.runners.set(sessionId, new Runner());
    }
  };
}
