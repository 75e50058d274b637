/**
 * Our client and our host, with the network in between that {@link onStock} has. Real sockets, real time unless a test hands
 * its players a clock.
 *
 *   our client -> proxy -> our host with LabRooms
 */
import { connect, type ConnectOptions, type Room } from "@ninelives/client";
import { defineHost, HEARTBEAT } from "@ninelives/server";
import { Lab, LabRoom } from "../support/lab.ts";
import { startTestHost } from "../support/test-host.ts";
import { until, within } from "../support/until.ts";
import { type Proxy, withProxy } from "./proxied.ts";

export interface OurPlayer {
  readonly room: Room<typeof Lab>;
  readonly inside: LabRoom;
  /** What the client told the app of its connection, in order: `<state> <reason>`. */
  readonly told: readonly string[];
}

export interface OurStage {
  readonly proxy: Proxy;
  /** A player in a room of her own. */
  readonly join: (options?: ConnectOptions) => Promise<OurPlayer>;
}

export interface OurOptions {
  readonly seatHoldSeconds?: number;
  readonly roomClass?: new () => LabRoom;
}

export async function onOurs(
  act: (stage: OurStage) => Promise<void>,
  { seatHoldSeconds = 10, roomClass = LabRoom }: OurOptions = {},
): Promise<void> {
  const rooms = { lab: { type: Lab, room: roomClass } };
  const host = await startTestHost(
    defineHost({ rooms, store: { kind: "memory" }, seatHoldSeconds, heartbeat: HEARTBEAT.game }),
  );
  const joined: Room<typeof Lab>[] = [];
  try {
    await withProxy(host.port, async (proxy) => {
      const join = async (options: ConnectOptions = {}): Promise<OurPlayer> => {
        const room = await connect(proxy.url, options).create(Lab, { name: "Ada" });
        joined.push(room);
        const told: string[] = [];
        room.connection.onChange(({ to, reason }) => told.push(`${to} ${reason}`));
        await within("the server's pong", new Promise<void>((resolve) => room.sdk.ping(() => resolve())));
        return { room, inside: host.inside<LabRoom>(room.roomId), told };
      };
      await act({ proxy, join });
    });
  } finally {
    for (const { session } of joined) session.lifeline.abandon();
    await host.stop();
  }
}

/** Says each number as a command of its own; resolves when every one of them was answered. */
export function say({ room }: OurPlayer, said: readonly number[]): Promise<unknown> {
  return Promise.all(said.map((by) => room.command("add", { by })));
}

/** Numbers of the commands that ran in the room, in the order they ran. */
export function ran({ inside }: OurPlayer): number[] {
  return inside.trace.filter((line) => line.includes(" add ")).map((line) => Number(line.split(" ").at(-1)));
}

/** The room's hooks, in the order they were called. */
export function hooks({ inside }: OurPlayer): string[] {
  return inside.trace.map((line) => line.split(" ")[1]!).filter((what) => what !== "add");
}

/** Resolves when the client has told the app so. */
export function isTold({ told }: OurPlayer, what: string): Promise<true> {
  return until(`the client to tell "${what}"`, () => told.includes(what));
}
