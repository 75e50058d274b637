/**
 * The room of the log's bench: a hundred players who all move every tick, with some fields nobody may see and some memory, as
 * one contract in two durabilities. Nothing else differs between the two; both stand in one process, and one of them moves at a time.
 */
import { schema, t } from "@colyseus/schema";
import { GameRoom, type Step } from "@ninelives/server";
import { defineRoomType, type Durability, LIMITS } from "@ninelives/shared-schema";

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

export type Variant = Extract<Durability, "acked" | "off">;
export const VARIANTS: readonly Variant[] = ["acked", "off"];

/** `warm`: the same at the highest rate, to bring a fresh process up to the speed of one that has run for long. */
export function fieldType(durability: Variant, isWarm = false) {
  return defineRoomType({
    name: isWarm ? `warm-${durability}` : durability,
    tickHz: isWarm ? LIMITS.tickHzMax : TICK_HZ,
    maxPlayers: PLAYERS,
    durability,
    state: FieldState,
    memory: FieldMemory,
  });
}

type FieldType = ReturnType<typeof fieldType>;

/** What the bench turns and reads from outside of the rooms. */
export const field: { moving: Variant | undefined; ticks: number } = { moving: undefined, ticks: 0 };

abstract class FieldRoom extends GameRoom<FieldType> {
  override readonly commands = {};
  protected abstract readonly variant: Variant;

  override onJoin({ sessionId }: { sessionId: string }): void {
    this.addMover(sessionId);
  }

  override onTick(step: Step): void {
    if (this.variant === "acked") field.ticks++;
    if (field.moving === this.variant) this.moveAll(step);
  }

  protected addMover(id: string): void {
    this.state.movers.set(id, new Mover());
    this.memory.dueMs.set(id, 0);
  }

  protected moveAll({ tick, elapsedMs }: Step): void {
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

export class AckedRoom extends FieldRoom {
  protected override readonly variant = "acked";
}

export class OffRoom extends FieldRoom {
  protected override readonly variant = "off";
}

/** A hundred movers whoever is there, always on the move. */
export class WarmRoom extends AckedRoom {
  override onCreate(): void {
    for (let index = 0; index < PLAYERS; index++) this.addMover(`mover-${index}`);
  }

  override onJoin(): void {}

  override onTick(step: Step): void {
    this.moveAll(step);
  }
}
