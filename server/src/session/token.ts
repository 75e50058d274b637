/**
 * What proves that a seat is yours: 256 bits made from the room's secret, the same on every process that owns the room. Each time the
 * seat is taken its player gets the token of the next generation (seat-tokens.ts).
 *
 *   <session id, base64url>.<generation, base 36>.<branch, base 36, 7 digits>.<HMAC-SHA256 of all that and the room, base64url>
 *
 * A build before this one had a single token for as long as the seat is held, the HMAC of room and session alone: generation 0.
 */
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

const TOKEN = /^([\w-]+)\.([0-9a-z]{1,7})\.([0-9a-z]{7})\.[\w-]{43}$/;

/** A new room's secret, 256 bits. */
export function newSecret(): string {
  return randomBytes(32).toString("base64url");
}

/** What a text is worth for a seat. `copied`: spent, by the page that has the seat; `replayed`: spent, and a later page went on from it. */
export type Worth = "good" | "unknown" | "copied" | "replayed";

/** Which of a seat's tokens. */
export interface Turn {
  /** From 1; 0: the only one of a build before. */
  readonly generation: number;
  /** Tells the tokens of a generation apart: each time one is told it is another. From 1. */
  readonly branch: number;
}

export interface TokenOf extends Turn {
  readonly roomId: string;
  readonly sessionId: string;
}

/** May stand in a URL as it is, and has no colon, at which the SDK would cut it. */
export function seatToken(secret: string, { roomId, sessionId, generation, branch }: TokenOf): string {
  const mac = macOf(secret, JSON.stringify([roomId, sessionId, generation, branch]));
  const session = Buffer.from(sessionId).toString("base64url");
  return [session, generation.toString(36), branch.toString(36).padStart(7, "0"), mac].join(".");
}

/** What a build before had. */
export function stableToken(secret: string, roomId: string, sessionId: string): string {
  return macOf(secret, `${roomId}:${sessionId}`);
}

/** Which of this seat's tokens it is; undefined for any other text. Takes as long whatever is wrong with it. */
export function turnOf(token: string, secret: string, roomId: string, sessionId: string): Turn | undefined {
  const [, , generation = "0", branch = "0"] = TOKEN.exec(token) ?? [];
  const turn = { generation: Number.parseInt(generation, 36), branch: Number.parseInt(branch, 36) };
  const genuine =
    turn.generation === 0 ? stableToken(secret, roomId, sessionId) : seatToken(secret, { roomId, sessionId, ...turn });
  return isSame(token, genuine) ? turn : undefined;
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
