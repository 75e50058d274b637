/**
 * The machine of Redis loses its power: what Redis wrote within the last second has not reached the disk. Tried by ending it with
 * SIGKILL and cutting its append-only file back to what was in it a second before; what a cut leaves of a command is dropped by
 * Redis when it starts. Whoever uses this has Redis append to a file.
 */
import { readdirSync, statSync } from "node:fs";
import { truncate } from "node:fs/promises";
import { join } from "node:path";
import { until } from "../support/until.ts";
import type { Fleet } from "./fleet.ts";

const LOOK_EVERY_MS = 10;

interface Look {
  readonly atMs: number;
  readonly file: string;
  readonly bytes: number;
}

export class Power {
  readonly #fleet: Fleet;
  readonly #lostMs: number;
  readonly #timer: NodeJS.Timeout;
  /** Of the last moments, oldest first. */
  #looks: Look[] = [];

  /** `lostMs`: what was written so long before the power went is lost. */
  constructor(fleet: Fleet, lostMs = 1_000) {
    this.#fleet = fleet;
    this.#lostMs = lostMs;
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS);
  }

  /** Takes the power away and gives it back. `alongside`: what happens in the same moment. Resolves with the bytes that were lost. */
  async loss(alongside: () => Promise<void> = async () => {}): Promise<number> {
    const kept = this.#keptAt(performance.now() - this.#lostMs);
    let lost = 0;
    const done = alongside();
    await this.#fleet.withoutRedis("kept", async () => {
      await done;
      lost = statSync(kept.file).size - kept.bytes;
      await truncate(kept.file, kept.bytes);
    });
    this.#looks = [];
    return lost;
  }

  /** Resolves when the power may go: what Redis had written then is known. */
  canLose(): Promise<unknown> {
    const isKnown = () => (this.#looks[0]?.atMs ?? Number.POSITIVE_INFINITY) <= performance.now() - this.#lostMs;
    return until("a look at Redis's file that is old enough", isKnown);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const folder = join(this.#fleet.dir, "redis", "appendonlydir");
    const file = readdirSync(folder).find((name) => name.endsWith(".incr.aof"));
    if (file === undefined) return;
    const path = join(folder, file);
    const atMs = performance.now();
    this.#looks.push({ atMs, file: path, bytes: statSync(path).size });
    const old = this.#looks.findLastIndex((look) => look.atMs <= atMs - this.#lostMs);
    this.#looks.splice(0, Math.max(0, old));
  }

  #keptAt(atMs: number): Look {
    const kept = this.#looks.findLast((look) => look.atMs <= atMs);
    if (kept === undefined) throw new Error(`no look at Redis's file ${this.#lostMs} ms before the power went`);
    return kept;
  }
}
