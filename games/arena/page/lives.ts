/**
 * The nine lives of a match, in development: a button kills the process that has it, and the page shows what that was like. Whoever
 * is in the match sees the end of it; only the one who pressed knows what is the matter while it lasts, and sees the stopwatch.
 *
 *   press -> killed -> (no picture) stopwatch -> the first picture of the next owner: how long, what was lost, who has it now
 */
import type { Room } from "@ninelives/client";
import type { Arena } from "../arena.type.ts";
import { element } from "../../page/dom.ts";
import { KillCard } from "./kill-card.ts";
import { KillSwitch, type Owner } from "./kill-switch.ts";
import { LivesPanel } from "./lives-panel.ts";
import { type Takeover, TakeoverWatch } from "./takeover.ts";

/** Commands are looked at so often, ms. */
const LOOK_EVERY_MS = 100;

export interface LivesEffects {
  killed(): void;
  cameBack(): void;
}

export class Lives {
  readonly root = element("div", "lives-all");
  readonly #room: Room<typeof Arena>;
  readonly #effects: LivesEffects;
  readonly #stop = new AbortController();
  readonly #switch: KillSwitch;
  readonly #panel = new LivesPanel(() => this.kill());
  readonly #card = new KillCard();
  readonly #watch: TakeoverWatch;
  #isThere = false;
  #isAsked = false;
  #owner: Owner | undefined;
  #killed: Owner | undefined;
  /** The last one, while not all of what waited has its answer. */
  #takeover: Takeover | undefined;
  #lookedAtMs = 0;

  constructor(room: Room<typeof Arena>, serverUrl: string, effects: LivesEffects) {
    this.#room = room;
    this.#effects = effects;
    this.#switch = new KillSwitch(serverUrl, room.roomId, this.#stop.signal);
    this.#watch = new TakeoverWatch(
      room,
      () => performance.now(),
      (takeover) => this.#back(takeover),
    );
    this.root.append(this.#panel.root, this.#card.root);
    this.root.hidden = true;
    void this.#begin();
  }

  /** Kills the process that has the match; does nothing where that may not be, and while it is dead. */
  kill(): void {
    if (!this.#isThere || this.#isAsked || this.#room.connection.state !== "CONNECTED") return;
    this.#isAsked = true;
    this.#panel.dead(true);
    const { epoch } = this.#room;
    this.#switch.kill().then(
      (killed) => this.#dead(killed, epoch),
      (error: Error) => this.#failed(error),
    );
  }

  frame(nowMs: number): void {
    if (!this.#isThere) return;
    this.#panel.update(this.#room.state.restores);
    this.#card.frame(nowMs, this.#watch.patchAtMs);
    if (nowMs - this.#lookedAtMs < LOOK_EVERY_MS) return;
    this.#lookedAtMs = nowMs;
    if (this.#card.isDead) this.#lookWhileDead();
    else if (this.#takeover !== undefined && this.#watch.isAnswered(this.#takeover)) {
      this.#card.commands(this.#takeover, true);
      this.#takeover = undefined;
    }
  }

  stop(): void {
    this.#stop.abort();
    this.#watch.stop();
  }

  async #begin(): Promise<void> {
    this.#isThere = await this.#switch.isThere().catch(() => false);
    this.root.hidden = !this.#isThere;
    this.root.dataset.asked = "true";
    if (this.#isThere) await this.#meetOwner(undefined);
  }

  async #meetOwner(dead: Owner | undefined): Promise<void> {
    const owner = await this.#switch.owner(dead);
    if (this.#stop.signal.aborted) return;
    this.#owner = owner;
    this.#panel.owner(owner);
    this.#card.next(owner);
  }

  /** The one that had the match under `epoch` is. The answer may come after the next one's first picture. */
  #dead(killed: Owner, epoch: number): void {
    this.#killed = killed;
    if (this.#room.epoch !== epoch) return;
    this.#card.dead(killed);
    this.#effects.killed();
  }

  #failed({ message }: Error): void {
    if (this.#stop.signal.aborted) return;
    this.#end();
    this.#card.failed(message, performance.now());
  }

  #lookWhileDead(): void {
    if (this.#room.connection.state !== "DISCONNECTED") this.#card.waiting(this.#killed!, this.#watch.waiting());
    else {
      this.#card.close();
      this.#end();
    }
  }

  #back(takeover: Takeover): void {
    if (!this.#isThere) return;
    const dead = this.#killed ?? this.#owner;
    this.#end();
    this.#takeover = takeover;
    this.#panel.add(takeover);
    this.#card.back(takeover, dead, performance.now());
    this.#effects.cameBack();
    void this.#meetOwner(dead);
  }

  #end(): void {
    this.#isAsked = false;
    this.#killed = undefined;
    this.#panel.dead(false);
  }
}
