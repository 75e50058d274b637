/**
 * One place in the supervisor's row: a host runs in it, and when it dies the next one is started. A host that lived only for a
 * moment is followed after a pause that doubles, so that one that cannot live does not eat the machine.
 */
import { NetError } from "@ninelives/shared-schema";
import type { Logger } from "../inspect/logger.ts";
import type { Clock } from "../tick/clock.ts";
import type { Ending, HostChild } from "./host-child.ts";

/** A host that lived as long is followed at once, ms. */
const LIVED_MS = 5_000;
/** Pause before the next host after one short life, and at most, ms. */
const PAUSE_MS = 100;
const PAUSE_MAX_MS = 5_000;
/** Longest time a host may take to be ready to follow a living one, ms. */
const READY_MS = 60_000;

export interface PlaceOptions {
  readonly fork: () => HostChild;
  readonly clock: Clock;
  readonly logger: Logger;
  /** A host that was told to go and is still there after so long is killed, ms; one that plays matches on has the time for these, too. */
  readonly goneMs: number;
}

export class Place {
  readonly #options: PlaceOptions;
  /** Whoever runs here, or died here last. */
  #host: HostChild | undefined;
  #pauseMs = 0;
  #opened = false;
  #closed = false;

  constructor(options: PlaceOptions) {
    this.#options = options;
  }

  /** Resolves when a host is ready here. Rejects with CONFIG_INVALID when the first one says that it cannot start like this. */
  async open(): Promise<void> {
    while (!this.#closed) {
      const { host, bornMs } = this.#start();
      const ending = await readyOrEnded(host);
      if (ending === undefined) {
        this.#opened = true;
        void this.#follow(host, bornMs);
        return;
      }
      if (!this.#opened && ending.refusal !== undefined) throw new NetError("CONFIG_INVALID", ending.refusal);
      if (!(await this.#mourn(host, bornMs, ending))) return;
    }
  }

  /** A new host comes, then the old one goes. false: the new one did not become ready, and the old one stays. */
  async replace(): Promise<boolean> {
    const { clock, fork, logger } = this.#options;
    const bornMs = clock.now();
    const fresh = fork();
    const late = clock.after(READY_MS, () => fresh.kill("SIGKILL"));
    const ending = await readyOrEnded(fresh);
    late.cancel();
    if (ending !== undefined) {
      if (!this.#closed) logger.error({ hostPid: fresh.pid }, `a new host did not become ready: ${describe(ending)}`);
      return false;
    }
    const old = this.#host;
    this.#host = fresh;
    void this.#follow(fresh, bornMs);
    if (old !== undefined) await this.#retire(old);
    return true;
  }

  /** The old host goes, then a new one comes: for a port or a folder that only one can have. */
  async restart(): Promise<void> {
    const old = this.#host;
    this.#host = undefined;
    if (old !== undefined) await this.#retire(old);
    await this.open();
  }

  /** Nobody is started here any more. */
  close(): void {
    this.#closed = true;
  }

  #start(): { host: HostChild; bornMs: number } {
    const bornMs = this.#options.clock.now();
    const host = this.#options.fork();
    this.#host = host;
    return { host, bornMs };
  }

  async #follow(host: HostChild, bornMs: number): Promise<void> {
    if (await this.#mourn(host, bornMs, await host.ended)) await this.open();
  }

  /** Says how the host ended and waits as long as the next one has to. false: it was meant to end, or somebody else is here. */
  async #mourn(host: HostChild, bornMs: number, ending: Ending): Promise<boolean> {
    const { clock, logger } = this.#options;
    if (this.#closed || this.#host !== host) return false;
    const livedMs = Math.round(clock.now() - bornMs);
    this.#pauseMs = livedMs >= LIVED_MS ? 0 : Math.min(Math.max(PAUSE_MS, this.#pauseMs * 2), PAUSE_MAX_MS);
    const { code, signal } = ending;
    const when = this.#pauseMs === 0 ? "now" : `in ${this.#pauseMs} ms`;
    logger.error(
      { hostPid: host.pid, code, signal, livedMs },
      `a host ended: ${describe(ending)}; the next one starts ${when}`,
    );
    if (this.#pauseMs > 0) await new Promise<void>((resolve) => clock.after(this.#pauseMs, resolve));
    return !this.#closed && this.#host === host;
  }

  async #retire(host: HostChild): Promise<void> {
    const { clock, goneMs, logger } = this.#options;
    host.kill("SIGTERM");
    const limit = (ms: number) => clock.after(ms, () => host.kill("SIGKILL"));
    let late = limit(goneMs);
    let isGone = false;
    void host.finishes.then((withinMs) => {
      if (isGone) return;
      late.cancel();
      late = limit(withinMs + goneMs);
      logger.warn({ hostPid: host.pid, withinMs }, "a host that is replaced plays matches on that no other can take");
    });
    const ending = await host.ended;
    isGone = true;
    late.cancel();
    if (ending.code !== 0) logger.warn({ hostPid: host.pid }, `a host that was replaced ended: ${describe(ending)}`);
  }
}

/** How it ended before it was ready; undefined when it is. */
function readyOrEnded(host: HostChild): Promise<Ending | undefined> {
  return Promise.race([host.ready.then(() => undefined), host.ended]);
}

function describe({ code, signal, refusal }: Ending): string {
  return refusal ?? (signal === null ? `exit code ${code}` : signal);
}
