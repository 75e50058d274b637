/**
 * People who want a seat all the time, at every process and in every way there is, and leave as soon as they have it. What became of each
 * try is written down.
 */
import { type Client, connect, type Room } from "@ninelives/client";
import { NetError } from "@ninelives/shared-schema";
import { until } from "../support/until.ts";
import { Nine } from "./nine.type.ts";
import { Casual } from "./storm.type.ts";

/** Patience of somebody who waits for a room to go on before trying again. */
const PAUSE_TICKS = 5;
/** A join that was promised a seat may take so long, and ask five times. */
const JOIN_MS = 60_000;

/** What somebody asks for, and what it asks for next. */
type Ask = (client: Client) => Promise<Room<typeof Nine> | Room<typeof Casual>>;

/** What to join by name: rooms of the process that is asked, and of another one. */
export interface Here {
  readonly url: string;
  readonly own: string;
  readonly other: string;
  /** One without a log, if the process has any. */
  readonly casual: string | undefined;
}

export interface Try {
  readonly url: string;
  readonly how: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** undefined: it was let in. */
  readonly error: NetError | undefined;
}

export interface CrowdOptions {
  readonly places: readonly Here[];
  /** Of a room that goes on whatever happens. */
  readonly tick: () => number;
}

export class Crowd {
  readonly tries: Try[] = [];
  readonly #tick: () => number;
  readonly #running: Promise<void>[];
  /** Who is let in after this moment does not come again. */
  #goodbyeMs = Number.POSITIVE_INFINITY;
  #isOver = false;

  /** They begin at once. */
  constructor({ places, tick }: CrowdOptions) {
    this.#tick = tick;
    this.#running = places.flatMap((here) =>
      Object.entries(waysIn(here)).map(([how, ask]) => this.#goOn(here.url, how, ask)),
    );
  }

  /** Resolves when somebody was let in at every process in every way. */
  begun(deadlineMs: number): Promise<unknown> {
    const into = () => this.tries.filter(({ error }) => error === undefined);
    const ways = () => new Set(into().map(({ url, how }) => `${url} ${how}`)).size;
    return until(
      "somebody to be let in at every process in every way",
      () => ways() === this.#running.length,
      deadlineMs,
    );
  }

  /** Those that began and ended in this time. */
  between(fromMs: number, toMs: number): Try[] {
    return this.tries.filter((one) => one.fromMs >= fromMs && one.toMs <= toMs);
  }

  /** Everybody is let in once more, and leaves. Resolves with how long it took the last one to be let in, ms. */
  async lastTime(): Promise<number> {
    const sinceMs = performance.now();
    this.#goodbyeMs = sinceMs;
    await Promise.all(this.#running);
    return Math.max(...this.tries.map(({ toMs }) => toMs)) - sinceMs;
  }

  /** Nobody tries again. */
  async end(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#running);
  }

  async #goOn(url: string, how: string, ask: Ask): Promise<void> {
    const client = connect(url);
    while (!this.#isOver) {
      const fromMs = performance.now();
      const got = await ask(client).catch((error: unknown) => error as NetError);
      const error = got instanceof NetError ? got : undefined;
      const toMs = performance.now();
      this.tries.push({ url, how, fromMs, toMs, error });
      if (!(got instanceof NetError)) {
        await got.leave();
        if (toMs > this.#goodbyeMs) return;
      }
      const next = this.#tick() + PAUSE_TICKS;
      await until("the next try", () => this.#isOver || this.#tick() >= next, JOIN_MS);
    }
  }
}

function waysIn({ own, other, casual }: Here): Record<string, Ask> {
  const ways: Record<string, Ask> = {
    create: (client) => client.create(Nine, {}),
    joinOrCreate: (client) => client.joinOrCreate(Nine, {}),
    join: (client) => client.join(Nine, {}),
    "own room": (client) => client.joinById(Nine, own, {}),
    "other room": (client) => client.joinById(Nine, other, {}),
  };
  if (casual !== undefined) ways["room without a log"] = (client) => client.joinById(Casual, casual, {});
  return ways;
}
