/** Caps of queues and of the search for matches: a part of LIMITS (limits.ts). */
export const QUEUE_LIMITS = {
  /** Players of a party that stays together in a queue for matches. */
  partyMax: 8,
  /** Tickets looked at for one that waits, and ways to seat them that are tried. Beyond either it waits for the next look. */
  matchCandidates: 64,
  matchSteps: 4_096,
  /** Steps a second of a queue's room, and players in one. Who comes to a full one waits in another. */
  queueTickHz: 20,
  queuePlayers: 2_000,
  /** Queues of one type. Each is joined when those before it are full. */
  queuesOfType: 8,
  /** What a player who waits may say: join options, characters of JSON, and regions. */
  queueOptionsChars: 2_048,
  queueRegions: 32,
  /** Between two looks of a queue for matches, ms; and how many times as long as the last look took it rests at least. */
  queueLookMs: 250,
  queueLookRest: 10,
  /** How often players are told their place, and matches that run are asked for free seats, ms. */
  queueNewsMs: 2_000,
  queueOpeningsMs: 1_000,
  /** Longest time to accept a match, ms. */
  matchAcceptMsMax: 120_000,
  /** How long a party waits for the rest of it, and a match that was found for its players to take their seats, ms. */
  partyGatherMs: 60_000,
  matchTakenMs: 60_000,
  /** Between two attempts to make the room of a match, ms, and attempts that may fail in the game's own code. */
  matchRetryMs: 1_000,
  matchFailures: 3,
  /** A player who is in no match and does not leave the queue is sent away after so long, ms. */
  queueLingerMs: 10_000,
  /** Times two parties change places to make teams equally strong. */
  balanceRounds: 16,
} as const;
