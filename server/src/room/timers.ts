/**
 * What a room put off to a later tick. It lies in memory, so the log has it and the next owner does it: `clock.setTimeout` dies
 * with its process. Due ones run in order of their tick, then of their making, before the game's step.
 */
import { DurableTimer, fieldIssues, type HostMemory, issueText, LIMITS, type RoomType } from "@ninelives/shared-schema";

export interface DueTimer {
  readonly name: string;
  readonly payload: unknown;
}

export class Timers {
  readonly #memory: HostMemory;
  readonly #type: RoomType;
  /** Tick of the earliest one; looked for anew when it is reached. */
  #nextTick = 0;

  constructor(memory: HostMemory, type: RoomType) {
    this.#memory = memory;
    this.#type = type;
  }

  /** Throws a RangeError for ticks below 1 or too many timers, a TypeError for an unknown name or a payload that does not fit. */
  add(name: string, payload: unknown, ticks: number, tick: number): number {
    const { timers } = this.#memory;
    const spec = this.#type.timers[name];
    if (spec === undefined) throw new TypeError(`timer "${name}" is not of room type "${this.#type.name}"`);
    if (!Number.isInteger(ticks) || ticks < 1) {
      throw new RangeError(`timer "${name}": a whole number of ticks from 1 expected, ${ticks} got`);
    }
    if (timers.size >= LIMITS.timersPerRoom) {
      throw new RangeError(`timer "${name}": at most ${LIMITS.timersPerRoom} timers of a room may wait`);
    }
    const parsed = spec.safeParse(payload);
    if (!parsed.success) throw new TypeError(`timer "${name}": ${issueText(fieldIssues(parsed.error.issues))}`);
    const text = JSON.stringify(parsed.data) ?? "null";
    if (text.length > LIMITS.timerPayloadChars) {
      throw new RangeError(`timer "${name}": a payload of at most ${LIMITS.timerPayloadChars} characters expected`);
    }
    const id = this.#memory.nextTimer++;
    const dueTick = tick + ticks;
    timers.set(String(id), new DurableTimer().assign({ dueTick, name, payload: text }));
    this.#nextTick = Math.min(this.#nextTick, dueTick);
    return id;
  }

  /** false: it ran already, or never was. */
  cancel(id: number): boolean {
    return this.#memory.timers.delete(String(id));
  }

  /** Takes the ones that are due. One that another one cancels does not run. */
  *due(tick: number): Generator<DueTimer> {
    const { timers } = this.#memory;
    if (timers.size === 0 || tick < this.#nextTick) return;
    const due = [...timers].filter(([, { dueTick }]) => dueTick <= tick);
    due.sort(([a, first], [b, second]) => first.dueTick - second.dueTick || Number(a) - Number(b));
    for (const [id, { name, payload }] of due) {
      if (timers.delete(id)) yield { name, payload: JSON.parse(payload) as unknown };
    }
    this.#nextTick = Math.min(Number.POSITIVE_INFINITY, ...[...timers.values()].map(({ dueTick }) => dueTick));
  }
}
