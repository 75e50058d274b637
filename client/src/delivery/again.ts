/**
 * What goes out once more on a new connection, in order and a few at a time: a server that is sent more than it lets wait for one
 * tick would end the connection. Answers come in order, so one of them stands for all before it.
 *
 * Bounds: at most LIMITS.commandsInFlight are under way; what may wait is bounded by whoever begins.
 */
import { LIMITS } from "@ninelives/shared-schema";

export class Again<Command extends { readonly id: number }> {
  #waiting: Command[] = [];
  #underWay: number[] = [];

  /** None waits; some may be under way. */
  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  get underWay(): number {
    return this.#underWay.length;
  }

  /** A connection begins: what the one before left is forgotten. */
  begin(commands: Command[]): void {
    this.#waiting = commands;
    this.#underWay = [];
  }

  /** Sends those that may go now. */
  send(send: (command: Command) => void): void {
    while (this.#waiting.length > 0 && this.#underWay.length < LIMITS.commandsInFlight) {
      const command = this.#waiting.shift()!;
      this.#underWay.push(command.id);
      send(command);
    }
  }

  answered(id: number): void {
    this.#underWay = this.#underWay.filter((other) => other > id);
  }
}
