/** `window.arena`: what this page shows, to read. For browser tests and for a look from the console. */
import type { Room } from "@ninelives/client";
import type { Arena } from "../arena.type.ts";
import type { Ships } from "./ships.ts";
import type { Shots } from "./shots.ts";

export interface ShownShip {
  readonly id: string;
  readonly name: string;
  readonly bot: boolean;
  readonly alive: boolean;
  readonly score: number;
  readonly x: number;
  readonly y: number;
}

declare global {
  interface Window {
    arena?: DebugHandle;
  }
}

export class DebugHandle {
  readonly #room: Room<typeof Arena>;
  readonly #ships: Ships;
  readonly #shots: Shots;

  constructor(room: Room<typeof Arena>, ships: Ships, shots: Shots) {
    this.#room = room;
    this.#ships = ships;
    this.#shots = shots;
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

  get rttMs(): number {
    return this.#room.net.read().rttMs;
  }

  ships(): ShownShip[] {
    return [...this.#ships.all()].map(({ id, ship, x, y, alive }) => {
      const { name, bot, score } = ship;
      return { id, name, bot, alive, score, x, y };
    });
  }

  /** Shots on the screen now. */
  shots(): { readonly own: boolean; readonly x: number; readonly y: number }[] {
    return [...this.#shots.all()].filter(({ visible }) => visible).map(({ own, x, y }) => ({ own, x, y }));
  }
}
