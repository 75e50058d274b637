/**
 * A player: the real outbox with its redo, over a connection that finds its way. It goes round the addresses it knows, follows
 * where it is sent, refuses a lower epoch than it has seen, and gives a connection up on which nothing comes while it waits.
 */
import type { Clock, Timer } from "@ninelives/server";
import type { CommandItem } from "@ninelives/shared-schema";
import { CommandOutbox } from "../../client/src/delivery/command-outbox.ts";
import type { PlayerHistory, Told } from "./history.ts";
import type { Farewell, Hello, Wire, Word } from "./wire.ts";

/** Without a word for so long a connection counts as dead, and as one that never opens, ms. */
const QUIET_MS = 700;
const OPEN_MS = 4_000;
const AGAIN_MS = 100;
const NEXT_DOOR_MS = 20;

export interface Way {
  readonly doors: readonly string[];
  open(address: string, hello: Hello): Wire;
  /** For the story. */
  tell(who: string, what: string): void;
}

export class SimClient implements PlayerHistory {
  readonly sessionId: string;
  readonly roomId: string;
  readonly issued: string[] = [];
  readonly told: Told[] = [];
  readonly epochs: number[] = [];
  isGone = false;
  readonly #clock: Clock;
  readonly #way: Way;
  readonly #outbox: CommandOutbox;
  #wire: Wire | undefined;
  /** What this page believes of the connection. */
  #isWelcome = false;
  #door = 0;
  #highest = 0;
  #resultId = 0;
  #patience: Timer | undefined;

  constructor(sessionId: string, roomId: string, clock: Clock, way: Way) {
    this.sessionId = sessionId;
    this.roomId = roomId;
    this.#clock = clock;
    this.#way = way;
    const send = (command: CommandItem) => this.#wire?.say(command);
    const hooks = { send, numberOf: () => 0, isConnected: () => this.#isWelcome, owed() {}, added() {} };
    this.#outbox = new CommandOutbox(hooks, clock, 1);
  }

  /** Everything is answered, and the connection stands. */
  get isServed(): boolean {
    return this.#isWelcome && this.#outbox.pending.length === 0;
  }

  get wire(): Wire | undefined {
    return this.#wire;
  }

  connect(address = this.#way.doors[this.#door]!): void {
    const { sessionId, roomId } = this;
    const wire = this.#way.open(address, { roomId, sessionId, epoch: this.#highest, resultId: this.#resultId });
    this.#wire = wire;
    this.#tell(`knocks at ${address}`);
    wire.onWord = (word) => this.#hear(wire, word);
    wire.onFarewell = (why) => this.#bye(wire, why);
    this.#wait(OPEN_MS);
  }

  say(): void {
    const key = `${this.sessionId}#${this.issued.length + 1}`;
    if (this.#outbox.pending.length > 40) return;
    this.issued.push(key);
    this.#tell(`says ${key}`);
    const told = () => {
      this.told.push({ key, atMs: this.#clock.now(), epoch: this.#highest });
      this.#tell(`is told ${key}`);
    };
    this.#outbox.submit("count", { key }, {}).then(told, () => undefined);
    if (this.#isWelcome && this.#outbox.pending.length === 1) this.#wait(QUIET_MS);
  }

  #hear(wire: Wire, word: Word): void {
    if (wire !== this.#wire) return;
    if (word.kind === "welcome") {
      this.#tell(`is welcome at epoch ${word.epoch}, which ran ${word.commandId}`);
      if (word.epoch < this.#highest) {
        this.#again(AGAIN_MS);
        return;
      }
      this.#highest = word.epoch;
      this.epochs.push(word.epoch);
      this.#isWelcome = true;
      this.#outbox.opened(word.commandId);
    } else {
      this.#resultId = word.id;
      this.#outbox.answered(word.id, false, word.body);
    }
    this.#wait(QUIET_MS);
  }

  #bye(wire: Wire, farewell: Farewell): void {
    if (wire !== this.#wire) return;
    this.#tell(farewell.why === "moved" ? `is sent to ${farewell.address}` : `is sent away: ${farewell.why}`);
    if (farewell.why === "gone") {
      this.#leave();
      this.isGone = true;
    } else if (farewell.why === "moved") this.#again(0, farewell.address);
    else this.#again(farewell.why === "lost" ? NEXT_DOOR_MS : AGAIN_MS);
  }

  /** Somewhere else, after a while. */
  #again(afterMs: number, address?: string): void {
    this.#leave();
    this.#door = (this.#door + 1) % this.#way.doors.length;
    this.#patience = this.#clock.after(afterMs + 1, () => this.connect(address));
  }

  #leave(): void {
    this.#patience?.cancel();
    const wire = this.#wire;
    this.#wire = undefined;
    wire?.hangUp();
    if (this.#isWelcome) this.#outbox.closed();
    this.#isWelcome = false;
  }

  #tell(what: string): void {
    this.#way.tell(this.sessionId, what);
  }

  /** Nothing to be told is no reason to leave. */
  #wait(ms: number): void {
    this.#patience?.cancel();
    this.#patience = this.#clock.after(ms, () => {
      if (!this.isServed) this.#again(0);
    });
  }
}
