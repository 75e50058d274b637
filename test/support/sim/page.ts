/** One page of a player: a client of its own with the storage of its tab, until it is closed, loaded again, or replaced. */
import { type Client, connect, type Room, type SeatStorage } from "@ninelives/client";
import { NetError } from "@ninelives/shared-schema";
import { Diary } from "./diary.ts";
import type { Birth, Heard, Issued, PageEnd, PageHistory } from "./history.ts";
import { PageClock } from "./sim-clock.ts";
import { type Sim, type SimCommand, policyOf } from "./sim-room.ts";
import { SimLine, type Weather } from "./sim-link.ts";
import type { Talk } from "./talk.ts";
import type { Surroundings } from "./universe.ts";

type SimRoom = Room<typeof Sim>;

export class Page implements PageHistory {
  readonly name: string;
  readonly storage: SeatStorage;
  readonly birth: Birth | undefined;
  room: SimRoom | undefined;
  /** Why it never got in. */
  refusal: NetError | undefined;
  readonly #clock: PageClock;
  readonly #diary: Diary;
  readonly #lines: SimLine[] = [];
  #isGone = false;

  constructor(name: string, storage: SeatStorage, birth: Birth | undefined, world: Surroundings) {
    this.name = name;
    this.storage = storage;
    this.birth = birth;
    this.#diary = new Diary(name);
    this.#clock = new PageClock(world.clock);
  }

  get issued(): readonly Issued[] {
    return this.#diary.issued;
  }

  get heard(): readonly Heard[] {
    return this.#diary.heard;
  }

  get talk(): Talk {
    return this.#diary.talk;
  }

  /** The newest connection. */
  get line(): SimLine | undefined {
    return this.#lines.at(-1);
  }

  get isIn(): boolean {
    return this.room?.connection.state === "CONNECTED";
  }

  get end(): PageEnd {
    if (this.#isGone) return "gone";
    return this.room?.connection.state === "DISCONNECTED" ? "replaced" : "lives";
  }

  /** Begins to load. Whether it got in is said by `room` or `refusal`. */
  load(world: Surroundings, weather: Weather, enter: (client: Client) => Promise<SimRoom | undefined>): Promise<void> {
    const client = connect("http://sim", {
      clock: this.#clock,
      random: world.random,
      liveness: "game",
      storage: () => this.storage,
      fetch: world.fetch,
      openSocket: (url, subprotocols) => {
        const line = new SimLine(world.clock, world.random, weather).open(url, subprotocols, world.take);
        this.#lines.push(line);
        return line;
      },
    });
    return enter(client).then(
      (room) => this.#entered(room),
      (error: unknown) => {
        this.refusal = error instanceof NetError ? error : new NetError("INTERNAL", String(error));
      },
    );
  }

  say(command: SimCommand): void {
    void this.#diary.say(this.room!, command);
  }

  /** Commands of policy `must` that were not answered, those of the pages before included. */
  get owed(): ReadonlySet<string> {
    const isMust = ({ type }: { type: string }) => !type.startsWith("$") && policyOf(type as SimCommand) === "must";
    const sent = this.room?.pending.filter(isMust) ?? [];
    return new Set(sent.map(({ payload }) => (payload as { key: string }).key));
  }

  /** No goodbye: the page does nothing any more, and the server may be told or not. */
  vanish(tellServer: boolean): void {
    this.#isGone = true;
    this.#clock.stop();
    this.line?.cut(false, tellServer);
  }

  /** The world is over: the host lets go of every connection. */
  release(): void {
    this.vanish(true);
    for (const line of this.#lines) line.cut(false, true);
  }

  #entered(room: SimRoom | undefined): void {
    if (room === undefined) {
      this.refusal = new NetError("INTERNAL", "no seat was kept");
      return;
    }
    this.room = room;
    this.#diary.listen(room);
  }
}
