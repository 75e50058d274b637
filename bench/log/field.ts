/**
 * The room of the log's bench: a hundred players who all move every tick, with some fields nobody may see and some memory, as
 * one contract in two durabilities. Nothing else differs between the two.
 */
import { schema, t } from "@colyseus/schema";
import { GameRoom, type Step } from "@ninelives/server";
import { defineRoomType, type Durability } from "@ninelives/shared-schema";

export const TICK_HZ = 30;
export const PLAYERS = 100;
/** Hidden fields and memory entries that change in one tick. */
export const SECRETS_PER_TICK = 10;
export const MEMORY_PER_TICK = 10;

const Mover = schema(
  {
    x: t.float32().default(0),
    y: t.float32().default(0),
    vx: t.float32().default(0),
    vy: t.float32().default(0),
    hp: t.uint8().default(0),
    /** In the log, for no client's eyes. */
    stamina: t.uint16().default(0).view(),
  },
  "Mover",
);

const FieldState = schema({ movers: t.map(Mover) }, "FieldState");
const FieldMemory = schema({ dueMs: t.map("uint32") }, "FieldMemory");

export function fieldType(durability: Durability) {
  return defineRoomType({
    name: "field",
    tickHz: TICK_HZ,
    maxPlayers: PLAYERS,
    durability,
    state: FieldState,
    memory: FieldMemory,
  });
}

type FieldType = ReturnType<typeof fieldType>;

/** What the bench turns and reads from outside of the room. */
export const field = { moving: false, ticks: 0 };

export class FieldRoom extends GameRoom<FieldType> {
  override readonly commands = {};

  override onJoin(client: { sessionId: string }): void {
    this.state.movers.set(client.sessionId, new Mover());
    this.memory.dueMs.set(client.sessionId, 0);
  }

  override onTick({ tick, elapsedMs }: Step): void {
    if (!field.moving) return;
    field.ticks++;
    let index = 0;
    for (const [id, mover] of this.state.movers) {
      mover.x = index + tick * 1.25;
      mover.y = index - tick * 0.75;
      mover.vx = Math.sin(tick * 0.1 + index);
      mover.vy = Math.cos(tick * 0.1 + index);
      mover.hp = (tick + index) & 255;
      if ((index + tick) % (PLAYERS / SECRETS_PER_TICK) === 0) mover.stamina = tick & 65_535;
      if ((index + tick) % (PLAYERS / MEMORY_PER_TICK) === 0) this.memory.dueMs.set(id, Math.round(elapsedMs));
      index++;
    }
  }
}
