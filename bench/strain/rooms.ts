/** The room of the strain bench: every player costs the process a set time in each step, sees what is around, and all of them move. */
import type { Client } from "@colyseus/core";
import { schema, StateView, t } from "@colyseus/schema";
import { GameRoom } from "@ninelives/server";
import { defineRoomType } from "@ninelives/shared-schema";

export const HZ = 30;
export const SEATS = 25;
const WIDTH = 1_000;
const RADIUS = 500;

const Runner = schema({ x: t.float32().default(0), y: t.float32().default(0) }, "CrowdRunner");
const State = schema({ runners: t.map(Runner).view() }, "CrowdState");

export const Crowd = defineRoomType({
  name: "crowd",
  tickHz: HZ,
  maxPlayers: SEATS,
  state: State,
  input: schema({ speed: t.uint8().default(1) }, "CrowdInput"),
});

export class CrowdRoom extends GameRoom<typeof Crowd> {
  /** What each player takes of each step, ms. */
  static workMs = 0;

  override readonly commands = {};

  override onJoin(client: Client): void {
    client.view = new StateView();
    const place = { x: this.random.range(0, WIDTH), y: this.random.range(0, WIDTH) };
    this.state.runners.set(client.sessionId, new Runner().assign(place));
  }

  override onLeave({ sessionId }: Client): void {
    this.state.runners.delete(sessionId);
  }

  override onTick(): void {
    const endsAtMs = performance.now() + this.state.runners.size * CrowdRoom.workMs;
    for (const [sessionId, runner] of this.state.runners) {
      for (const _ of this.inputs.get(sessionId));
      runner.x = (runner.x + 3) % WIDTH;
    }
    for (const client of this.clients) this.#look(client);
    while (performance.now() < endsAtMs);
  }

  #look({ view, sessionId }: Client): void {
    const me = this.state.runners.get(sessionId);
    if (view === undefined || me === undefined) return;
    const radius = RADIUS * this.interest;
    for (const runner of this.state.runners.values()) {
      const isNear = Math.hypot(runner.x - me.x, runner.y - me.y) < radius;
      if (isNear === view.has(runner)) continue;
      if (isNear) view.add(runner);
      else view.remove(runner);
    }
  }
}
