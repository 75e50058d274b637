/**
 * Who is in the room: every session with a seat, also while its connection is down, with the newest connection it had. What
 * is said to "everyone" is said to these.
 */
import type { Client } from "@colyseus/core";

export class Sessions {
  readonly #clients = new Map<string, Client>();

  /** A player joined, or came back over another connection. */
  entered(client: Client): void {
    this.#clients.set(client.sessionId, client);
  }

  left(sessionId: string): void {
    this.#clients.delete(sessionId);
  }

  /** The newest connection of a session; undefined when it has no seat here. */
  client(sessionId: string): Client | undefined {
    return this.#clients.get(sessionId);
  }

  [Symbol.iterator](): IterableIterator<Client> {
    return this.#clients.values();
  }
}
