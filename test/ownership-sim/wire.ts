/** One connection between a player and a process, with the words that are said on it. In order each way; when it breaks, a side may not hear of it. */
import type { Clock } from "@ninelives/server";
import type { CommandItem } from "@ninelives/shared-schema";
import type { Dice } from "./dice.ts";

export interface Hello {
  readonly roomId: string;
  readonly sessionId: string;
  /** Highest epoch seen of the room. */
  readonly epoch: number;
  /** Results up to this have arrived. */
  readonly resultId: number;
}

export type Word =
  | { readonly kind: "welcome"; readonly epoch: number; readonly commandId: number }
  | { readonly kind: "result"; readonly id: number; readonly body: Uint8Array };

/** Why a connection was closed: come again, there is a place for you, your match is gone, or nobody said anything. */
export type Farewell =
  | { readonly why: "again" }
  | { readonly why: "moved"; readonly address: string }
  | { readonly why: "gone" }
  | { readonly why: "lost" };

/** The process's end, as a process knows its connections. */
export interface ServerEnd {
  readonly hello: Hello;
  readonly isOpen: boolean;
  send(word: Word): void;
  close(why: Farewell): void;
  onCommand: (command: CommandItem) => void;
  onClose: () => void;
}

/** Delay of a frame each way, ms. */
const NEAR_MS = 4;
const FAR_MS = 60;

export class Wire implements ServerEnd {
  readonly hello: Hello;
  readonly address: string;
  isOpen = true;
  /** Frames are swallowed, and nobody is told. */
  isDead = false;
  onCommand: (command: CommandItem) => void = () => {};
  onClose: () => void = () => {};
  onWord: (word: Word) => void = () => {};
  onFarewell: (why: Farewell) => void = () => {};
  readonly #clock: Clock;
  /** Of the process at the far end. */
  readonly #server: Clock;
  readonly #dice: Dice;
  #upMs = 0;
  #downMs = 0;

  constructor(clock: Clock, server: Clock, dice: Dice, address: string, hello: Hello) {
    this.#clock = clock;
    this.#server = server;
    this.#dice = dice;
    this.address = address;
    this.hello = hello;
  }

  /** To the process: it hears when it runs. */
  up(fn: () => void): void {
    const atMs = Math.max(this.#upMs, this.#clock.now() + this.#delay());
    this.#upMs = atMs;
    this.#server.after(atMs - this.#clock.now(), () => {
      if (this.isOpen && !this.isDead) fn();
    });
  }

  say(command: CommandItem): void {
    this.up(() => this.onCommand(command));
  }

  send(word: Word): void {
    this.#down(() => this.onWord(word));
  }

  close(why: Farewell): void {
    if (!this.isOpen) return;
    this.#down(() => this.onFarewell(why));
    this.isOpen = false;
  }

  /** The player's side hangs up. */
  hangUp(): void {
    if (!this.isOpen) return;
    this.onWord = () => {};
    this.onFarewell = () => {};
    this.isOpen = false;
    if (!this.isDead) this.#server.after(this.#delay(), () => this.onClose());
  }

  /** The connection breaks; the player hears of it or not. */
  break(isHeard: boolean): void {
    if (!this.isOpen) return;
    if (isHeard) this.close({ why: "lost" });
    else this.isDead = true;
    this.#server.after(this.#delay(), () => this.onClose());
  }

  #down(fn: () => void): void {
    if (!this.isOpen || this.isDead) return;
    const atMs = Math.max(this.#downMs, this.#clock.now() + this.#delay());
    this.#downMs = atMs;
    this.#clock.after(atMs - this.#clock.now(), () => {
      if (!this.isDead) fn();
    });
  }

  #delay(): number {
    return this.#dice.falls(0.05) ? this.#dice.between(1, FAR_MS) : this.#dice.between(0, NEAR_MS);
  }
}
