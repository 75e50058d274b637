/**
 * A connection of our client, and how much of its session's mailbox it has been sent. What is committed and not sent yet goes out in
 * one frame: answers in the order of their ids, then events and messages in theirs, with a gap where some are not kept any more.
 */
import type { Client } from "@colyseus/core";
import {
  type Greeting,
  ItemKind,
  LIMITS,
  type Mailbox,
  NetError,
  pack,
  type Result,
  ServerFrame,
  type Welcome,
  writeWelcome,
} from "@ninelives/shared-schema";

/** What the log has of a mailbox: everything up to these. */
export interface Committed {
  committedSeq: number;
  committedId: number;
}

export class Link {
  readonly client: Client;
  readonly #frame = new ServerFrame();
  #sentSeq: number;
  #sentResultId: number;
  /** Commands whose answer is sent although it was sent before, or although it is not kept any more. */
  readonly #again = new Set<number>();
  #owesDoors: boolean;

  /** `greeting`: what the client says that it has. */
  constructor(client: Client, mailbox: Mailbox, greeting: Greeting, owesDoors: boolean) {
    this.client = client;
    this.#sentSeq = Math.min(greeting.eventSeq, mailbox.seq);
    this.#sentResultId = Math.min(greeting.resultId, mailbox.commandId);
    this.#owesDoors = owesDoors;
    mailbox.acked({ eventSeq: this.#sentSeq, commandId: this.#sentResultId });
  }

  /** Goes out in front of everything else. */
  welcome(welcome: Welcome): void {
    this.#frame.add({ kind: ItemKind.WELCOME, body: writeWelcome(welcome) });
  }

  /** The next frame says where the player may come back. */
  oweDoors(): void {
    this.#owesDoors = true;
  }

  hasBeenSent(commandId: number): boolean {
    return commandId <= this.#sentResultId;
  }

  /** That command's answer goes out once more. A client has no more commands on the wire than are kept here. */
  answerAgain(commandId: number): void {
    if (this.#again.size < LIMITS.commandsInFlight) this.#again.add(commandId);
  }

  send(mailbox: Mailbox, committed: Committed, doors: () => readonly string[]): void {
    if (this.#owesDoors) this.#frame.add({ kind: ItemKind.DOORS, body: pack(doors()) });
    this.#owesDoors = false;
    this.#addAnswers(mailbox, committed.committedId);
    this.#addTold(mailbox, committed.committedSeq);
    if (!this.#frame.isEmpty) this.client.enqueueRaw(this.#frame.take());
  }

  #addAnswers(mailbox: Mailbox, committedId: number): void {
    for (const id of this.#again) {
      if (id > committedId) continue;
      this.#again.delete(id);
      const kept = mailbox.results.find((result) => result.id === id);
      this.#frame.add(kept === undefined ? gone(id) : item(kept));
    }
    if (this.#sentResultId >= committedId) return;
    for (const result of mailbox.resultsAfter(this.#sentResultId)) {
      if (result.id > committedId) break;
      this.#frame.add(item(result));
    }
    this.#sentResultId = committedId;
  }

  #addTold(mailbox: Mailbox, committedSeq: number): void {
    for (const { seq, events, told } of mailbox.lettersAfter(this.#sentSeq)) {
      if (seq > committedSeq) break;
      const isEvent = told.kind === ItemKind.EVENT;
      if (seq > this.#sentSeq + 1)
        this.#frame.add({ kind: ItemKind.GAP, seq: seq - 1, events: events - Number(isEvent) });
      this.#frame.add({ ...told, seq });
      this.#sentSeq = seq;
    }
    if (this.#sentSeq >= mailbox.seq || committedSeq !== mailbox.seq) return;
    this.#frame.add({ kind: ItemKind.GAP, seq: mailbox.seq, events: mailbox.events });
    this.#sentSeq = mailbox.seq;
  }
}

function item({ id, isFault, body }: Result) {
  return { kind: isFault ? ItemKind.FAULT : ItemKind.RESULT, id, body };
}

function gone(id: number) {
  return {
    kind: ItemKind.FAULT,
    id,
    body: faultBody(new NetError("RESULT_GONE", `command ${id} ran; its result is gone`)),
  };
}

/** A typed error as it travels. */
export function faultBody({ name, message, details }: NetError): Uint8Array {
  return pack([name, message, details]);
}
