/**
 * The rooms of the latency bench: a player's last input number is put into the state in the step that reads it, and nothing
 * else happens. Once as a Ninelives room, once as a plain Colyseus room, over the same state and input.
 */
import { Room } from "@colyseus/core";
import { schema, t } from "@colyseus/schema";
import { GameRoom } from "@ninelives/server";
import { defineRoomType } from "@ninelives/shared-schema";

export const RATES_HZ = [20, 30] as const;
export type RateHz = (typeof RATES_HZ)[number];
const PLAYERS_MAX = 100;

const Echo = schema({ seen: t.uint32().default(0) }, "Echo");
export const ProbeState = schema({ echoes: t.map(Echo) }, "ProbeState");
export type ProbeState = InstanceType<typeof ProbeState>;
export const ProbeInput = schema({ number: t.uint32().default(0) }, "ProbeInput");
export type ProbeInput = InstanceType<typeof ProbeInput>;

export function probeName(hz: RateHz): string {
  return `probe${hz}`;
}

/** What both rooms do in a step. */
function echoInputs(state: ProbeState, inputsOf: (sessionId: string) => Iterable<{ number: number }>): void {
  for (const [id, echo] of state.echoes) for (const { number } of inputsOf(id)) echo.seen = number;
}

/** A room type and its class for one rate. */
export function ourProbe(hz: RateHz) {
  const type = defineRoomType({
    name: probeName(hz),
    tickHz: hz,
    maxPlayers: PLAYERS_MAX,
    state: ProbeState,
    input: ProbeInput,
  });
  class OurProbe extends GameRoom<typeof type> {
    override readonly commands = {};
    override onJoin({ sessionId }: { sessionId: string }): void {
      this.state.echoes.set(sessionId, new Echo());
    }
    override onTick(): void {
      echoInputs(this.state, (id) => this.inputs.get(id));
    }
  }
  return { type, room: OurProbe };
}

/** The way Colyseus documents it: a fixed step, and the patch timer at the same rate. */
export function stockProbe(hz: RateHz): new () => Room {
  return class StockProbe extends Room<{ state: ProbeState; input: ProbeInput }> {
    override state = new ProbeState();
    override patchRate = 1000 / hz;
    override inputs = this.defineInput(ProbeInput);

    override onCreate(): void {
      this.setFixedTimestep(() => echoInputs(this.state, (id) => this.inputs.get(id)), hz);
    }
    override onJoin({ sessionId }: { sessionId: string }): void {
      this.state.echoes.set(sessionId, new Echo());
    }
  };
}
