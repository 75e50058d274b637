/**
 * One bot over the real client: it joins, thinks once per tick period, sends its input and measures what comes back. The
 * delay of an input runs from `send()` to the arrival of the patch whose acknowledgement covers it: what a player sees.
 */
import { type Client, connect, type Room } from "@ninelives/client";
import { type CodeName, Random, type RoomType, seedWords } from "@ninelives/shared-schema";
import type { Bot, BotMoment } from "./bot.ts";
import type { Clock } from "./clock.ts";
import { Delays } from "./delays.ts";
import type { Plan } from "./plan.ts";
import { Schedule } from "./schedule.ts";

/** Inputs under way whose send time is known; of more the oldest are not measured. */
const IN_FLIGHT_MAX = 256;
/** Spreads the bots' seeds over the 32 bits: 2^32 divided by the golden ratio. */
const SEED_STRIDE = 0x9e3779b9;

/** What one bot saw since {@link Player.measure}. */
export interface PlayerFigures {
  readonly patches: number;
  readonly bytes: number;
  readonly inputs: number;
  readonly skippedThoughts: number;
  readonly drops: number;
  /** Errors thrown by the bot's own code. */
  readonly faults: number;
  readonly fault: string | undefined;
  /** Why the connection ended before the bot left, NOT_CONNECTED while the client still tries; undefined when it holds. */
  readonly lost: CodeName | undefined;
  readonly delays: Delays;
}

export class Player {
  readonly #room: Room<RoomType>;
  readonly #bot: Bot<RoomType>;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #schedule: Schedule;
  readonly #sentAtMs = new Float64Array(IN_FLIGHT_MAX);
  readonly #delays = new Delays();
  readonly #startedMs: number;
  #measuredFromMs = Number.POSITIVE_INFINITY;
  #before = { patches: 0, bytes: 0, skipped: 0 };
  #inputs = 0;
  #drops = 0;
  #faults = 0;
  #fault: string | undefined;
  #lost: CodeName | undefined;
  #leaving = false;
  #acked = 0;
  #inputEpoch = 0;

  /** Joins with the options of bot number `index`. Rejects with a NetError. */
  static async join(
    bot: Bot<RoomType>,
    index: number,
    url: string,
    { seed, queue }: Pick<Plan, "seed" | "queue">,
    clock: Clock,
  ): Promise<Player> {
    const random = new Random(seedWords(seed + index * SEED_STRIDE));
    const after = (delayMs: number, fn: () => void) => ({ cancel: clock.after(delayMs, fn) });
    const client = connect(url, { clock: { now: () => clock.now(), after }, random: () => random.range(0, 1) });
    const options = bot.join(index);
    const room = await (queue ? matched(client, bot.type, options) : client.joinOrCreate(bot.type, options));
    return new Player(room, bot, random, clock);
  }

  private constructor(room: Room<RoomType>, bot: Bot<RoomType>, random: Random, clock: Clock) {
    this.#room = room;
    this.#bot = bot;
    this.#random = random;
    this.#clock = clock;
    this.#startedMs = clock.now();
    const periodMs = 1000 / bot.type.tickHz;
    this.#schedule = new Schedule(clock, periodMs, (tick) => this.#think(tick));
    room.onPatch(() => this.#noteAcks());
    room.connection.onChange(({ to }) => {
      if (to === "RECONNECTING") this.#drops++;
      const { detail } = room.connection;
      if (detail.name !== "DISCONNECTED") return;
      this.#schedule.stop();
      if (!this.#leaving) this.#lost = detail.reason;
    });
    this.#schedule.start(random.range(0, periodMs));
  }

  get roomId(): string {
    return this.#room.roomId;
  }

  get connected(): boolean {
    return this.#room.connection.state === "CONNECTED";
  }

  /** From here on everything counts. */
  measure(): void {
    this.#measuredFromMs = this.#clock.now();
    const { patches, bytes } = this.#room.net.totals;
    this.#before = { patches, bytes, skipped: this.#schedule.skipped };
    this.#inputs = 0;
  }

  figures(): PlayerFigures {
    const { patches, bytes } = this.#room.net.totals;
    return {
      patches: patches - this.#before.patches,
      bytes: bytes - this.#before.bytes,
      inputs: this.#inputs,
      skippedThoughts: this.#schedule.skipped - this.#before.skipped,
      drops: this.#drops,
      faults: this.#faults,
      fault: this.#fault,
      lost: this.#lost ?? (this.connected ? undefined : "NOT_CONNECTED"),
      delays: this.#delays,
    };
  }

  async leave(): Promise<void> {
    this.#leaving = true;
    this.#schedule.stop();
    await this.#room.leave();
  }

  #think(tick: number): void {
    if (!this.connected) return;
    const moment: BotMoment = {
      tick,
      elapsedMs: this.#clock.now() - this.#startedMs,
      random: () => this.#random.range(0, 1),
    };
    try {
      const fields = this.#bot.think(this.#room, moment);
      if (fields !== undefined && this.#bot.type.input !== undefined) this.#send(fields);
    } catch (error) {
      this.#faults++;
      this.#fault ??= String(error);
    }
  }

  #send(fields: object): void {
    const { input } = this.#room;
    Object.assign(input.data, fields);
    const sentAtMs = this.#clock.now();
    const seq = input.send();
    if (seq === 0) return;
    this.#sentAtMs[seq % IN_FLIGHT_MAX] = sentAtMs;
    this.#inputs++;
  }

  #noteAcks(): void {
    if (this.#bot.type.input === undefined) return;
    const { input } = this.#room;
    if (input.epoch !== this.#inputEpoch) {
      this.#inputEpoch = input.epoch;
      this.#acked = input.lastProcessed;
    }
    const nowMs = this.#clock.now();
    const oldest = input.sentCount - IN_FLIGHT_MAX + 1;
    for (let seq = Math.max(this.#acked + 1, oldest); seq <= input.lastProcessed; seq++) {
      const sentAtMs = this.#sentAtMs[seq % IN_FLIGHT_MAX]!;
      if (sentAtMs >= this.#measuredFromMs) this.#delays.record(nowMs - sentAtMs);
    }
    this.#acked = input.lastProcessed;
  }
}

/** Waits for a match, and accepts whatever is found. */
async function matched(client: Client, type: RoomType, options: unknown): Promise<Room<RoomType>> {
  const waiting = await client.queue(type, { options });
  waiting.on("found", () => void waiting.accept().catch(() => {}));
  return waiting.match;
}
