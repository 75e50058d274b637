/** Members in this process's memory: for a process that is alone, and for several in one simulated world. */
import type { Clock } from "../tick/clock.ts";
import type { Beat, Member, MemberInfo, Members } from "./members.ts";

export interface MemoryLease {
  readonly info: MemberInfo;
  readonly endsAtMs: number;
}

/** What all members share. */
export class MemoryMembers {
  readonly #clock: Clock;
  readonly #leases: Map<string, MemoryLease>;
  /** Processes with an open connection. */
  readonly #connected = new Set<string>();

  /** `leases`: where they lie. */
  constructor(clock: Clock, leases = new Map<string, MemoryLease>()) {
    this.#clock = clock;
    this.#leases = leases;
  }

  /** The view of one process; it is silent once that view is closed. */
  connect(processId: string): Members {
    this.#connected.add(processId);
    const toldMs = new Map<string, number>();
    return {
      beat: async (me, info, leaseMs) => this.#beat(me, info, leaseMs, toldMs),
      silent: async (processIds) => processIds.filter((other) => !this.#connected.has(other)),
      remove: async (other) => this.#leases.delete(other),
      close: async () => void this.#connected.delete(processId),
    };
  }

  #beat(me: string, info: MemberInfo, leaseMs: number, toldMs: Map<string, number>): Beat {
    const nowMs = this.#clock.now();
    const knownMs = this.#leases.get(me)?.endsAtMs ?? Number.NEGATIVE_INFINITY;
    const isRemembered = knownMs >= (toldMs.get(me) ?? Number.NEGATIVE_INFINITY);
    this.#leases.set(me, { info, endsAtMs: nowMs + leaseMs });
    toldMs.set(me, nowMs + leaseMs);
    const members = Array.from(this.#leases, ([processId, lease]): Member => ({
      processId,
      info: lease.info,
      leaseLeftMs: lease.endsAtMs - nowMs,
    }));
    return { members, isRemembered };
  }
}
