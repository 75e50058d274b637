/**
 * The time of a simulated world: one clock for everything, in whole milliseconds, so that a world is the same at any hour. One
 * timer fires at a time, and what promises make of it happens before the next: as in a process that gets its frames one by one.
 *
 * The server sees it through a clock that can freeze, as a process does that is not scheduled; every page through one that dies with it.
 */
import type { Clock, Timer } from "@ninelives/server";

interface Entry {
  readonly atMs: number;
  /** Of two timers that are due together the older one fires first. */
  readonly order: number;
  fn: (() => void) | undefined;
}

export class SimClock implements Clock {
  /** The server's view. */
  readonly server = new FreezingClock(this);
  #nowMs = 0;
  #order = 0;
  /** A heap: no entry is due before its parent, which stands at half its place. */
  readonly #heap: Entry[] = [];

  now = (): number => this.#nowMs;

  wallMs = (): number => 1_700_000_000_000;

  after = (delayMs: number, fn: () => void): Timer => {
    const entry: Entry = { atMs: this.#nowMs + Math.ceil(Math.max(0, delayMs)), order: this.#order++, fn };
    this.#push(entry);
    return { cancel: () => (entry.fn = undefined) };
  };

  /** Moves time on by `ms`, timer by timer. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    for (let [next] = this.#heap; next !== undefined && next.atMs <= endMs; [next] = this.#heap) {
      this.#pop();
      this.#nowMs = next.atMs;
      if (next.fn === undefined) continue;
      next.fn();
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.#nowMs = endMs;
    await new Promise((resolve) => setImmediate(resolve));
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let place = heap.push(entry) - 1;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!isBefore(entry, heap[parent]!)) break;
      heap[place] = heap[parent]!;
      place = parent;
    }
    heap[place] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let place = 0;
    for (let child = 1; child < heap.length; child = 2 * place + 1) {
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (!isBefore(heap[child]!, last)) break;
      heap[place] = heap[child]!;
      place = child;
    }
    heap[place] = last;
  }
}

function isBefore(one: Entry, other: Entry): boolean {
  return one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order);
}

/** A clock whose timers wait while it is frozen, and then fire late, in the order they were due and before those that come due then. */
export class FreezingClock implements Clock {
  readonly #base: Clock;
  #held: (() => void)[] = [];
  #isFrozen = false;

  constructor(base: Clock) {
    this.#base = base;
  }

  now = (): number => this.#base.now();

  wallMs = (): number => this.#base.wallMs();

  after = (delayMs: number, fn: () => void): Timer => {
    let isCancelled = false;
    const fire = () => {
      if (!isCancelled) fn();
    };
    const timer = this.#base.after(delayMs, () => {
      if (this.#isFrozen || this.#held.length > 0) this.#held.push(fire);
      else fire();
    });
    return {
      cancel() {
        isCancelled = true;
        timer.cancel();
      },
    };
  };

  get isFrozen(): boolean {
    return this.#isFrozen;
  }

  freeze(): void {
    this.#isFrozen = true;
  }

  thaw(): void {
    if (!this.#isFrozen) return;
    this.#isFrozen = false;
    this.#catchUp();
  }

  #catchUp(): void {
    if (this.#held.length === 0) return;
    this.#base.after(0, () => {
      if (this.#isFrozen) return;
      this.#held.shift()?.();
      this.#catchUp();
    });
  }
}

/** A clock none of whose timers fires once it has stopped. */
export class PageClock {
  readonly #base: Clock;
  #hasStopped = false;

  constructor(base: Clock) {
    this.#base = base;
  }

  now(): number {
    return this.#base.now();
  }

  after(delayMs: number, fn: () => void): Timer {
    return this.#base.after(delayMs, () => {
      if (!this.#hasStopped) fn();
    });
  }

  stop(): void {
    this.#hasStopped = true;
  }
}
