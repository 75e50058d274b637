/**
 * The rooms of the flood bench, for both sides: one that is played in, which writes down when its steps began, and small ones for
 * whoever floods.
 */
import { Room } from "@colyseus/core";
import { schema, t } from "@colyseus/schema";
import { GameRoom } from "@ninelives/server";
import { defineRoomType } from "@ninelives/shared-schema";
import { PLAYED, SMALL } from "./names.ts";

export const HZ = 20;
export const PLAYERS = 20;
const SMALL_SEATS = 4;

const Runner = schema({ x: t.float32().default(0) }, "FloodRunner");
const State = schema({ runners: t.map(Runner), steps: t.uint32().default(0) }, "FloodState");
const Input = schema({ speed: t.uint8().default(1) }, "FloodInput");
type State = InstanceType<typeof State>;
type Input = InstanceType<typeof Input>;

/** When the steps of the room that is played in began, ms; undefined: nobody wants to know. */
export const record: { startedMs: number[] | undefined } = { startedMs: undefined };

/** In every step something changes, so every step has a patch. */
function step(state: State, inputsOf: (sessionId: string) => Iterable<unknown>): void {
  record.startedMs?.push(performance.now());
  state.steps++;
  for (const [id, runner] of state.runners) for (const _ of inputsOf(id)) runner.x += 1;
}

export const Played = defineRoomType({ name: PLAYED, tickHz: HZ, maxPlayers: PLAYERS, state: State, input: Input });
export const Small = defineRoomType({ name: SMALL, tickHz: HZ, maxPlayers: SMALL_SEATS, state: State });

export class PlayedRoom extends GameRoom<typeof Played> {
  override readonly commands = {};
  override onJoin({ sessionId }: { sessionId: string }): void {
    this.state.runners.set(sessionId, new Runner());
  }
  override onTick(): void {
    step(this.state, (id) => this.inputs.get(id));
  }
}

export class SmallRoom extends GameRoom<typeof Small> {
  override readonly commands = {};
  override onTick(): void {
    this.state.steps++;
  }
}

/** The way Colyseus documents it: a fixed step, and the patch timer at the same rate. */
export class StockPlayedRoom extends Room<{ state: State; input: Input }> {
  override state = new State();
  override patchRate = 1000 / HZ;
  override maxClients = PLAYERS;
  override inputs = this.defineInput(Input);
  override onCreate(): void {
    this.setFixedTimestep(() => step(this.state, (id) => this.inputs.get(id)), HZ);
  }
  override onJoin({ sessionId }: { sessionId: string }): void {
    this.state.runners.set(sessionId, new Runner());
  }
}

export class StockSmallRoom extends Room<{ state: State }> {
  override state = new State();
  override patchRate = 1000 / HZ;
  override maxClients = SMALL_SEATS;
  override onCreate(): void {
    this.onMessage("*", () => {});
    this.setFixedTimestep(() => {
      this.state.steps++;
    }, HZ);
  }
}
