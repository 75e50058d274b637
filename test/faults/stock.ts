/**
 * Colyseus as it comes, on both sides, with a network that a test can break in between. Real sockets, real time.
 *
 *   stock SDK -> proxy -> stock server with TallyRooms
 *
 * A stage is for one half of a test: a process has one matchmaker, so the stock server goes before one of ours comes.
 */
import { Client, type Room } from "@colyseus/sdk";
import { after, before } from "mocha";
import { startStock } from "../support/stock-host.ts";
import { until, within } from "../support/until.ts";
import { type Proxy, withProxy } from "./proxied.ts";
import { TallyRoom } from "./tally-room.ts";

export interface StockPlayer {
  readonly room: Room;
  readonly inside: TallyRoom;
  /** What the SDK told the app of its connection, in order: `drop <code>`, `back`, `end <code>`. */
  readonly told: readonly string[];
}

export interface StockStage {
  readonly proxy: Proxy;
  /**
   * A player in a room of her own. `minUptime` is 0 unless a test is about it: a documented setting, in place of five seconds
   * of waiting.
   */
  readonly join: (minUptime?: number) => Promise<StockPlayer>;
}

export interface StockOptions {
  readonly pingEveryMs?: number;
}

export async function onStock(act: (stage: StockStage) => Promise<void>, options: StockOptions = {}): Promise<void> {
  const host = await startStock({ tally: TallyRoom }, options);
  const rooms: Room[] = [];
  try {
    await withProxy(Number(new URL(host.url).port), async (proxy) => {
      const join = async (minUptime = 0): Promise<StockPlayer> => {
        const room = await new Client(proxy.url).create("tally");
        rooms.push(room);
        room.reconnection.minUptime = minUptime;
        const told: string[] = [];
        room.onDrop((code) => told.push(`drop ${code}`));
        room.onReconnect(() => told.push("back"));
        room.onLeave((code) => told.push(`end ${code}`));
        const player = { room, inside: host.room(room.roomId) as TallyRoom, told };
        await delivered(player);
        return player;
      };
      await act({ proxy, join });
    });
  } finally {
    for (const { reconnection, connection } of rooms) {
      reconnection.enabled = false;
      // An attempt that is due already would knock at the next stage's door.
      connection.reconnect = () => {};
    }
    await host.stop();
  }
}

/** Keeps the SDK's word on each of its attempts off the console while a suite runs. */
export function hushSdk(): void {
  const { info } = console;
  before(() => {
    console.info = () => {};
  });
  after(() => {
    console.info = info;
  });
}

/** Resolves when the server has taken every frame sent before: one socket keeps its order. */
export function delivered({ room }: StockPlayer): Promise<void> {
  return within("the server's pong", new Promise<void>((resolve) => room.ping(() => resolve())));
}

/** Resolves when the SDK has told the app so. */
export function tells({ told }: StockPlayer, what: string): Promise<true> {
  return until(`the SDK to tell "${what}"`, () => told.includes(what));
}

/** Resolves when the server's room has called that hook. */
export function calls({ inside }: StockPlayer, hook: string): Promise<true> {
  return until(`the room's ${hook}`, () => inside.calls.includes(hook));
}

/** What the SDK waits before each of its attempts when all of them fail, ms. */
export function schedule({ reconnection }: Room): number[] {
  const { maxRetries, minDelay, maxDelay, delay, backoff } = reconnection;
  return Array.from({ length: maxRetries }, (_, index) =>
    Math.min(maxDelay, Math.max(minDelay, backoff(index + 1, delay))),
  );
}
