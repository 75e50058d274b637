/**
 * What is counted of each address. An entry is there as long as it says something that a new one would not; at
 * LIMITS.addressesCounted those that are not known share one entry, so that many addresses are no way around a limit.
 */
import { LIMITS, TokenBucket } from "@ninelives/shared-schema";
import type { HostLimits } from "./settings.ts";

/** Fewer are not looked through, and all of them at most so often, ms. */
const SWEPT_FROM = 1_024;
const SWEEP_MS = 1_000;

export interface AddressCounts {
  /** Open connections, and how many may be opened. */
  open: number;
  readonly connects: TokenBucket;
  /** Requests for a seat under way. */
  asking: number;
  /** Of them, how many have their turn, and those that wait for one. */
  running: number;
  readonly waiting: (() => void)[];
  readonly joins: TokenBucket;
  /** Session of a promised seat -> when it runs out, ms; in that order. */
  readonly untaken: Map<string, number>;
  /** When the log was told of a refusal, ms, and refusals since then that it was not told. */
  saidAtMs: number;
  unsaid: number;
}

export class AddressBook {
  readonly #limits: HostLimits;
  readonly #entries = new Map<string, AddressCounts>();
  #others: AddressCounts | undefined;
  #sweepAt = SWEPT_FROM;
  #sweptAtMs = Number.NEGATIVE_INFINITY;

  constructor(limits: HostLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#entries.size;
  }

  of(key: string, nowMs: number): AddressCounts {
    const known = this.#entries.get(key);
    if (known !== undefined) return known;
    if (this.#entries.size >= this.#sweepAt && nowMs >= this.#sweptAtMs + SWEEP_MS) this.#sweep(nowMs);
    if (this.#entries.size >= LIMITS.addressesCounted) return (this.#others ??= this.#fresh(nowMs));
    const fresh = this.#fresh(nowMs);
    this.#entries.set(key, fresh);
    return fresh;
  }

  /** Twice as many as are left may come until it is looked again: each costs little, however many there are. */
  #sweep(nowMs: number): void {
    this.#sweptAtMs = nowMs;
    for (const [key, counts] of this.#entries) if (isBlank(counts, nowMs)) this.#entries.delete(key);
    this.#sweepAt = Math.min(LIMITS.addressesCounted, Math.max(SWEPT_FROM, 2 * this.#entries.size));
  }

  #fresh(nowMs: number): AddressCounts {
    const { joinsPerAddress, connectsPerAddress } = this.#limits;
    return {
      open: 0,
      connects: new TokenBucket(connectsPerAddress, nowMs),
      asking: 0,
      running: 0,
      waiting: [],
      joins: new TokenBucket(joinsPerAddress, nowMs),
      untaken: new Map(),
      saidAtMs: Number.NEGATIVE_INFINITY,
      unsaid: 0,
    };
  }
}

/** Forgets seats that ran out. Says when the next one does, ms; undefined: there is none. */
export function nextToRunOut({ untaken }: AddressCounts, nowMs: number): number | undefined {
  for (const [sessionId, endsAtMs] of untaken) {
    if (endsAtMs > nowMs) return endsAtMs;
    untaken.delete(sessionId);
  }
  return undefined;
}

function isBlank(counts: AddressCounts, nowMs: number): boolean {
  const { open, asking, joins, connects, saidAtMs } = counts;
  if (open > 0 || asking > 0 || nowMs < saidAtMs + LIMITS.refusalToldMs) return false;
  return joins.isFull(nowMs) && connects.isFull(nowMs) && nextToRunOut(counts, nowMs) === undefined;
}
