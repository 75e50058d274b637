/**
 * Which processes there are, and which of them are dead. Every process renews its lease with a beat and hears of the others in the
 * answer. Leases are measured by the one clock of whatever keeps them, never by comparing the clocks of two machines.
 */

/** What a process says of its strain. Default: it has something to spare. */
export interface Standing {
  /** Things it has given up. Default 0. */
  readonly rung?: number;
  /** It takes no player who has no seat. Default false. */
  readonly closed?: boolean;
  /** It makes no new room. Default false. */
  readonly full?: boolean;
}

/** What a process says of itself with every beat. */
export interface MemberInfo extends Standing {
  /** `host:port` that players use; `:port` is that port at the host name they know. */
  readonly address: string;
  /** `host:port` that other processes use. */
  readonly inner: string;
  /** Where it stands, by a name of its operator's. Default: nobody said. */
  readonly region?: string;
  readonly rooms: number;
  /** From 0, idle, to 1: nothing more should come. */
  readonly load: number;
  /** It is going away and takes no room. */
  readonly draining: boolean;
  /** It has not been there for long, and cannot tell yet who is dead: rooms go to others, if there are any. Default false. */
  readonly isNew?: boolean;
  /** Room type -> version. */
  readonly types: Readonly<Record<string, number>>;
  /** Room type -> earlier versions of which it can take a match, and migrate it. Default: none. */
  readonly migrates?: Readonly<Record<string, readonly number[]>>;
}

export interface Member {
  readonly processId: string;
  readonly info: MemberInfo;
  /** At or below 0: dead. */
  readonly leaseLeftMs: number;
}

export interface Beat {
  /** Everyone, the caller included, and the dead until somebody removes them. */
  readonly members: readonly Member[];
  /** false: what the caller was told at its last beat is not there any more. The store is empty, or went back in time. */
  readonly isRemembered: boolean;
}

/** Every method rejects when no answer comes in LIMITS.membersAnswerMs, and at once while the connection is known to be down. */
export interface Members {
  /** Renews the lease of `me`. One round trip. */
  beat(me: string, info: MemberInfo, leaseMs: number): Promise<Beat>;
  /** Which of these have no open subscription: the system closes those of a process that dies. */
  silent(processIds: readonly string[]): Promise<readonly string[]>;
  /** false: it was not on the list, so it has left by itself, or somebody else removed it. */
  remove(processId: string): Promise<boolean>;
  close(): Promise<void>;
}
