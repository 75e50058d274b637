/**
 * Who is dead. Slowly: a lease that is over. Fast: a process that is silent at two looks in a row and does not answer when it is
 * asked itself, since a living one's subscription may break too. Suspicion costs nothing that the store could not repair:
 * it refuses what a process appends to a room that was taken from it.
 *
 * While our own connection was down a moment ago, silence says nothing: everyone's may have been. After a longer time, or when the
 * store went back, leases say nothing either. How long it was is known with the next beat: until then nobody is dead.
 */
import { LIMITS } from "@ninelives/shared-schema";
import type { Clock } from "../tick/clock.ts";
import type { Member } from "./members.ts";

export type DeathSign = "silent" | "lease";

export interface DetectorOptions {
  readonly me: string;
  readonly clock: Clock;
  readonly leaseMs: number;
  /** Beats come so often. */
  readonly beatMs: number;
}

export class Detector {
  readonly #options: DetectorOptions;
  #members: readonly Member[] = [];
  #beatAtMs = Number.NEGATIVE_INFINITY;
  #trustsFromMs = Number.NEGATIVE_INFINITY;
  /** Our own connection was down, and no beat was answered since. */
  #isCutOff = false;
  /** Were silent at the last look. */
  #silent = new Set<string>();
  /** Dead although their lease runs on. */
  readonly #fallen = new Set<string>();
  /** Everyone heard of lately, removed ones too, and when. */
  readonly #heardOf = new Map<string, { readonly member: Member; readonly atMs: number }>();
  /** Last sign of life, on our clock. */
  readonly #aliveAtMs = new Map<string, number>();
  #fell = false;

  constructor(options: DetectorOptions) {
    this.#options = options;
  }

  /** Everyone at the last beat, without the dead. */
  get living(): Member[] {
    return this.#members.filter((member) => this.signOf(member) === undefined);
  }

  /** The living; while the list cannot be trusted, everyone who was there a moment ago. */
  get present(): Member[] {
    return this.isTrusted
      ? this.living
      : [...this.#members, ...this.acquaintances.filter((one) => !this.#isListed(one))];
  }

  get others(): Member[] {
    return this.#members.filter(({ processId }) => processId !== this.#options.me);
  }

  /** What we know is not our own connection's fault. */
  get isTrusted(): boolean {
    return !this.#isCutOff && this.#options.clock.now() >= this.#trustsFromMs;
  }

  /** Whose rooms are to be taken. */
  get dead(): Member[] {
    return this.isTrusted ? this.#members.filter((member) => this.signOf(member) !== undefined) : [];
  }

  /** Who may still be there, whatever the list says: those that were removed may have been taken for dead. */
  get acquaintances(): Member[] {
    return Array.from(this.#heardOf.values(), ({ member }) => member);
  }

  find(processId: string): Member | undefined {
    return this.#members.find((member) => member.processId === processId);
  }

  /** As far as is known: one that was never heard of may just have come. */
  mayLive(processId: string): boolean {
    if (!this.isTrusted) return true;
    const member = this.find(processId);
    return member === undefined ? !this.#heardOf.has(processId) : this.signOf(member) === undefined;
  }

  /** How it is known to be dead; undefined: it lives. */
  signOf({ processId, leaseLeftMs }: Member): DeathSign | undefined {
    if (processId === this.#options.me) return undefined;
    if (leaseLeftMs <= 0) return "lease";
    return this.#fallen.has(processId) ? "silent" : undefined;
  }

  /** Since its last sign of life. */
  quietMs({ processId }: Member): number {
    const nowMs = this.#options.clock.now();
    return nowMs - (this.#aliveAtMs.get(processId) ?? nowMs);
  }

  /** What a beat told that was sent at this moment. */
  beat(members: readonly Member[], sentAtMs: number): void {
    const { clock, leaseMs, beatMs } = this.#options;
    const nowMs = clock.now();
    if (sentAtMs - this.#beatAtMs > leaseMs - 2 * beatMs) this.distrust();
    this.#beatAtMs = nowMs;
    this.#isCutOff = false;
    this.#members = members;
    const known = new Set(members.map(({ processId }) => processId));
    for (const gone of [...this.#fallen, ...this.#aliveAtMs.keys()]) if (!known.has(gone)) this.#forget(gone);
    for (const { processId, leaseLeftMs } of members) this.#isAlive(processId, nowMs - (leaseMs - leaseLeftMs));
    for (const member of this.others) this.#heardOf.set(member.processId, { member, atMs: nowMs });
    for (const [processId, { atMs }] of this.#heardOf)
      if (nowMs - atMs > LIMITS.acquaintanceMs) this.#heardOf.delete(processId);
  }

  /** Somebody was silent for the first time at the last look: there is something to see if the next one comes soon. */
  get fell(): boolean {
    return this.#fell;
  }

  /** What a look told: returns those that are silent for the second time, to be asked themselves. */
  look(silent: readonly string[]): Member[] {
    const isAgain = ({ processId }: Member) => this.#silent.has(processId) && silent.includes(processId);
    const suspects = this.others.filter((member) => isAgain(member) && this.signOf(member) === undefined);
    this.#fell = this.others.some(({ processId }) => silent.includes(processId) && !this.#silent.has(processId));
    this.#silent = new Set(silent);
    for (const { processId } of this.others) {
      if (this.#silent.has(processId)) continue;
      this.#fallen.delete(processId);
      this.#isAlive(processId, this.#options.clock.now());
    }
    return suspects;
  }

  /** It did not answer either. */
  confirm(processId: string): void {
    if (!this.#isCutOff) this.#fallen.add(processId);
  }

  /** Others had no way to renew their leases, or what they renewed was forgotten: they get the time to do it again. */
  distrust(): void {
    const { clock, leaseMs } = this.#options;
    this.#trustsFromMs = clock.now() + leaseMs;
  }

  /** Our own connection is down. */
  cutOff(): void {
    this.#isCutOff = true;
    this.#silent.clear();
  }

  removed(processId: string): void {
    this.#members = this.#members.filter((member) => member.processId !== processId);
    this.#forget(processId);
  }

  #isListed({ processId }: Member): boolean {
    return this.find(processId) !== undefined;
  }

  #isAlive(processId: string, atMs: number): void {
    this.#aliveAtMs.set(processId, Math.max(atMs, this.#aliveAtMs.get(processId) ?? Number.NEGATIVE_INFINITY));
  }

  #forget(processId: string): void {
    this.#fallen.delete(processId);
    this.#aliveAtMs.delete(processId);
  }
}
