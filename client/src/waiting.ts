/**
 * Waiting for a match: a player's place in the queue of a room type, over drops, reloads and the death of whatever process has it, until
 * the match is joined.
 *
 *   queue -> place … -> found -> accept() -> ready -> the seat in its room -> `match` resolves, and the queue is left
 */
import {
  addressOn,
  type CommandResult,
  type EventName,
  type EventPayload,
  type MatchSeat,
  NetError,
  type QueueReason,
  type QueueType,
  type RoomType,
} from "@ninelives/shared-schema";
import type { ClientClock } from "./clock.ts";
import type { Room } from "./room.ts";

/** Before a seat is asked for again, ms; the server may say something else. */
const ASK_AGAIN_MS = 1_000;

export interface WaitingServices<T extends RoomType> {
  readonly clock: ClientClock;
  /** Host name of the server. */
  readonly hostName: string;
  /** Takes a promised seat. */
  readonly take: (seat: MatchSeat) => Promise<Room<T>>;
}

type QueueEvent<T extends RoomType> = EventName<QueueType<T>>;

export class Waiting<T extends RoomType> {
  readonly type: T;
  /** The queue: its state has how many wait; what is said here is said to it. */
  readonly queue: Room<QueueType<T>>;
  /**
   * The room of the match, joined. Rejects with MATCH_OFF when this player is out of the queue: its `details.reason` is `declined`,
   * `late`, `party`, `failed`; with LEFT after {@link cancel}; and with what ended the connection for good.
   */
  readonly match: Promise<Room<T>>;
  readonly #services: WaitingServices<T>;
  readonly #settled = Promise.withResolvers<Room<T>>();
  #found: string | undefined;
  /** The newest match whose room is there. */
  #ready: string | undefined;
  #isTaking = false;

  /** Made by a client; not for apps. */
  constructor(type: T, queue: Room<QueueType<T>>, services: WaitingServices<T>) {
    this.type = type;
    this.queue = queue;
    this.match = this.#settled.promise;
    this.match.catch(() => {});
    this.#services = services;
    queue.on("found", ({ match }) => (this.#found = match));
    queue.on("back", () => (this.#found = undefined));
    queue.on("ready", ({ match }) => void this.#take(match));
    queue.on("out", ({ reason }) => this.#out(reason));
    queue.on("gap", () => void this.#lookUp());
    queue.connection.onChange(({ to, reason }) => {
      if (to === "DISCONNECTED") this.#settled.reject(new NetError(reason, `the queue for "${type.name}" was left`));
    });
  }

  /** Where this player stands now. Rejects as a command does. */
  where(): Promise<CommandResult<QueueType<T>, "where">> {
    return this.queue.command("where", {} as never);
  }

  /** Calls back for every event of that name; returns how to stop that. */
  on<K extends QueueEvent<T>>(name: K, listener: (payload: EventPayload<QueueType<T>, K>) => void): () => void {
    return this.queue.on(name, listener);
  }

  /** Plays the match that was found. Rejects with COMMAND_REFUSED when it is not on any more. */
  async accept(): Promise<void> {
    await this.queue.command("accept", { match: this.#offer() } as never);
  }

  /** Does not, and is out of the queue. */
  async decline(): Promise<void> {
    await this.queue.command("decline", { match: this.#offer() } as never);
  }

  /** Leaves the queue. What is a match already goes on without this player. */
  async cancel(): Promise<void> {
    this.#settled.reject(new NetError("LEFT", `the queue for "${this.type.name}" was left`));
    await this.queue.leave();
  }

  /** For the client that made it: this page may not have heard what the page before was told. */
  async resume(): Promise<void> {
    await this.#lookUp();
  }

  #offer(): string {
    if (this.#found === undefined) throw new NetError("COMMAND_REFUSED", "no match was found that could be accepted");
    return this.#found;
  }

  async #lookUp(): Promise<void> {
    try {
      const { stage, match } = await this.where();
      this.#found = match;
      if (stage === "ready") await this.#take(match!);
      if (stage === "out") this.#out("late");
    } catch {
      // The queue was left, or says so itself.
    }
  }

  #out(reason: QueueReason): void {
    this.#settled.reject(new NetError("MATCH_OFF", `no match of "${this.type.name}": ${reason}`, { reason }));
    void this.queue.leave();
  }

  /** Until the player is in a match, or there is none to be in. */
  async #take(match: string): Promise<void> {
    this.#ready = match;
    if (this.#isTaking) return;
    this.#isTaking = true;
    try {
      while (this.#ready !== undefined) {
        const asked: string = this.#ready;
        const joined = await this.#attempt(asked);
        if (joined === "off" && this.#ready === asked) this.#ready = undefined;
        if (joined === "off" || joined === undefined) continue;
        this.#settled.resolve(joined);
        await this.queue.leave();
        return;
      }
    } catch (error) {
      this.#settled.reject(error);
    } finally {
      this.#isTaking = false;
    }
  }

  /** undefined: to be tried again. "off": this player waits again, or has left. */
  async #attempt(match: string): Promise<Room<T> | "off" | undefined> {
    try {
      const { seat } = await this.queue.command("seat", { match } as never);
      if (seat === undefined) return "off";
      return await this.#services.take(this.#reachable(seat));
    } catch (error) {
      if (this.queue.connection.state === "DISCONNECTED") return "off";
      if (!(error instanceof NetError)) throw error;
      if (error.name !== "SEAT_EXPIRED" && !error.recoverable) throw error;
      const { retryAfterMs = ASK_AGAIN_MS } = error.details as { retryAfterMs?: number };
      await new Promise<void>((resolve) => this.#services.clock.after(retryAfterMs, resolve));
      return undefined;
    }
  }

  #reachable({ publicAddress, ...seat }: MatchSeat): MatchSeat {
    if (publicAddress === undefined) return seat;
    return { ...seat, publicAddress: addressOn(this.#services.hostName, publicAddress) };
  }
}
