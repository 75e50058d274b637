/** The HTTP status that goes with an error. */
import type { NetError } from "@ninelives/shared-schema";
import { ForeignOrigin } from "../limits/origins.ts";
import { BodyTooLarge } from "./exchange.ts";

const STATUS: Partial<Record<NetError["name"], number>> = {
  ROOM_TYPE_UNKNOWN: 404,
  ROOM_NOT_FOUND: 404,
  ROOM_FULL: 409,
  ROOM_LOCKED: 409,
  OPTIONS_INVALID: 400,
  SEAT_EXPIRED: 410,
  UNAUTHORIZED: 401,
  SERVER_SHUTDOWN: 503,
  MAY_TRY_RECONNECT: 503,
  BUSY: 503,
  TOO_MANY: 429,
};

export function statusOf(error: NetError): number {
  if (error instanceof BodyTooLarge) return 413;
  if (error instanceof ForeignOrigin) return 403;
  return STATUS[error.name] ?? 500;
}
