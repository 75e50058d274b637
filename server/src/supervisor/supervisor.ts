/**
 * Keeps N hosts running and serves nothing itself: starts them, starts them again, replaces them one by one, and ends them.
 * It knows processes only; what becomes of the rooms is the hosts' business.
 */
import type { Logger } from "../inspect/logger.ts";
import type { Clock } from "../tick/clock.ts";
import type { HostChild } from "./host-child.ts";
import { Place } from "./place.ts";

export interface SupervisorOptions {
  readonly processes: number;
  readonly fork: () => HostChild;
  readonly clock: Clock;
  readonly logger: Logger;
  /** A host that was told to go and is still there after so long is killed, ms. */
  readonly goneMs: number;
}

export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #places: readonly Place[];
  readonly #living = new Set<HostChild>();
  #rolling: "no" | "yes" | "again" = "no";
  #stopping = false;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    const fork = () => this.#fork();
    this.#places = Array.from({ length: options.processes }, () => new Place({ ...options, fork }));
  }

  get isStopping(): boolean {
    return this.#stopping;
  }

  /** Resolves when every host is ready. Rejects with CONFIG_INVALID when one says that it cannot start like this. */
  async start(): Promise<void> {
    await Promise.all(this.#places.map((place) => place.open()));
  }

  /**
   * Replaces every host, one at a time. A new one that does not become ready ends it: the others stay as they are. Asked while it
   * goes on, it is done once more afterwards.
   */
  async roll(): Promise<void> {
    if (this.#rolling !== "no") {
      this.#rolling = "again";
      return;
    }
    do {
      this.#rolling = "yes";
      await this.#rollOnce();
    } while (this.#wantsAnotherRoll());
    this.#rolling = "no";
  }

  /** Tells every host to go and resolves when they are gone: true when each of them let everything go in time. */
  async stop(): Promise<boolean> {
    this.#stopping = true;
    for (const place of this.#places) place.close();
    const hosts = [...this.#living];
    for (const host of hosts) host.kill("SIGTERM");
    const late = this.#options.clock.after(this.#options.goneMs, () => this.kill());
    const endings = await Promise.all(hosts.map((host) => host.ended));
    late.cancel();
    return endings.every(({ code, signal }) => code === 0 || signal === "SIGTERM");
  }

  /** Ends every host at once. */
  kill(): void {
    for (const host of this.#living) host.kill("SIGKILL");
  }

  #fork(): HostChild {
    const host = this.#options.fork();
    this.#living.add(host);
    void host.ended.then(() => this.#living.delete(host));
    return host;
  }

  #wantsAnotherRoll(): boolean {
    return this.#rolling === "again" && !this.#stopping;
  }

  async #rollOnce(): Promise<void> {
    const { logger } = this.#options;
    for (const [index, place] of this.#places.entries()) {
      const which = `host ${index + 1} of ${this.#places.length}`;
      if (this.#places.length === 1) await place.restart();
      else if (!(await place.replace())) {
        if (!this.#stopping) logger.error(`the replacement was called off at ${which}; every host that ran goes on`);
        return;
      }
      if (this.#stopping) return;
      logger.info(`${which} was replaced`);
    }
  }
}
