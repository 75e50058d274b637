/**
 * What the server told, in the order of its numbers, once each. Held back until the app had the chance to listen; what has
 * arrived is acknowledged with the next command, or by itself when none comes.
 */
import { type Ack, LIMITS } from "@ninelives/shared-schema";
import type { ClientClock, ClientTimer } from "../clock.ts";

export interface InboxHooks {
  /** Sends an acknowledgement of its own. */
  sendAck(ack: Ack): void;
}

export class EventInbox {
  /** Events and results up to these have arrived. */
  eventSeq = 0;
  resultId = 0;
  readonly #hooks: InboxHooks;
  readonly #clock: ClientClock;
  #held: (() => void)[] | undefined = [];
  #unacked = 0;
  #ackTimer: ClientTimer | undefined;

  constructor(hooks: InboxHooks, clock: ClientClock) {
    this.#hooks = hooks;
    this.#clock = clock;
  }

  /** An event came under this number: `tell` runs unless it was told before. */
  told(seq: number, tell: () => void): void {
    if (seq <= this.eventSeq) return;
    this.eventSeq = seq;
    this.#arrived();
    this.#tell(tell);
  }

  answered(id: number): void {
    this.resultId = Math.max(this.resultId, id);
    this.#arrived();
  }

  /** Something for the app, in its place among the events. */
  tellApp(tell: () => void): void {
    this.#tell(tell);
  }

  /** The app listens: what was held back is told now, and everything else as it comes. */
  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const tell of held) tell();
  }

  /** What a command takes along; undefined when nothing is due. */
  takeAck(): Ack | undefined {
    if (this.#unacked < LIMITS.ackItems / 2) return undefined;
    return this.#ack();
  }

  /** The connection is gone; a new one begins with what has arrived. */
  stop(): void {
    this.#unacked = 0;
    this.#ackTimer?.cancel();
    this.#ackTimer = undefined;
  }

  #tell(tell: () => void): void {
    if (this.#held === undefined) tell();
    else this.#held.push(tell);
  }

  #arrived(): void {
    this.#unacked++;
    if (this.#unacked >= LIMITS.ackItems) this.#hooks.sendAck(this.#ack());
    else this.#ackTimer ??= this.#clock.after(LIMITS.ackAfterMs, () => this.#hooks.sendAck(this.#ack()));
  }

  #ack(): Ack {
    this.stop();
    return { eventSeq: this.eventSeq, commandId: this.resultId };
  }
}
