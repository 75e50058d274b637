/**
 * What the room says to our clients, exactly once each: results and events go into the session's mailbox in the tick that
 * made them, and leave when the log has that tick, in order, after its patch. A client that comes back says what it has, and
 * gets what is missing before anything new; what is not kept any more is said to be a gap.
 *
 * A client that does not read what it was sent is sent nothing more until it has (slow-clients.ts): then it gets on with what its
 * mailbox has kept.
 *
 * Bounds: those of the mailboxes (LIMITS.told*, LIMITS.result*). Nothing waits here but numbers.
 */
import type { Client } from "@colyseus/core";
import {
  type Ack,
  type Contract,
  type Greeting,
  type Mailbox,
  Mailboxes,
  type Result,
  type Told,
} from "@ninelives/shared-schema";
import { type Committed, Link } from "./link.ts";

interface Correspondent extends Committed {
  readonly mailbox: Mailbox;
  /** Highest id of a command that runs without being sent again: it has run, or waits here. */
  acceptedId: number;
  link: Link | undefined;
}

export interface DeliveryOptions {
  /** Asked when a client greets: a plain room has none. */
  readonly contract: () => Contract;
  /** Incarnation of the room's owner. */
  readonly epoch: () => number;
  /** Addresses of the processes through which a player comes back. */
  readonly doors: () => readonly string[];
  /** The client has not read what it was sent. Default: nobody is waited for. */
  readonly mustWait?: (client: Client) => boolean;
}

export class Delivery {
  readonly mailboxes: Mailboxes;
  readonly #options: DeliveryOptions;
  readonly #correspondents = new Map<string, Correspondent>();
  /** Whose mailbox has something the log has not. */
  #touched = new Set<Correspondent>();
  /** Whose client has to read first. */
  #waiting = new Set<Correspondent>();
  #toldDoors = "";

  /** `mailboxes`: those of the owner before; everything in them is committed. */
  constructor(options: DeliveryOptions, mailboxes = new Mailboxes()) {
    this.#options = options;
    this.mailboxes = mailboxes;
    for (const mailbox of mailboxes) {
      const { sessionId, commandId, seq } = mailbox;
      const known = { mailbox, acceptedId: commandId, committedSeq: seq, committedId: commandId, link: undefined };
      this.#correspondents.set(sessionId, known);
    }
  }

  /** Something waits for a commit. */
  get hasStaged(): boolean {
    return this.#touched.size > 0;
  }

  mailbox(sessionId: string): Mailbox | undefined {
    return this.mailboxes.get(sessionId);
  }

  /** A client that greets has joined, or has come back: it is welcomed, and gets what it misses. */
  connected(client: Client, greeting: Greeting, seat: { readonly page: number; readonly seatHoldMs: number }): void {
    const correspondent = this.#correspondent(client.sessionId);
    const { mailbox } = correspondent;
    const { epoch } = this.#options;
    const contract = this.#options.contract();
    const link = new Link(client, mailbox, greeting, this.#options.doors().length > 0);
    correspondent.link = link;
    const names = greeting.contract === contract.hash ? undefined : { ...contract };
    link.welcome({
      epoch: epoch(),
      commandId: Math.max(correspondent.acceptedId, mailbox.commandId),
      eventSeq: mailbox.seq,
      events: mailbox.events,
      ...seat,
      ...(names === undefined ? {} : { names: { commands: [...names.commands], events: [...names.events] } }),
    });
    this.#send(correspondent);
  }

  /** Tells everyone where they may come back, if that is something else than they know. */
  tellDoors(): void {
    const doors = this.#options.doors();
    const text = doors.join(" ");
    if (text === this.#toldDoors) return;
    this.#toldDoors = text;
    for (const correspondent of this.#correspondents.values()) {
      correspondent.link?.oweDoors();
      this.#send(correspondent);
    }
  }

  /** Called after each patch: who had to read first, and has, is told what waited. */
  goOn(): void {
    if (this.#waiting.size === 0) return;
    const waiting = this.#waiting;
    this.#waiting = new Set();
    for (const correspondent of waiting) this.#send(correspondent);
  }

  /** That connection is gone; the mailbox stays. */
  disconnected(client: Client): void {
    const correspondent = this.#correspondents.get(client.sessionId);
    if (correspondent?.link?.client !== client) return;
    correspondent.link = undefined;
    this.#waiting.delete(correspondent);
  }

  /** The player has left for good. */
  left(sessionId: string): void {
    this.mailboxes.close(sessionId);
    this.#waiting.delete(this.#correspondents.get(sessionId)!);
    this.#correspondents.delete(sessionId);
  }

  acked(mailbox: Mailbox, ack: Ack): void {
    mailbox.acked({
      eventSeq: Math.min(ack.eventSeq, mailbox.seq),
      commandId: Math.min(ack.commandId, mailbox.commandId),
    });
  }

  /** A command has come and waits for its turn: a client that comes back meanwhile must not count it as one that never ran. */
  accepted({ sessionId }: Mailbox, id: number): void {
    const correspondent = this.#correspondents.get(sessionId)!;
    correspondent.acceptedId = Math.max(correspondent.acceptedId, id);
  }

  answer(mailbox: Mailbox, result: Result): void {
    const correspondent = this.#correspondents.get(mailbox.sessionId)!;
    const { link } = correspondent;
    const kept = link === undefined ? [] : [...mailbox.results];
    this.mailboxes.answer(mailbox, result);
    // Those that the cap has taken and that were not sent are told to be gone.
    for (const { id } of kept.slice(0, kept.length + 1 - mailbox.results.length)) {
      if (!link!.hasBeenSent(id)) link!.answerAgain(id);
    }
    this.#touched.add(correspondent);
  }

  /** A command that has run came again: its answer is sent again, when the log has it. */
  repeat(mailbox: Mailbox, id: number): void {
    const correspondent = this.#correspondents.get(mailbox.sessionId)!;
    if (correspondent.link?.hasBeenSent(id) !== true) return;
    correspondent.link.answerAgain(id);
    this.#send(correspondent);
  }

  tell(to: readonly Mailbox[], told: Told): void {
    this.mailboxes.tell(to, told);
    for (const { sessionId } of to) this.#touched.add(this.#correspondents.get(sessionId)!);
  }

  /** Takes what this tick changed; call the returned function once its entry is committed. */
  seal(): () => void {
    if (this.#touched.size === 0) return noop;
    const sealed = [...this.#touched].map((correspondent) => {
      const { seq, commandId } = correspondent.mailbox;
      return { correspondent, seq, commandId };
    });
    this.#touched.clear();
    return () => {
      for (const { correspondent, seq, commandId } of sealed) {
        correspondent.committedSeq = seq;
        correspondent.committedId = commandId;
        this.#send(correspondent);
      }
    };
  }

  #correspondent(sessionId: string): Correspondent {
    let found = this.#correspondents.get(sessionId);
    if (found === undefined) {
      const mailbox = this.mailboxes.open(sessionId);
      found = { mailbox, acceptedId: 0, committedSeq: 0, committedId: 0, link: undefined };
      this.#correspondents.set(sessionId, found);
    }
    return found;
  }

  /** Everything that is committed and not sent yet, unless the client has to read first. */
  #send(correspondent: Correspondent): void {
    const { mailbox, link } = correspondent;
    if (link === undefined) return;
    if (this.#options.mustWait?.(link.client) === true) this.#waiting.add(correspondent);
    else link.send(mailbox, correspondent, this.#options.doors);
  }
}

function noop(): void {}
