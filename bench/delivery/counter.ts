/**
 * The rooms of the delivery bench: a message adds to a counter in the state, and nothing else happens. Once as Ninelives rooms
 * with a command, once as a plain Colyseus room with a message, over the same state, at the same rate.
 */
import { type Client, Room } from "@colyseus/core";
import { schema, t } from "@colyseus/schema";
import { type CommandHandlers, GameRoom } from "@ninelives/server";
import { defineRoomType, type Durability, pack } from "@ninelives/shared-schema";
import { z } from "zod";

export const TICK_HZ = 30;
/** Name of the command, and of the message. */
export const NAME = "add";
const SEATS = 100;

const CounterState = schema({ count: t.uint32().default(0) }, "CounterState");
type CounterState = InstanceType<typeof CounterState>;

export interface Addition {
  readonly by: number;
  readonly note: string;
}

/** A payload of exactly that many bytes of MessagePack, up to 40 of them or from 60 to 280. */
export function additionOf(bytes: number): Addition {
  const empty = pack({ by: 1, note: "" }).length;
  const note = "x".repeat(bytes - empty - (bytes > 40 ? 1 : 0));
  return { by: 1, note };
}

/** How many messages the rooms of this process have taken. */
export const taken = { messages: 0 };

function add(state: CounterState, { by }: Addition): { count: number } {
  taken.messages++;
  state.count += by;
  return { count: state.count };
}

export function counterType(name: string, durability: Durability) {
  return defineRoomType({
    name,
    tickHz: TICK_HZ,
    maxPlayers: SEATS,
    durability,
    state: CounterState,
    commands: {
      [NAME]: {
        payload: z.object({ by: z.int().min(1).max(1_000), note: z.string().max(1_000) }),
        result: z.object({ count: z.number() }),
      },
    },
  });
}
export type CounterType = ReturnType<typeof counterType>;

export class CounterRoom extends GameRoom<CounterType> {
  override readonly commands: CommandHandlers<CounterType> = {
    [NAME]: (_client, addition) => add(this.state, addition),
  };
}

/** What the handler returns answers requests; a message that was sent and no more has no answer. */
export class StockCounterRoom extends Room<{ state: CounterState }> {
  override maxClients = SEATS;
  override state = new CounterState();
  override patchRate = 1000 / TICK_HZ;

  override onCreate(): void {
    this.onMessage(NAME, (_client: Client, addition: Addition) => add(this.state, addition));
  }
}
