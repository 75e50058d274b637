/**
 * A host looks at itself once every LIMITS.strainLookMs, and gives up one thing after the other while it has too much to do (ladder.ts).
 * Everything that is given up is asked here, at the moment it counts: rooms before a patch, matchmaking before a seat.
 */
import { LIMITS } from "@ninelives/shared-schema";
import type { Standing } from "../ownership/members.ts";
import type { Clock, Timer } from "../tick/clock.ts";
import type { TickReport } from "../tick/pipeline.ts";
import { Ladder } from "./ladder.ts";
import { NO_RELIEF, reliefOf, type Relief, type Rung, type RungName, rungsOf } from "./rungs.ts";
import type { StrainSettings } from "./settings.ts";
import { Lateness, strainOf, type Usage, usageMeter } from "./usage.ts";

/** The host is on another rung than before. undefined: it gives nothing up. */
export interface StrainChange {
  readonly from: RungName | undefined;
  readonly to: RungName | undefined;
  /** It gives up one thing more; else one less. */
  readonly isWorse: boolean;
  readonly strain: number;
  readonly usage: Usage;
  /** How long it will have to be calm before the next thing is taken back, ms. */
  readonly calmMs: number;
}

/** What is given up, as the metric's `what` has it. */
export type HeldBack = "patches" | "joins" | "rooms";

export interface StrainOptions {
  readonly clock: Clock;
  readonly settings: StrainSettings;
  /** Of the time since it was asked last. Default: this process's, measured. */
  readonly measure?: (() => Usage) | undefined;
  readonly onChange: (change: StrainChange) => void;
  readonly onHeldBack: (what: HeldBack) => void;
}

export class Strain {
  readonly #options: StrainOptions;
  readonly #rungs: readonly Rung[];
  readonly #ladder: Ladder;
  readonly #lateness = new Lateness();
  readonly #measure: () => Usage;
  #relief = NO_RELIEF;
  #share = 0;
  #timer: Timer | undefined;

  constructor(options: StrainOptions) {
    const { clock, settings } = options;
    this.#options = options;
    this.#measure = options.measure ?? usageMeter(this.#lateness);
    this.#rungs = rungsOf(settings);
    this.#ladder = new Ladder(this.#rungs, settings, clock.now());
    this.#wait();
  }

  /** At the last look, 0 to 1. */
  get share(): number {
    return this.#share;
  }

  /** What the host gave up last; undefined: nothing. */
  get rung(): RungName | undefined {
    return this.#ladder.taken.at(-1)?.name;
  }

  /** Every rung there is -> whether the host has gone down it. */
  get rungs(): ReadonlyMap<RungName, boolean> {
    const { length } = this.#ladder.taken;
    return new Map(this.#rungs.map(({ name }, place) => [name, place < length]));
  }

  get relief(): Relief {
    return this.#relief;
  }

  /** What other processes are told. */
  get standing(): Required<Standing> {
    const { takesPlayers, makesRooms } = this.#relief;
    return { rung: this.#ladder.taken.length, closed: !takesPlayers, full: !makesRooms };
  }

  /** A room was woken. */
  ticked(report: TickReport, periodMs: number): void {
    this.#lateness.ticked(report, periodMs);
  }

  /** Something was not done that would have been. */
  heldBack(what: HeldBack): void {
    this.#options.onHeldBack(what);
  }

  stop(): void {
    this.#timer?.cancel();
  }

  #wait(): void {
    this.#timer = this.#options.clock.after(LIMITS.strainLookMs, () => {
      this.#look();
      this.#wait();
    });
  }

  #look(): void {
    const { clock, onChange } = this.#options;
    const usage = this.#measure();
    const { rung: from, standing: before } = this;
    this.#share = strainOf(usage);
    if (!this.#ladder.look(this.#share, clock.now())) return;
    this.#relief = reliefOf(this.#ladder.taken);
    const isWorse = this.standing.rung > before.rung;
    onChange({ from, to: this.rung, isWorse, strain: this.#share, usage, calmMs: this.#ladder.calmMs });
  }
}
