/** Players who are connected to a queue and do not wait in it: they have been told so, and may leave by themselves for a while. */
import type { Client } from "@colyseus/core";
import { CODES, LIMITS } from "@ninelives/shared-schema";

export class Absentees {
  /** Since when, ms. */
  readonly #since = new Map<string, number>();

  sendAway(clients: readonly Client[], waits: (sessionId: string) => boolean, nowMs: number): void {
    const idle = clients.filter(({ sessionId }) => !waits(sessionId));
    const ids = new Set(idle.map(({ sessionId }) => sessionId));
    for (const sessionId of this.#since.keys()) if (!ids.has(sessionId)) this.#since.delete(sessionId);
    for (const client of idle) {
      const sinceMs = this.#since.get(client.sessionId) ?? nowMs;
      this.#since.set(client.sessionId, sinceMs);
      if (nowMs - sinceMs >= LIMITS.queueLingerMs) client.leave(CODES.CONSENTED.code);
    }
  }
}
