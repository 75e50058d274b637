/**
 * The match of the failover bench: everybody moves, and counts aloud. Once as a Ninelives room, whose memory says of every player
 * which number came last, how often one came twice and how often one was missing; once as a plain Colyseus room over the same
 * state, for the stock SDK. All numbers are whole, so that both ends hold the very same.
 */
import { createHash } from "node:crypto";
import { type Client, Room } from "@colyseus/core";
import { schema, t } from "@colyseus/schema";
import { type CommandHandlers, GameRoom } from "@ninelives/server";
import { defineRoomType } from "@ninelives/shared-schema";
import { z } from "zod";

export const TICK_HZ = 30;
export const SEATS = 200;
/** How long a seat is held, s. */
export const HOLD_SECONDS = 30;
/** One player of so many moves in a tick. */
const MOVING_SHARE = 10;

const Runner = schema(
  { x: t.int32().default(0), said: t.uint32().default(0), away: t.boolean().default(false) },
  "Runner",
);
const FieldState = schema({ tick: t.uint32().default(0), players: t.map(Runner) }, "FieldState");
export type FieldState = InstanceType<typeof FieldState>;

const FieldMemory = schema(
  { last: t.map("uint32"), twice: t.map("uint32"), missing: t.map("uint32"), still: t.boolean().default(false) },
  "FieldMemory",
);

/** What the server holds of a player, and of everybody. */
export interface Look {
  readonly last: number;
  readonly twice: number;
  readonly missing: number;
  readonly print: string;
}

const LookResult = z.object({ last: z.int(), twice: z.int(), missing: z.int(), print: z.string() });

export const Field = defineRoomType({
  name: "field",
  tickHz: TICK_HZ,
  maxPlayers: SEATS,
  state: FieldState,
  memory: FieldMemory,
  commands: {
    /** Each player counts from 1. */
    add: { payload: z.object({ n: z.int() }), result: z.object({ times: z.int() }) },
    /** Nothing moves until it is taken back. */
    still: { payload: z.object({ still: z.boolean() }), result: z.object({}) },
    look: { payload: z.object({}), result: LookResult },
  },
});

/** The same for two states that hold the same, in whatever order their maps are. */
export function fingerprint(state: FieldState): string {
  const { tick, players } = state.toJSON() as { tick: number; players: Record<string, Record<string, unknown>> };
  const rows = Object.keys(players)
    .sort()
    .map((id) => [id, ...Object.entries(players[id]!).sort(([a], [b]) => (a < b ? -1 : 1))]);
  return createHash("sha1")
    .update(JSON.stringify([tick, rows]))
    .digest("hex");
}

function advance(state: FieldState, tick: number): void {
  state.tick = tick;
  let place = 0;
  for (const runner of state.players.values()) if (place++ % MOVING_SHARE === tick % MOVING_SHARE) runner.x++;
}

function setAway(state: FieldState, sessionId: string, away: boolean): void {
  const runner = state.players.get(sessionId);
  if (runner !== undefined) runner.away = away;
}

export class FieldRoom extends GameRoom<typeof Field> {
  override readonly commands: CommandHandlers<typeof Field> = {
    add: ({ sessionId }, { n }) => {
      const { last, twice, missing } = this.memory;
      const before = last.get(sessionId) ?? 0;
      if (n <= before) twice.set(sessionId, (twice.get(sessionId) ?? 0) + 1);
      if (n > before + 1) missing.set(sessionId, (missing.get(sessionId) ?? 0) + n - before - 1);
      last.set(sessionId, Math.max(n, before));
      this.state.players.get(sessionId)!.said = n;
      return { times: n <= before ? 2 : 1 };
    },
    still: (_client, { still }) => {
      this.memory.still = still;
      return {};
    },
    look: ({ sessionId }) => ({
      last: this.memory.last.get(sessionId) ?? 0,
      twice: this.memory.twice.get(sessionId) ?? 0,
      missing: this.memory.missing.get(sessionId) ?? 0,
      print: fingerprint(this.state),
    }),
  };

  override onJoin({ sessionId }: Client): void {
    this.state.players.set(sessionId, new Runner());
  }

  override onDrop({ sessionId }: Client): void {
    setAway(this.state, sessionId, true);
  }

  override onReconnect({ sessionId }: Client): void {
    setAway(this.state, sessionId, false);
  }

  override onLeave({ sessionId }: Client): void {
    this.state.players.delete(sessionId);
  }

  override onTick({ tick }: { readonly tick: number }): void {
    if (!this.memory.still) advance(this.state, tick);
  }
}

/** The way Colyseus documents it: the seat is held in `onDrop`. Whether it stands still is not part of what survives. */
export class StockFieldRoom extends Room<{ state: FieldState }> {
  override maxClients = SEATS;
  override state = new FieldState();
  override patchRate = 1000 / TICK_HZ;
  #still = false;

  override onCreate(): void {
    this.onMessage("add", ({ sessionId }: Client, { n }: { n: number }) => {
      const runner = this.state.players.get(sessionId);
      if (runner !== undefined) runner.said = n;
    });
    this.onMessage("still", (_client: Client, { still }: { still: boolean }) => {
      this.#still = still;
      return {};
    });
    this.onMessage("look", () => ({ print: fingerprint(this.state) }));
    this.setSimulationInterval(() => {
      if (!this.#still) advance(this.state, this.state.tick + 1);
    }, 1000 / TICK_HZ);
  }

  override onJoin({ sessionId }: Client): void {
    this.state.players.set(sessionId, new Runner());
  }

  override async onDrop(client: Client): Promise<void> {
    setAway(this.state, client.sessionId, true);
    await this.allowReconnection(client, HOLD_SECONDS);
  }

  override onReconnect({ sessionId }: Client): void {
    setAway(this.state, sessionId, false);
  }

  override onLeave({ sessionId }: Client): void {
    this.state.players.delete(sessionId);
  }
}
