/**
 * What proves that a seat is yours: 256 bits made from the room's secret, the same after every return and on every process
 * that owns the room. It does not change while the seat is held, so an answer that was lost on the way locks nobody out.
 */
import { createHmac, randomBytes } from "node:crypto";

/** A new room's secret, 256 bits. */
export function newSecret(): string {
  return randomBytes(32).toString("base64url");
}

/** 43 characters that may stand in a URL. */
export function seatToken(secret: string, roomId: string, sessionId: string): string {
  return createHmac("sha256", secret).update(`${roomId}:${sessionId}`).digest("base64url");
}
