/** Lab rooms on a clock moved by hand: real sockets, and no tick but those a test asks for. */
import { type Client, connect, type Room } from "@ninelives/client";
import { defineHost, type HostOptions } from "@ninelives/server";
import type { JoinInput } from "@ninelives/shared-schema";
import { Lab, LabRoom, PERIOD_MS } from "./lab.ts";
import { ManualClock } from "./manual-clock.ts";
import { pump, startTestHost, type TestHost } from "./test-host.ts";
import { settle, until, within } from "./until.ts";

export interface Stepped {
  readonly host: TestHost;
  readonly clock: ManualClock;
  readonly client: Client;
  /** A player in a room of her own. */
  create(options?: JoinInput<typeof Lab>): Promise<Room<typeof Lab>>;
  joinById(roomId: string, options?: JoinInput<typeof Lab>): Promise<Room<typeof Lab>>;
  inside(room: Room<typeof Lab>): LabRoom;
  /** Runs this many ticks, one wake-up each, and lets what follows from each happen in this process. */
  ticks(count?: number): Promise<void>;
  /** Runs ticks until the promise settles. */
  pump<T>(promise: Promise<T>): Promise<T>;
}

export async function startStepped(
  options: Partial<HostOptions> & { seatHoldSeconds?: number } = {},
): Promise<Stepped> {
  const clock = new ManualClock();
  // The players live on the system's clock: a seat must not run out while this one is pumped.
  const { seatHoldSeconds = 3_600, ...more } = options;
  const rooms = { lab: { type: Lab, room: LabRoom } };
  const host = await startTestHost(defineHost({ rooms, store: { kind: "memory" }, seatHoldSeconds }), {
    clock,
    ...more,
  });
  const client = connect(host.url, { random: () => 0.2 });
  return {
    host,
    clock,
    client,
    create: (joinOptions = {}) => pump(clock, client.create(Lab, joinOptions)),
    joinById: (roomId, joinOptions = {}) => pump(clock, client.joinById(Lab, roomId, joinOptions)),
    inside: (room) => host.inside<LabRoom>(room.roomId),
    async ticks(count = 1) {
      for (let tick = 0; tick < count; tick++) {
        clock.advance(PERIOD_MS);
        await settle();
      }
    },
    pump: (promise) => pump(clock, promise),
  };
}

/** Resolves when the server has taken every frame this client has sent: one socket keeps its order. */
export function delivered(room: Room<typeof Lab>): Promise<void> {
  return within("the server's pong", new Promise<void>((resolve) => room.sdk.ping(() => resolve())));
}

/** Cuts the connection as a network does: no goodbye. The client comes back by itself, 40 ms later. */
export function cut(room: Room<typeof Lab>): void {
  room.session.lifeline.cut();
}

/** The player's device is gone: no goodbye, and nobody comes back. */
export function vanish(room: Room<typeof Lab>): void {
  room.session.lifeline.abandon();
}

/** Waits for the server to notice that a player's socket is gone, or that a new one is there. */
export function clientsAre(lab: LabRoom, count: number): Promise<true> {
  return until(`${count} clients in the room`, () => lab.clients.length === count);
}
