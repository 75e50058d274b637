/**
 * What a join does that was promised a seat and did not get it: its process may have died or stood still in between. The seat is tried
 * again at every process there is; when it went with its process, another one in the same room is asked for.
 */
import type { NetError } from "@ninelives/shared-schema";
import type { Reserved, SessionClient } from "./adapter.ts";

/** Times a join asks, the first one included. */
export const SEATS_ASKED_FOR = 5;

export interface PromisedSeat extends Reserved {
  /** Of the room's type. */
  readonly name: string;
  readonly roomId: string;
  readonly sessionId: string;
}

const seats = new WeakMap<NetError, PromisedSeat>();

/** The join that was refused with this had been promised this seat. */
export function promisedBefore(error: NetError, seat: PromisedSeat): void {
  seats.set(error, seat);
}

/** What to ask for next; undefined: nothing, or what was asked for at first. */
export function secondChance(error: NetError, options: object): ((sdk: SessionClient) => Promise<unknown>) | undefined {
  const seat = seats.get(error);
  if (seat === undefined) return undefined;
  switch (error.name) {
    case "MAY_TRY_RECONNECT":
    case "UNREACHABLE":
      return (sdk) => sdk.consumeSeatReservation(reservationOf(seat) as never);
    case "SEAT_EXPIRED":
      return (sdk) => sdk.joinById(seat.roomId, options);
    default:
      return undefined;
  }
}

/** As matchmaking had given it. */
function reservationOf({ address, ...seat }: PromisedSeat) {
  const { host, pathname } = new URL(address);
  const path = pathname.split("/").slice(1);
  const [processId] = path.splice(-2);
  return { ...seat, processId, publicAddress: [host, ...path].join("/") };
}
