/**
 * Every cap in one place: unit in the name, policy at the cap in the comment. A counter named in
 * `server/src/inspect/metrics.ts` grows whenever one is hit.
 */
export const LIMITS = {
  /** Simulation rate of a room type, Hz. Out of range: registration is refused. */
  tickHzMin: 1,
  tickHzMax: 120,
  /** Players of one room. More: registration is refused. */
  maxPlayersMax: 10_000,
  /** Steps run in one wake-up after a stall; the steps beyond are dropped and counted. */
  catchUpSteps: 5,
  /** Things waiting for the next tick, per room. At the cap a command is refused with INBOX_FULL; lifecycle items always fit. */
  inboxItems: 4_096,
  /** Commands one session may have waiting for the next tick. At the cap: INBOX_FULL. */
  inboxItemsPerSession: 64,
  /** Inputs buffered per session. At the cap the oldest is dropped (Colyseus's ring). */
  inputBuffer: 32,
  /** Events and results waiting for a commit, per room. At the cap a new one is dropped and counted. */
  outboxItems: 8_192,
  /** A client's frame, bytes. A larger one closes that connection. */
  frameBytes: 16 * 1024,
  /** HTTP body of matchmaking, bytes. A larger one is answered OPTIONS_INVALID. */
  httpBodyBytes: 16 * 1024,
  /** One record of a log, bytes. A larger length is read as corruption. */
  recordBytes: 64 * 1024 * 1024,
  /** Records waiting for the disk, per room, bytes. At the cap they are dropped and a fresh snapshot takes their place. */
  appendQueueBytes: 16 * 1024 * 1024,
  /** A log segment, bytes. At the cap the next snapshot opens a new segment. */
  segmentBytes: 8 * 1024 * 1024,
  /** Closed segments kept behind the current one, per room. Older ones are deleted. */
  segmentsKept: 2,
  /** Logs of finished rooms kept, count and bytes. The oldest beyond either cap are deleted. */
  finishedLogs: 200,
  finishedLogBytes: 512 * 1024 * 1024,
  /** Ticks between snapshots: default and range. */
  snapshotEveryTicks: 300,
  snapshotEveryTicksMax: 100_000,
  /** Seconds a dropped player keeps the seat: default and maximum. */
  seatHoldSeconds: 60,
  seatHoldSecondsMax: 3_600,
  /** Text of a NetError that leaves the server, characters. Longer ones are cut. */
  errorTextChars: 500,
} as const;
