/** The players of the failover bench: our client, who counts aloud and is answered, and the stock SDK, who only plays. */
import { Client, type Room as SdkRoom } from "@colyseus/sdk";
import { connect, type Room } from "@ninelives/client";
import { type PlayerHistory, PlayerLog } from "../../test/survival/history/player-history.ts";
import { sharedNowMs } from "../lib/shared-clock.ts";
import { Field, type FieldState, fingerprint, type Look, TICK_HZ } from "./field.ts";

/** What a player saw of a failover. */
export interface Return {
  /** The first state of the next owner, on the shared clock. */
  readonly atMs: number;
  /** Ticks that would have run between the last state before and that one, and did not. */
  readonly ticksLost: number;
  /** Ticks that the picture stepped back by. */
  readonly ticksBack: number;
}

export interface Player {
  readonly roomId: string;
  readonly firstSession: string;
  readonly sessionId: string;
  /** Commands that were sent once more. */
  readonly resent: number;
  /** Resolves with the first state of the next owner from now on; undefined: the connection ended. */
  back(): Promise<Return | undefined>;
  say(): void;
  /** Once everything said is answered. */
  answered(): Promise<void>;
  still(still: boolean): Promise<void>;
  look(): Promise<Look>;
  print(): string;
  size(): number;
  /** How many commands were said, and what was refused of them. */
  readonly said: number;
  readonly refused: readonly string[];
  /** For the checker; undefined: a stock client's messages are not promised to arrive. */
  history(): PlayerHistory | undefined;
}

/** The last state that was shown. */
interface Shown {
  readonly tick: number;
  readonly atMs: number;
}

function returned(before: Shown, now: Shown): Return {
  const due = Math.round(((now.atMs - before.atMs) * TICK_HZ) / 1_000);
  const ran = now.tick - before.tick;
  return { atMs: now.atMs, ticksLost: Math.max(0, due - ran), ticksBack: Math.max(0, -ran) };
}

export class OurPlayer implements Player {
  said = 0;
  readonly refused: string[] = [];
  readonly firstSession: string;
  readonly #room: Room<typeof Field>;
  readonly #log = new PlayerLog();
  readonly #waiting = new Set<Promise<void>>();
  #shown: Shown = { tick: 0, atMs: 0 };
  #onShown: ((now: Shown) => void) | undefined;

  private constructor(room: Room<typeof Field>) {
    this.#room = room;
    this.firstSession = room.sessionId;
    room.onPatch(() => {
      const now = { tick: room.state.tick, atMs: sharedNowMs() };
      this.#log.shown(now.tick, room.epoch);
      this.#onShown?.(now);
      this.#shown = now;
    });
  }

  static async join(url: string, roomId?: string): Promise<OurPlayer> {
    const client = connect(url, { liveness: "game" });
    return new OurPlayer(await (roomId === undefined ? client.create(Field, {}) : client.joinById(Field, roomId, {})));
  }

  get roomId(): string {
    return this.#room.roomId;
  }

  get sessionId(): string {
    return this.#room.sessionId;
  }

  get resent(): number {
    return this.#room.net.totals.commandsResent;
  }

  back(): Promise<Return | undefined> {
    const { connection, epoch } = this.#room;
    if (connection.state === "DISCONNECTED") return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const done = (result: Return | undefined) => {
        stop();
        this.#onShown = undefined;
        resolve(result);
      };
      const stop = connection.onChange(({ to }) => {
        if (to === "DISCONNECTED") done(undefined);
      });
      this.#onShown = (now) => {
        if (this.#room.epoch > epoch) done(returned(this.#shown, now));
      };
    });
  }

  say(): void {
    const n = ++this.said;
    const answer = this.#logged(this.#room.command("add", { n })).then(
      ({ times }) => {
        if (times !== 1) this.refused.push(`ran ${times} times`);
      },
      (error: Error) => void this.refused.push(error.name),
    );
    this.#waiting.add(answer);
    void answer.then(() => this.#waiting.delete(answer));
  }

  async answered(): Promise<void> {
    await Promise.all(this.#waiting);
  }

  async still(still: boolean): Promise<void> {
    await this.#logged(this.#room.command("still", { still }));
  }

  async look(): Promise<Look> {
    const { said } = this;
    const look = await this.#logged(this.#room.command("look", {}));
    const { last, twice, missing } = look;
    this.#log.ending = { said, last, twice, missing };
    return look;
  }

  print(): string {
    return fingerprint(this.#room.state);
  }

  size(): number {
    return this.#room.state.players.size;
  }

  history(): PlayerHistory {
    return this.#log.history(this.sessionId, this.roomId);
  }

  /** To be called at once with every command: they are numbered in the order they are issued. */
  async #logged<R>(answer: Promise<R>): Promise<R> {
    const number = this.#log.issue();
    try {
      return await answer;
    } finally {
      this.#log.answered(number, this.#room.epoch);
    }
  }
}

export class StockPlayer implements Player {
  said = 0;
  readonly resent = 0;
  readonly refused: readonly string[] = [];
  readonly firstSession: string;
  readonly #room: SdkRoom<unknown, FieldState>;
  #wasAway = false;
  #shown: Shown = { tick: 0, atMs: 0 };
  #onBack: ((back: Return | undefined) => void) | undefined;

  private constructor(room: SdkRoom<unknown, FieldState>) {
    this.#room = room;
    this.firstSession = room.sessionId;
    room.onReconnect(() => (this.#wasAway = true));
    room.onStateChange(({ tick }) => {
      const now = { tick, atMs: sharedNowMs() };
      if (this.#wasAway) this.#onBack?.(returned(this.#shown, now));
      this.#shown = now;
    });
    room.onLeave(() => this.#onBack?.(undefined));
  }

  static async join(url: string, roomId?: string): Promise<StockPlayer> {
    const client = new Client(url);
    const room = await (roomId === undefined ? client.create("stock-field") : client.joinById(roomId));
    return new StockPlayer(room as unknown as SdkRoom<unknown, FieldState>);
  }

  get roomId(): string {
    return this.#room.roomId;
  }

  get sessionId(): string {
    return this.#room.sessionId;
  }

  back(): Promise<Return | undefined> {
    this.#wasAway = false;
    return new Promise((resolve) => (this.#onBack = resolve));
  }

  say(): void {
    this.#room.send("add", { n: ++this.said });
  }

  async answered(): Promise<void> {}

  async still(still: boolean): Promise<void> {
    await this.#room.request("still", { still });
  }

  async look(): Promise<Look> {
    const { print } = (await this.#room.request("look", {})) as { print: string };
    return { last: this.said, twice: 0, missing: 0, print };
  }

  print(): string {
    return fingerprint(this.#room.state);
  }

  size(): number {
    return this.#room.state.players.size;
  }

  history(): undefined {}
}
