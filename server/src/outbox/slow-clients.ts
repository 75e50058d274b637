/**
 * Players of a room who do not read as fast as it speaks. Their patches are left out, and once they have read what waited they get the
 * whole state, after the patch of that tick and in place of it: so no patch precedes its snapshot. What our clients are told waits in
 * their mailboxes meanwhile (delivery.ts).
 *
 * Kept by socket: who comes back over another one begins with the whole state anyway.
 */
import { type Client, ClientState } from "@colyseus/core";
import { LIMITS } from "@ninelives/shared-schema";
import { unconfirmedFrames } from "../adapter.ts";

export interface SlowClientsOptions {
  readonly isBehind: (socket: object) => boolean;
  /** Too much waits for a client that has not said that it is in. */
  readonly close: (socket: object) => void;
  readonly onSkipped: (patches: number) => void;
  readonly onResynced: () => void;
}

/** Who gets what, when somebody does not just get the patch. */
export interface Sorted {
  readonly reading: readonly Client[];
  /** Missed a patch, or miss this one. */
  readonly behind: readonly Client[];
  /** Those of them who get the whole state now. */
  readonly returning: readonly Client[];
}

export class SlowClients {
  readonly #options: SlowClientsOptions;
  /** Sockets that missed a patch. */
  readonly #stale = new WeakSet<object>();

  constructor(options: SlowClientsOptions) {
    this.#options = options;
  }

  /** Asked once for each patch; undefined: everybody gets it. */
  sort(clients: readonly Client[]): Sorted | undefined {
    const { isBehind } = this.#options;
    let sorted: { reading: Client[]; behind: Client[]; returning: Client[] } | undefined;
    for (const [index, client] of clients.entries()) {
      if (client.state === ClientState.JOINED && this.mustWait(client)) {
        sorted ??= { reading: [...clients].slice(0, index), behind: [], returning: [] };
        sorted.behind.push(client);
        if (isBehind(client.ref)) this.#stale.add(client.ref);
        else sorted.returning.push(client);
      } else {
        sorted?.reading.push(client);
        if (client.state === ClientState.JOINING) this.#weigh(client);
      }
    }
    if (sorted !== undefined) this.#options.onSkipped(sorted.behind.length - sorted.returning.length);
    return sorted;
  }

  /** What it has of the state has what the next patch brings, too: in place of that it gets the whole state. */
  isAhead({ ref }: Client): void {
    this.#stale.add(ref);
  }

  /** It was sent the whole state. */
  resynced({ ref }: Client): void {
    this.#stale.delete(ref);
    this.#options.onResynced();
  }

  /** It is behind, or what it has of the state is: nothing that follows from the state may reach it. */
  mustWait({ ref }: Client): boolean {
    return this.#stale.has(ref) || this.#options.isBehind(ref);
  }

  /** Colyseus keeps what is said to a client that has not said that it is in, for as long as it says nothing. */
  #weigh(client: Client): void {
    let weight = 0;
    for (const { length } of unconfirmedFrames(client)) weight += length + LIMITS.frameCostBytes;
    if (weight > LIMITS.slowHardBytes) this.#options.close(client.ref);
  }
}
