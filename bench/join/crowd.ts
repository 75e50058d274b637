/** Many who join at once, or so many at a time: as cheap as can be, so that the servers have the machine. */
import { setTimeout as sleep } from "node:timers/promises";
import { CLIENT_HEADER, PROTOCOL_VERSION } from "@ninelives/shared-schema";
import { RawClient } from "../lib/raw-client.ts";
import { Eight, SEATS } from "./rooms.ts";

/** Longest wait for rooms that everybody left to end, ms. */
const EMPTY_MS = 30_000;
/** A join that takes longer is given up, and counted as an error, ms. */
const JOIN_MS = 20_000;

export interface Joins {
  /** Of those that came in, ms from asking for a seat until the room said welcome. */
  readonly tookMs: readonly number[];
  readonly totalMs: number;
  readonly errors: readonly string[];
  readonly rooms: number;
  /** Rooms with a seat left, one of which is due where the count leaves a rest. */
  readonly unfilled: number;
}

/** `width`: how many ask at a time. `urls`: of the servers, asked in turn. */
export async function joinMany(urls: readonly string[], count: number, width: number): Promise<Joins> {
  const clients: RawClient[] = [];
  const tookMs: number[] = [];
  const errors: string[] = [];
  let next = 0;
  const startedMs = performance.now();
  const lane = async () => {
    while (next < count) {
      const url = urls[next++ % urls.length]!;
      const askedMs = performance.now();
      try {
        clients.push(await within(RawClient.join(url, Eight.name, { headers: OURS })));
        tookMs.push(performance.now() - askedMs);
      } catch (error) {
        errors.push((error as Error).message);
      }
    }
  };
  await Promise.all(Array.from({ length: width }, lane));
  const totalMs = performance.now() - startedMs;
  const sizes = [...Map.groupBy(clients, ({ roomId }) => roomId).values()].map(({ length }) => length);
  for (const client of clients) client.leave();
  return { tookMs, totalMs, errors, rooms: sizes.length, unfilled: sizes.filter((size) => size < SEATS).length };
}

/** Both sides say where the room is; ours only to a client that says it understands. */
const OURS = { [CLIENT_HEADER]: String(PROTOCOL_VERSION) };

/**
 * Waits until nobody is in any room, and all have ended but so many that are kept `ready`. Stock sometimes keeps rooms that everybody
 * has left: there it goes on after EMPTY_MS, in ours that is an error.
 */
export async function emptied(
  openSizes: () => Promise<readonly number[]>,
  ready: number,
  isStock: boolean,
): Promise<void> {
  const endsAtMs = performance.now() + EMPTY_MS;
  const isQuiet = (sizes: readonly number[]) => sizes.length === ready && sizes.every((size) => size === 0);
  while (!isQuiet(await openSizes())) {
    if (performance.now() > endsAtMs && isStock) return;
    if (performance.now() > endsAtMs) throw new Error(`rooms that everybody left are there after ${EMPTY_MS} ms`);
    await sleep(100);
  }
}

async function within<T>(joining: Promise<T>): Promise<T> {
  const late = AbortSignal.timeout(JOIN_MS);
  return Promise.race([
    joining,
    new Promise<never>((_, reject) => {
      late.addEventListener("abort", () => reject(new Error(`not in after ${JOIN_MS} ms`)), { once: true });
    }),
  ]);
}
