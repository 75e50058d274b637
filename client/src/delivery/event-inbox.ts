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

/** How far a session was told. */
export interface Place {
  /** Number of the newest thing told. */
  readonly eventSeq: number;
  /** How many of them were events. */
  readonly events: number;
}

export class EventInbox {
  /** What was told and results up to these have arrived. */
  eventSeq = 0;
  resultId = 0;
  /** How many of the things told were events. */
  events = 0;
  /** The same, as far as the app was told: what the page after this one goes on with. */
  told: Place = { eventSeq: 0, events: 0 };
  readonly #hooks: InboxHooks;
  readonly #clock: ClientClock;
  #held: (() => void)[] | undefined = [];
  #unacked = 0;
  #ackTimer: ClientTimer | undefined;

  constructor(hooks: InboxHooks, clock: ClientClock) {
    this.#hooks = hooks;
    this.#clock = clock;
  }

  /** Something came under this number, an event or not: `tell` runs unless it was told before. */
  arrived(seq: number, isEvent: boolean, tell: () => void): void {
    if (seq <= this.eventSeq) return;
    this.#place({ eventSeq: seq, events: this.events + Number(isEvent) }, tell);
  }

  /** What was told up to here is lost: `tell` runs with the first and the last number of the events among it; there may be none. */
  missed(to: Place, tell: (from: number, to: number) => void): void {
    if (to.eventSeq <= this.eventSeq) return;
    const from = this.events + 1;
    this.#place(to, () => tell(from, to.events));
  }

  /** The server's numbering, or that of the page before, stands here. */
  restart({ eventSeq, events }: Place): void {
    Object.assign(this, { eventSeq, events, told: { eventSeq, events } });
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

  #place({ eventSeq, events }: Place, tell: () => void): void {
    Object.assign(this, { eventSeq, events });
    this.#arrived();
    this.#tell(() => {
      this.told = { eventSeq, events };
      tell();
    });
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
