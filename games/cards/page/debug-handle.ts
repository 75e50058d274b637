/** `window.cards`: what this page knows, to read. For browser tests and for a look from the console. */
import type { Room } from "@ninelives/client";
import { type Card, sortedHand } from "../cards.rules.ts";
import type { Cards } from "../cards.type.ts";
import type { Moves } from "./moves.ts";

export interface ShownSeat {
  readonly id: string;
  readonly name: string;
  readonly bot: boolean;
  readonly score: number;
  readonly handCount: number;
}

declare global {
  interface Window {
    cards?: DebugHandle;
  }
}

export class DebugHandle {
  readonly #room: Room<typeof Cards>;
  readonly #moves: Moves;

  constructor(room: Room<typeof Cards>, moves: Moves) {
    this.#room = room;
    this.#moves = moves;
  }

  get sessionId(): string {
    return this.#room.sessionId;
  }

  get roomId(): string {
    return this.#room.roomId;
  }

  get connection(): string {
    return this.#room.connection.state;
  }

  get phase(): string {
    return this.#room.state.phase;
  }

  get round(): number {
    return this.#room.state.round;
  }

  get isOwnTurn(): boolean {
    return this.#moves.isOwnTurn;
  }

  get top(): Card {
    return this.#room.state.top;
  }

  /** Moves that wait for their answer. */
  get waiting(): number {
    return this.#room.pending.length;
  }

  hand(): Card[] {
    return sortedHand(this.#moves.seat?.hand ?? []);
  }

  playable(): Card[] {
    return [...this.#moves.playable];
  }

  seats(): ShownSeat[] {
    return [...this.#room.state.seats].map(([id, { name, bot, score, handCount }]) => {
      return { id, name, bot, score, handCount };
    });
  }
}
