/**
 * What proves that a seat is yours: 256 bits made from the room's secret, the same on every process that owns the room. Each time the
 * seat is taken its player gets the token of the next generation (seat-tokens.ts).
 *
 *   <session id, base64url>.<generation, base 36>.<HMAC-SHA256 of room, session and generation, base64url>
 *
 * A build before this one had a single token for as long as the seat is held, the HMAC of room and session alone: generation 0.
 */
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

const TOKEN = /^([\w-]+)\.([0-9a-z]{1,7})\.[\w-]{43}$/;

/** A new room's secret, 256 bits. */
export function newSecret(): string {
  return randomBytes(32).toString("base64url");
}

/** What a text is worth for a seat. `copied`: spent, by the page that has the seat; `replayed`: spent, and a later page went on from it. */
export type Worth = "good" | "unknown" | "copied" | "replayed";

export interface TokenOf {
  readonly roomId: string;
  readonly sessionId: string;
  /** From 1. */
  readonly generation: number;
}

/** May stand in a URL as it is, and has no colon, at which the SDK would cut it. */
export function seatToken(secret: string, { roomId, sessionId, generation }: TokenOf): string {
  const mac = macOf(secret, JSON.stringify([roomId, sessionId, generation]));
  return `${Buffer.from(sessionId).toString("base64url")}.${generation.toString(36)}.${mac}`;
}

/** What a build before had. */
export function stableToken(secret: string, roomId: string, sessionId: string): string {
  return macOf(secret, `${roomId}:${sessionId}`);
}

/** Its generation, when it is a token of this seat; undefined for any other text. Takes as long whatever is wrong with it. */
export function generationOf(token: string, secret: string, roomId: string, sessionId: string): number | undefined {
  const generation = Number.parseInt(TOKEN.exec(token)?.[2] ?? "0", 36);
  const genuine =
    generation === 0 ? stableToken(secret, roomId, sessionId) : seatToken(secret, { roomId, sessionId, generation });
  return isSame(token, genuine) ? generation : undefined;
}

/** The session a token says it is of; undefined: it says none, as those of generation 0. */
export function sessionIn(token: string): string | undefined {
  const said = TOKEN.exec(token)?.[1];
  return said === undefined ? undefined : Buffer.from(said, "base64url").toString();
}

function macOf(secret: string, text: string): string {
  return createHmac("sha256", secret).update(text).digest("base64url");
}

function isSame(got: string, expected: string): boolean {
  const [a, b] = [Buffer.from(got), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
