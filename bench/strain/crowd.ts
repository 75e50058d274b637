/** Players who come one after the other to a host, and play on it, as many as get in. */
import { setTimeout as sleep } from "node:timers/promises";
import { systemClock } from "../../loadtest/src/clock.ts";
import { Schedule } from "../../loadtest/src/schedule.ts";
import { RawClient } from "../lib/raw-client.ts";
import { Crowd, HZ } from "./rooms.ts";

const PERIOD_MS = 1_000 / HZ;

export interface Join {
  readonly how: "in" | "BUSY" | "failed";
  /** Until it was in, or told. */
  readonly tookMs: number;
}

export class CrowdOfPlayers {
  readonly players: RawClient[] = [];
  readonly joins: Join[] = [];
  readonly #schedules: Schedule[] = [];

  /** Asks so often a second, for so long, whatever becomes of those before. */
  async come(url: string, perSecond: number, forMs: number): Promise<void> {
    const endsAtMs = performance.now() + forMs;
    const asked: Promise<void>[] = [];
    for (let number = 0; performance.now() < endsAtMs; number++) {
      asked.push(this.#ask(url));
      await sleep(1_000 / perSecond);
    }
    await Promise.all(asked);
  }

  leave(): void {
    for (const schedule of this.#schedules) schedule.stop();
    for (const player of this.players) player.leave();
  }

  async #ask(url: string): Promise<void> {
    const startedMs = performance.now();
    let how: Join["how"] = "in";
    try {
      const player = await RawClient.join(url, Crowd.name);
      this.players.push(player);
      const schedule = new Schedule(systemClock, PERIOD_MS, () => player.sendSameInput());
      schedule.start(0);
      this.#schedules.push(schedule);
    } catch (error) {
      how = /: 503 /.test((error as Error).message) ? "BUSY" : "failed";
    }
    this.joins.push({ how, tookMs: performance.now() - startedMs });
  }
}
