/** An outbox whose server is played by hand: what was sent, what is owed, how each command ended. */
import { type CommandItem, type NetError, pack } from "@ninelives/shared-schema";
import { CommandOutbox, type CommandRules } from "../../src/delivery/command-outbox.ts";
import { ManualClock } from "../../../test/support/manual-clock.ts";

const NAMES = ["$subscribe", "add", "aim", "say"];

export class WireTap {
  readonly clock = new ManualClock();
  /** Ids of the commands sent, in order, those sent twice twice. */
  readonly sent: number[] = [];
  /** Those among them that were said to be sent once more. */
  readonly again: number[] = [];
  readonly items: CommandItem[] = [];
  /** `<label> <result or code>`, in the order they ended. */
  readonly ended: string[] = [];
  owed = false;
  /** Commands that have to outlive the page. */
  added = 0;
  /** The connection is there, before the server said how far it ran: then it is {@link open}. */
  isConnected = false;
  /** Names the server knows. */
  names: readonly string[] = NAMES;
  readonly outbox: CommandOutbox;

  constructor() {
    this.outbox = new CommandOutbox(
      {
        send: (item, isAgain) => {
          if (isAgain) this.again.push(item.id);
          this.sent.push(item.id);
          this.items.push(item);
        },
        numberOf: (name) => this.names.indexOf(name),
        isConnected: () => this.isConnected,
        owed: (isOwed) => void (this.owed = isOwed),
        added: () => void this.added++,
      },
      this.clock,
      7,
    );
  }

  /** One that is connected, to a server that has run nothing. */
  static open(): WireTap {
    const tap = new WireTap();
    tap.isConnected = true;
    tap.outbox.opened(0);
    return tap;
  }

  close(): void {
    this.isConnected = false;
    this.outbox.closed();
  }

  /** Gives a command under this label; how it ends is in {@link ended}. */
  give(label: string, rules: CommandRules = {}, name = "add", payload: unknown = { label }): void {
    this.outbox.submit(name, payload, rules).then(
      (result) => this.ended.push(`${label} ${JSON.stringify(result)}`),
      (error: NetError) => this.ended.push(`${label} ${error.name}`),
    );
  }

  giveMany(count: number, rules: CommandRules = {}): void {
    for (let index = 1; index <= count; index++) this.give(`c${index}`, rules);
  }

  /** The server answers with the id itself. */
  answer(...ids: number[]): void {
    for (const id of ids) this.outbox.answered(id, false, pack(id));
  }

  refuse(id: number, name: string): void {
    this.outbox.answered(id, true, pack([name, "because", { id }]));
  }

  /** What was sent since the last call. */
  takeSent(): number[] {
    return this.sent.splice(0);
  }

  /** How commands ended since the last call. */
  async takeEnded(): Promise<string[]> {
    await new Promise((resolve) => setImmediate(resolve));
    return this.ended.splice(0);
  }
}

/** Whole numbers from `first` to `last`. */
export function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
