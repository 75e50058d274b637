/** Players whose own time a test moves, on a real network: minutes of trying to come back in a moment. */
import type { ClientSocket, ConnectOptions, OpenSocket } from "@ninelives/client";
import { ManualClock } from "../support/manual-clock.ts";
import { until } from "../support/until.ts";

/** Shorter than any wait between two attempts, but for the first. */
const STEP_MS = 50;

export class HandDriven {
  readonly clock = new ManualClock();
  /** Sockets that are neither open nor closed yet. */
  #opening = 0;

  /** What to connect with. Each player's attempts, the first join included, are written down by the clock, ms. */
  player(): { readonly options: ConnectOptions; readonly attemptsMs: number[] } {
    const attemptsMs: number[] = [];
    const openSocket: OpenSocket = (...address) => {
      attemptsMs.push(this.clock.now());
      return this.#open(...address);
    };
    return { options: { clock: this.clock, openSocket }, attemptsMs };
  }

  /** Lets time pass until `done`; an attempt takes none of it. */
  async pass(done: () => boolean): Promise<void> {
    while (!done()) {
      this.clock.advance(STEP_MS);
      await until("what became of each attempt", () => this.#opening === 0);
    }
  }

  #open(url: string, subprotocols: readonly string[]): ClientSocket {
    const socket = new WebSocket(url, [...subprotocols]);
    let opening = true;
    const settled = (): void => {
      if (opening) this.#opening--;
      opening = false;
    };
    this.#opening++;
    socket.addEventListener("open", settled);
    socket.addEventListener("close", settled);
    return socket as ClientSocket;
  }
}
