/** The players of the failover bench: our client, who counts aloud and is answered, and the stock SDK, who only plays. */
import { Client, type Room as SdkRoom } from "@colyseus/sdk";
import { connect, type Room } from "@ninelives/client";
import { Field, type FieldState, fingerprint, type Look } from "./field.ts";

export interface Player {
  readonly roomId: string;
  readonly firstSession: string;
  readonly sessionId: string;
  /** Resolves with when the first patch was there after the connection was lost from now on; undefined: it ended. */
  back(): Promise<number | undefined>;
  say(): void;
  /** Once everything said is answered. */
  answered(): Promise<void>;
  still(still: boolean): Promise<void>;
  look(): Promise<Look>;
  print(): string;
  size(): number;
  /** Answered commands: how many, how many with a wrong answer, and what was refused. */
  readonly tally: Tally;
}

export interface Tally {
  said: number;
  acked: number;
  twice: number;
  refused: string[];
  /** The tick went back though nobody had taken the room over, or the epoch did. */
  backwards: number;
}

const newTally = (): Tally => ({ said: 0, acked: 0, twice: 0, refused: [], backwards: 0 });

export class OurPlayer implements Player {
  readonly tally = newTally();
  readonly firstSession: string;
  readonly #room: Room<typeof Field>;
  readonly #waiting = new Set<Promise<void>>();
  #seen = { epoch: 0, tick: 0 };

  private constructor(room: Room<typeof Field>) {
    this.#room = room;
    this.firstSession = room.sessionId;
    room.onPatch(() => {
      const now = { epoch: room.epoch, tick: room.state.tick };
      if (now.epoch < this.#seen.epoch || (now.epoch === this.#seen.epoch && now.tick < this.#seen.tick))
        this.tally.backwards++;
      this.#seen = now;
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

  back(): Promise<number | undefined> {
    const { connection } = this.#room;
    if (connection.state === "DISCONNECTED") return Promise.resolve(undefined);
    let wasAway = connection.state === "RECONNECTING";
    return new Promise((resolve) => {
      const stop = connection.onChange(({ to }) => {
        if (to === "RECONNECTING") wasAway = true;
        if (to === "DISCONNECTED") resolve(undefined);
      });
      const stopPatches = this.#room.onPatch(() => {
        if (!wasAway || connection.state !== "CONNECTED") return;
        stop();
        stopPatches();
        resolve(performance.now());
      });
    });
  }

  say(): void {
    const { tally } = this;
    const answer = this.#room.command("add", { n: ++tally.said }).then(
      ({ times }) => {
        tally.acked++;
        if (times !== 1) tally.twice++;
      },
      (error: Error) => void tally.refused.push(error.name),
    );
    this.#waiting.add(answer);
    void answer.then(() => this.#waiting.delete(answer));
  }

  async answered(): Promise<void> {
    await Promise.all(this.#waiting);
  }

  async still(still: boolean): Promise<void> {
    await this.#room.command("still", { still });
  }

  look(): Promise<Look> {
    return this.#room.command("look", {});
  }

  print(): string {
    return fingerprint(this.#room.state);
  }

  size(): number {
    return this.#room.state.players.size;
  }
}

export class StockPlayer implements Player {
  readonly tally = newTally();
  readonly firstSession: string;
  readonly #room: SdkRoom<unknown, FieldState>;
  #wasAway = false;
  #onBack: ((atMs: number | undefined) => void) | undefined;

  private constructor(room: SdkRoom<unknown, FieldState>) {
    this.#room = room;
    this.firstSession = room.sessionId;
    room.onReconnect(() => (this.#wasAway = true));
    room.onStateChange(() => {
      if (this.#wasAway) this.#onBack?.(performance.now());
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

  back(): Promise<number | undefined> {
    this.#wasAway = false;
    return new Promise((resolve) => (this.#onBack = resolve));
  }

  say(): void {
    this.#room.send("add", { n: ++this.tally.said });
  }

  async answered(): Promise<void> {}

  async still(still: boolean): Promise<void> {
    await this.#room.request("still", { still });
  }

  /** A stock client's messages are not promised to arrive: only the state is looked at. */
  async look(): Promise<Look> {
    const { print } = (await this.#room.request("look", {})) as { print: string };
    return { last: this.tally.acked, twice: 0, missing: 0, print };
  }

  print(): string {
    return fingerprint(this.#room.state);
  }

  size(): number {
    return this.#room.state.players.size;
  }
}
