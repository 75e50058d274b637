/** How much of everything, in a run that is kept, in a look, and in a test. */
export interface Size {
  /** Players who play on. */
  readonly honest: number;
  /** How long they play before anything happens, ms. */
  readonly calmMs: number;
  /** Longest time for a row on one side, ms. */
  readonly rowMs: number;
  /** They read for a while before they stop: what any traffic costs is not theirs. */
  readonly deaf: { readonly players: number; readonly things: number; readonly readMs: number; readonly forMs: number };
  readonly echoMs: number;
  /** Requests for a seat. */
  readonly requests: number;
  readonly frames: { readonly careless: number; readonly others: number; readonly forMs: number };
  readonly killers: number;
  /** How long a process that hangs is looked at, ms, before it is ended. */
  readonly hangMs: number;
  readonly babble: number;
  readonly fragments: number;
  readonly bodiesMb: readonly number[];
  readonly slowHeaders: {
    readonly connections: number;
    readonly forMs: number;
    /** A host's own times for requests; else short ones. */
    readonly isShipped: boolean;
    /** Tried with `slowhttptest` as well, if it is there. */
    readonly usesTool: boolean;
  };
  readonly wordlessMs: number;
}

const FULL: Size = {
  honest: 20,
  calmMs: 5_000,
  rowMs: 300_000,
  deaf: { players: 20, things: 1_000, readMs: 15_000, forMs: 60_000 },
  echoMs: 30_000,
  requests: 2_000,
  frames: { careless: 1_000_000, others: 120_000, forMs: 150_000 },
  killers: 1_000,
  hangMs: 40_000,
  babble: 500_000,
  fragments: 1_000_000,
  bodiesMb: [1, 20, 200],
  slowHeaders: { connections: 2_000, forMs: 40_000, isShipped: true, usesTool: true },
  wordlessMs: 5_000,
};

const QUICK: Size = {
  ...FULL,
  honest: 8,
  calmMs: 1_000,
  rowMs: 60_000,
  deaf: { players: 4, things: 4_000, readMs: 2_000, forMs: 30_000 },
  echoMs: 5_000,
  frames: { careless: 20_000, others: 6_000, forMs: 6_000 },
  killers: 100,
  hangMs: 8_000,
  babble: 100_000,
  bodiesMb: [1, 20, 100],
  slowHeaders: { connections: 2_000, forMs: 16_000, isShipped: true, usesTool: false },
  wordlessMs: 3_000,
};

const TEST: Size = {
  ...QUICK,
  honest: 4,
  calmMs: 0,
  deaf: { players: 2, things: 4_000, readMs: 0, forMs: 40_000 },
  echoMs: 15_000,
  requests: 400,
  frames: { careless: 2_500, others: 1_000, forMs: 20_000 },
  killers: 60,
  babble: 20_000,
  fragments: 50_000,
  bodiesMb: [1, 20],
  slowHeaders: { connections: 300, forMs: 20_000, isShipped: false, usesTool: false },
};

export const SIZES = { full: FULL, quick: QUICK, test: TEST } as const;
