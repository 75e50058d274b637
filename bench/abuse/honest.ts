/** Players who play on while somebody attacks the process they play at: whether they keep the connection, and their pace. */
import { systemClock } from "../../loadtest/src/clock.ts";
import { Schedule } from "../../loadtest/src/schedule.ts";
import { PLAYED } from "../flood/names.ts";
import { HZ } from "../flood/rooms.ts";
import { joinRaw, type RawClient } from "../lib/raw-client.ts";

const PERIOD_MS = 1_000 / HZ;

export class Honest {
  readonly #clients: readonly RawClient[];
  readonly #schedules: readonly Schedule[];
  #patchesMs: number[] = [];

  private constructor(clients: readonly RawClient[]) {
    this.#clients = clients;
    this.#schedules = clients.map((client) => new Schedule(systemClock, PERIOD_MS, () => this.#play(client)));
    for (const [at, schedule] of this.#schedules.entries()) schedule.start((at * PERIOD_MS) / clients.length);
    for (const client of clients) this.#watch(client);
  }

  static async join(url: string, players: number): Promise<Honest> {
    return new Honest(await joinRaw(url, PLAYED, players));
  }

  /** Those who have lost the connection. */
  get lost(): number {
    return this.#clients.filter(({ isOpen }) => !isOpen).length;
  }

  get players(): number {
    return this.#clients.length;
  }

  /** Between patches since it was asked last, all players', ms. */
  takePatchesMs(): readonly number[] {
    return this.#patchesMs.splice(0);
  }

  stop(): void {
    for (const schedule of this.#schedules) schedule.stop();
    for (const client of this.#clients) if (client.isOpen) client.leave();
  }

  #play(client: RawClient): void {
    if (client.isOpen) client.sendSameInput();
  }

  #watch(client: RawClient): void {
    let { patches } = client;
    let lastMs: number | undefined;
    client.onFrame = () => {
      if (client.patches === patches) return;
      ({ patches } = client);
      const nowMs = performance.now();
      if (lastMs !== undefined) this.#patchesMs.push(nowMs - lastMs);
      lastMs = nowMs;
    };
  }
}
