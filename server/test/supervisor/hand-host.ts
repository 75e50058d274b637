/** A host that a supervisor believes in: the test says what becomes of it. */
import { settle } from "../../../test/support/until.ts";
import type { Ending, HostChild } from "../../src/supervisor/host-child.ts";

export class HandHost implements HostChild {
  readonly pid: number;
  readonly told: string[] = [];
  readonly #ready = Promise.withResolvers<void>();
  readonly #ended = Promise.withResolvers<Ending>();
  readonly #finishes = Promise.withResolvers<number>();
  readonly ready = this.#ready.promise;
  readonly finishes = this.#finishes.promise;
  readonly ended = this.#ended.promise;

  constructor(pid: number) {
    this.pid = pid;
  }

  kill(signal: "SIGTERM" | "SIGKILL"): void {
    this.told.push(signal);
    if (signal === "SIGKILL") void this.end({ signal: "SIGKILL", code: null });
  }

  async comeUp(): Promise<void> {
    this.#ready.resolve();
    await settle();
  }

  async finish(withinMs: number): Promise<void> {
    this.#finishes.resolve(withinMs);
    await settle();
  }

  async end(ending: Partial<Ending> = {}): Promise<void> {
    this.#ended.resolve({ code: 0, signal: null, refusal: undefined, ...ending });
    await settle();
  }
}
