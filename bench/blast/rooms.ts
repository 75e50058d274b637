/**
 * The rooms of the blast bench: one that is well, writes down when each of its steps began, and shows its player something new in each;
 * and three that are not. Once as Ninelives rooms, once as plain Colyseus rooms.
 */
import { Room } from "@colyseus/core";
import { schema, t } from "@colyseus/schema";
import { GameRoom } from "@ninelives/server";
import { defineRoomType } from "@ninelives/shared-schema";

export const TICK_HZ = 20;
/** Of a period, which a step of the heavy room takes. */
export const HEAVY_SHARE = 0.8;

/** `throws`: each step throws. `strays`: each leaves a promise behind that rejects. `heavy`: each takes most of its period. */
export const BAD = ["throws", "strays", "heavy"] as const;
export type Bad = (typeof BAD)[number];

/** Room id -> when its steps began, ms, while steps are on record. */
export const record = { isOn: false, startedMs: new Map<string, number[]>(), misdeeds: 0 };

const HealthyState = schema({ step: t.uint32().default(0) }, "HealthyState");
const BadState = schema({ step: t.uint32().default(0) }, "BadState");

function keepPace(roomId: string, state: InstanceType<typeof HealthyState>): void {
  state.step++;
  if (!record.isOn) return;
  const started = record.startedMs.get(roomId);
  if (started === undefined) record.startedMs.set(roomId, [performance.now()]);
  else started.push(performance.now());
}

function misbehave(bad: Bad, state: InstanceType<typeof BadState>): void {
  state.step++;
  if (record.isOn) record.misdeeds++;
  if (bad === "throws") throw new Error("a step that throws");
  if (bad === "strays") void Promise.reject(new Error("a promise that nobody waits for"));
  if (bad === "heavy") {
    const endMs = performance.now() + (HEAVY_SHARE * 1000) / TICK_HZ;
    while (performance.now() < endMs);
  }
}

export function ourRooms() {
  const healthy = defineRoomType({ name: "healthy", tickHz: TICK_HZ, maxPlayers: 1, state: HealthyState });
  class Healthy extends GameRoom<typeof healthy> {
    override readonly commands = {};
    override onTick(): void {
      keepPace(this.roomId, this.state);
    }
  }
  const badRooms = BAD.map((bad) => {
    const type = defineRoomType({ name: bad, tickHz: TICK_HZ, maxPlayers: 1, state: BadState });
    class BadRoom extends GameRoom<typeof type> {
      override readonly commands = {};
      override autoDispose = false;
      override onTick(): void {
        misbehave(bad, this.state);
      }
    }
    return [bad, { type, room: BadRoom }] as const;
  });
  return { healthy: { type: healthy, room: Healthy }, ...Object.fromEntries(badRooms) };
}

export function stockRooms(): Record<string, new () => Room> {
  class Healthy extends Room<{ state: InstanceType<typeof HealthyState> }> {
    override state = new HealthyState();
    override maxClients = 1;
    override patchRate = 1000 / TICK_HZ;
    override onCreate(): void {
      this.setFixedTimestep(() => keepPace(this.roomId, this.state), TICK_HZ);
    }
  }
  const badRooms = BAD.map((bad) => {
    class BadRoom extends Room<{ state: InstanceType<typeof BadState> }> {
      override state = new BadState();
      override autoDispose = false;
      override patchRate = 1000 / TICK_HZ;
      override onCreate(): void {
        this.setFixedTimestep(() => misbehave(bad, this.state), TICK_HZ);
      }
    }
    return [bad, BadRoom] as const;
  });
  return { healthy: Healthy, ...Object.fromEntries(badRooms) };
}
