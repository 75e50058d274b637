/** Who sits where: places at the table, in the order of the turn. */
import type { MapSchema } from "@colyseus/schema";
import type { Seat } from "./cards.type.ts";

type Seats = MapSchema<Seat>;

/** The lowest place nobody has. */
export function freePlace(seats: Seats): number {
  const taken = new Set([...seats.values()].map(({ place }) => place));
  let place = 0;
  while (taken.has(place)) place++;
  return place;
}

/** Session ids, by place. */
export function inOrder(seats: Seats): string[] {
  return [...seats].sort(([, a], [, b]) => a.place - b.place).map(([id]) => id);
}

/** Who comes after this one; that one itself when nobody else is there. */
export function nextAfter(id: string, seats: Seats): string {
  const order = inOrder(seats);
  return order[(order.indexOf(id) + 1) % order.length]!;
}

/** Bots wait for the first player, who leads the first round. */
export function hasPerson(seats: Seats): boolean {
  return [...seats.values()].some(({ bot }) => !bot);
}

/** The bot to go first: the one that has won least. */
export function spareBot(seats: Seats): string | undefined {
  const bots = [...seats].filter(([, { bot }]) => bot);
  return bots.sort(([, a], [, b]) => a.score - b.score)[0]?.[0];
}
