/**
 * What follows when somebody comes to a room with a token that is spent (session/seat-tokens.ts says which are): it is refused, or the
 * session is revoked. Each is counted, and said in one line a second that never has the token itself.
 */
import type { Room } from "@colyseus/core";
import { CODES } from "@ninelives/shared-schema";
import { endSession } from "../adapter.ts";
import type { LineLimit } from "../inspect/line-limit.ts";
import type { SeatTokens } from "../session/seat-tokens.ts";
import type { RoomServices } from "./services.ts";

export interface SpentTokensOptions {
  readonly room: Room;
  readonly typeName: string;
  readonly tokens: SeatTokens;
  readonly services: Pick<RoomServices, "logger" | "metrics">;
  readonly lines: LineLimit;
}

export class SpentTokens {
  readonly #options: SpentTokensOptions;

  constructor(options: SpentTokensOptions) {
    this.#options = options;
  }

  /** Nothing but the token is refused. */
  refused(sessionId: string): void {
    this.#say(sessionId, "refused", "a spent token was refused");
  }

  /** Two have had a token of this session: neither has the seat any more. Done once, whoever comes again. */
  revoke(sessionId: string): void {
    const { room, tokens } = this.#options;
    const key = tokens.keyOf(sessionId);
    if (key === undefined || tokens.isRevoked(sessionId)) return;
    tokens.revoke(sessionId);
    this.#say(sessionId, "revoked", "session revoked: somebody came with a token that a later page had gone on from");
    endSession(room, sessionId, key, CODES.SESSION_REVOKED.code);
  }

  #say(sessionId: string, end: "refused" | "revoked", text: string): void {
    const { room, typeName, services, lines } = this.#options;
    const { roomId } = room;
    services.metrics.tokenSpent(typeName, end);
    const swallowed = lines.next(`${roomId} ${sessionId} token ${end}`);
    if (swallowed === undefined) return;
    services.logger.warn({ roomId, sessionId, roomType: typeName, ...(swallowed === 0 ? {} : { swallowed }) }, text);
  }
}
