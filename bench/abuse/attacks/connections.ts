/** Connections that are opened, say a little or nothing, and stay. */
import { connect, type Socket } from "node:net";
import { ATTACKER, count, type Outcome } from "./outcome.ts";

const AT_ONCE = 64;

/** Headers that never end. */
export const SLOW_HEADERS = "GET / HTTP/1.1\r\nhost: x\r\nx-slow:";

export class Connections {
  readonly #open = new Set<Socket>();
  #isOver = false;

  /** How many are open now. */
  get open(): number {
    return this.#open.size;
  }

  /** Counts those that were `opened`, and those that the server `closed` until it is over. */
  async openMany(port: number, times: number, says = ""): Promise<Outcome> {
    const outcome: Outcome = {};
    for (let at = 0; at < times && !this.#isOver; at += AT_ONCE)
      await Promise.all(
        Array.from({ length: Math.min(AT_ONCE, times - at) }, () => this.#openOne(port, outcome, says)),
      );
    return outcome;
  }

  stop(): void {
    this.#isOver = true;
    for (const socket of this.#open) socket.destroy();
  }

  #openOne(port: number, outcome: Outcome, says: string): Promise<void> {
    return new Promise((resolve) => {
      const socket = connect({ host: "127.0.0.1", port, localAddress: ATTACKER });
      this.#open.add(socket);
      socket.on("error", () => {}).resume();
      socket.once("connect", () => {
        count(outcome, "opened");
        if (says !== "") socket.write(says);
        resolve();
      });
      socket.once("close", () => {
        this.#open.delete(socket);
        if (!this.#isOver) count(outcome, "closed");
        resolve();
      });
    });
  }
}
