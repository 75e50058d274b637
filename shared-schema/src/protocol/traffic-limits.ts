/** How much a host takes, from whom, and how long it waits for it: a part of LIMITS (limits.ts). */
export const TRAFFIC_LIMITS = {
  /** HTTP body of matchmaking, bytes. A larger one is answered OPTIONS_INVALID (413), and its rest is not read. */
  httpBodyBytes: 16 * 1024,
  /**
   * How long a request may take to come, ms: its headers, and all of it. How often it is looked for such that take longer. They are
   * answered 408.
   */
  httpHeadersMs: 10_000,
  httpRequestMs: 15_000,
  httpLookMs: 2_000,
  /** Parts of a frame of a client. More of them close that connection: each costs many times its bytes. */
  frameParts: 64,
  /** Defaults of `limits` in a host's configuration. Addresses that several people share are why those by address are high. */
  host: {
    connections: 20_000,
    connectionsPerAddress: 1_000,
    connectsPerAddress: { perSecond: 200, burst: 3_000 },
    joinsPerAddress: { perSecond: 20, burst: 100 },
    joinsPerAccount: { perSecond: 1, burst: 20 },
    untakenSeatsPerAddress: 200,
    joinWithinMs: 15_000,
    framesPerConnection: { perSecond: 500, burst: 2_000 },
    bytesPerConnection: { perSecond: 256 * 1024, burst: 1024 * 1024 },
    exempt: ["127.0.0.0/8", "::1"],
  },
  /** The most such a limit may be set to. */
  connectionsMax: 1_000_000,
  ratePerSecondMax: 1_000_000_000,
  rateBurstMax: 1_000_000_000,
  /** Addresses that are counted each for itself. The others are counted as one. */
  addressesCounted: 100_000,
  /** How long a seat that was promised is kept for its player, ms. */
  seatPromisedMs: 15_000,
  /** When somebody who was refused as one too many comes again, where nothing else says it, ms. */
  refusedRetryMs: 1_000,
  /** Requests for a seat of one address under way at a time, and how long each counts as such, ms. The others wait for their turn. */
  asksAtOnce: 4,
  askTurnMs: 100,
  /** Connections beyond a limit that are told so with their first request, and how long that may take, ms. Others are closed at once. */
  refusedConnections: 256,
  refusedCloseMs: 1_000,
  /** A line of the log about refusals of one address at most so often, ms. */
  refusalToldMs: 1_000,
  /** Ways out of a connection that says too much: come again after so long, ms; the third time within the next, ms, it is closed for good. */
  flowRetryMs: 1_000,
  flowStrikes: 3,
  flowForgottenMs: 60_000,
  /** Sessions of which it is kept in mind. The oldest go. */
  flowsRemembered: 10_000,
  /** How long a socket that was refused may take to say goodbye, ms. */
  goodbyeMs: 1_000,
} as const;
