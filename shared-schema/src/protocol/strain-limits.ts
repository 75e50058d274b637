/** When a host gives something up because it has too much to do, and when it takes it back: a part of LIMITS (limits.ts). */
export const STRAIN_LIMITS = {
  /** Defaults of `strain` in a host's configuration: what is given up from which strain on, and the two times, ms. */
  strain: {
    halfPatchesAt: 0.88,
    thirdPatchesAt: 0.9,
    nearInterestAt: 0.91,
    nearestInterestAt: 0.92,
    refuseJoinsAt: 0.94,
    refuseRoomsAt: 0.95,
    stepMs: 2_000,
    calmMs: 5_000,
  },
  /** The range of each of these. */
  strainAtMin: 0.3,
  strainMsMin: 1_000,
  strainMsMax: 600_000,
  /** What was given up at some strain is taken back when it is so much lower. */
  strainSlack: 0.25,
  /** How often a host looks at itself, ms. */
  strainLookMs: 1_000,
  /** A host that gives something up so soon after it took something back waits twice as long next time, up to so many times `calmMs`. */
  strainRelapseMs: 30_000,
  strainPatienceMax: 16,
  /** Patches a second of a room that are never given up: one with fewer steps than twice that keeps all of its patches. */
  patchesPerSecondMin: 10,
  /** When somebody who was turned away because of strain comes again, ms. */
  strainRetryMs: 5_000,
  /** Shares of the heap in use that count as much as a loop that is busy for `refuseRoomsAt`, and for that less the slack. */
  heapFullAt: 0.9,
  heapRelievedAt: 0.8,
} as const;
