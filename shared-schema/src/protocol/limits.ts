/**
 * Every cap in one place: unit in the name, policy at the cap in the comment. A counter named in
 * `server/src/inspect/metrics.ts` grows whenever one is hit. Those of traffic, queues, accounts, strain, rooms and topics have files of their own.
 */
import { ACCOUNT_LIMITS } from "./account-limits.ts";
import { QUEUE_LIMITS } from "./queue-limits.ts";
import { STRAIN_LIMITS } from "./strain-limits.ts";
import { ROOM_LIMITS } from "./room-limits.ts";
import { TOPIC_LIMITS } from "./topic-limits.ts";
import { TRAFFIC_LIMITS } from "./traffic-limits.ts";

export const LIMITS = {
  ...TRAFFIC_LIMITS,
  ...QUEUE_LIMITS,
  ...ACCOUNT_LIMITS,
  ...STRAIN_LIMITS,
  ...ROOM_LIMITS,
  ...TOPIC_LIMITS,
  /** Hosts one supervisor keeps running. More: the start is refused. */
  processesMax: 64,
  /** Simulation rate of a room type, Hz. Out of range: registration is refused. */
  tickHzMin: 1,
  tickHzMax: 120,
  /** Players of one room. More: registration is refused. */
  maxPlayersMax: 10_000,
  /** Steps run in one wake-up after a stall; the steps beyond are dropped and counted. */
  catchUpSteps: 5,
  /**
   * Commands one session may have waiting for the next tick; lifecycle items always fit. At the cap a stock client's command
   * is refused with INBOX_FULL, and our client, whose page before may have left as many, is told to come again.
   */
  inboxItemsPerSession: 64,
  /** Commands a client has sent and not been answered. At the cap the next ones wait in its outbox. */
  commandsInFlight: 48,
  /** Commands waiting in a client's outbox, count and bytes. At either cap: OUTBOX_FULL. */
  outboxCommands: 256,
  outboxCommandBytes: 256 * 1024,
  /**
   * How long a client keeps an answered command, ms, and how many: a store that lost its last second gets them again. A longer gap
   * between two answers counts for no more than redoGapMs: the store may have been away.
   */
  redoMs: 6_000,
  redoGapMs: 1_000,
  redoCommands: 256,
  /** Results kept per session for a client that did not get them, count and bytes. The oldest go: RESULT_GONE. */
  resultItems: 64,
  resultBytes: 128 * 1024,
  /**
   * Events and messages of topics kept per session for a client that did not get them, count and bytes. The oldest messages go,
   * their topics have them; then the oldest events: a gap.
   */
  toldItems: 256,
  toldBytes: 128 * 1024,
  /** Names of commands and of events a room type may have: their number is one byte on the wire. More: the type is refused. */
  commandNames: 240,
  eventNames: 250,
  /** Names of durable timers a room type may declare. More: the type is refused. */
  timerNames: 64,
  /** Durable timers of a room that wait, and characters of a payload. At either cap `after` throws. */
  timersPerRoom: 4_096,
  timerPayloadChars: 4_096,
  /** Join options a room type's rooms are told apart by. More: the type is refused. */
  filters: 4,
  /** Longest time a command may wait to be sent, ms. */
  commandTtlMsMax: 3_600_000,
  /** A client says what it has after this many items, or this long after the first of them, ms. */
  ackItems: 32,
  ackAfterMs: 1_000,
  /** States and patches a client holds until it was welcomed. At the cap it drops the connection. */
  earlyStates: 64,
  /** Inputs buffered per session. At the cap the oldest is dropped (Colyseus's ring). */
  inputBuffer: 32,
  /** Answers and events for stock clients waiting for a commit, per room. At the cap a new one is dropped and counted. */
  outboxItems: 8_192,
  /**
   * What may wait in a process for a client that does not read, weighed as in server/src/socket/backlog.ts. Above the first its patches are
   * left out and what it is told stays in its mailbox; who then takes less than that in slowMs, and who is above the second, is closed
   * with SLOW, and cut off slowCloseMs later. Our client comes back after slowRetryMs.
   */
  slowBytes: 128 * 1024,
  slowHardBytes: 1024 * 1024,
  slowMs: 10_000,
  slowCloseMs: 500,
  slowRetryMs: 1_000,
  /** What a frame that waits costs beside its bytes. */
  frameCostBytes: 512,
  /** A client's frame, bytes. A larger one closes that connection. */
  frameBytes: 16 * 1024,
  /** A server's frame, bytes: as large as a record of a log may be. A client that gets a larger one drops the connection. */
  serverFrameBytes: 64 * 1024 * 1024,
  /**
   * A message in MessagePack: how deep it is nested, bytes its decoded value takes for each byte of it and in any case, shapes of objects
   * it says, and of these such that it uses often. Beyond any: BAD_FRAME.
   */
  messageDepth: 32,
  messageCostPerByte: 16,
  messageCostFloor: 64 * 1024,
  messageShapes: 256,
  messageShapesReused: 16,
  /** Messages a client may send after it was asked in and before it enters; and how long it may take, ms. Then: not heard; come again. */
  earlyMessages: 256,
  entryMs: 30_000,
  /** One line of a log of each kind and offender in so many ms, and kinds that are kept in mind. The others are counted. */
  lineMs: 1_000,
  lineKinds: 1_024,
  /** Longest time a socket waits to be told where its room is, ms; and sockets of a process that wait. Then: MAY_TRY_RECONNECT. */
  whereaboutsMs: 3_000,
  heldSockets: 4_096,
  /** How long somebody who asks for a seat in a room waits for it to have an owner again, ms. Then: BUSY, and when to come again, ms. */
  movingMs: 5_000,
  busyRetryMs: 1_000,
  /** How long owners have to list their rooms anew where the directory has forgotten them, ms. Who finds no room meanwhile waits. */
  relistMs: 1_000,
  /**
   * How long somebody who asks for a seat in any room of a type is kept waiting, ms: then BUSY. Of it at most, for a room to be made by
   * another process, for an answer of a room, and for a room whose owner died to have another one.
   */
  seatingMs: 15_000,
  makingMs: 10_000,
  seatAnswerMs: 2_000,
  seatMovingMs: 2_000,
  /**
   * Rooms of a type that a process keeps ready: more are refused at the start. So many are made at a time, and so often it is looked
   * whether any are missing, ms. One that could not be made is tried again after the first time, doubled each time up to the second, ms.
   */
  warmRoomsMax: 100,
  warmAtOnce: 4,
  warmLookMs: 1_000,
  warmRetryMs: 1_000,
  warmRetryMaxMs: 60_000,
  /** Stock clients' connections a process passes on to the process that has their room. At the cap: MAY_TRY_RECONNECT. */
  relayedSockets: 8_192,
  /** An address a client is sent to, characters. A longer one is none. */
  addressChars: 260,
  /** Addresses a client keeps of its seat. The others it was given are left out, at random. */
  doors: 8,
  /** Times in a row a client follows MOVED at once. Then it waits as after any attempt that failed. */
  movesInRow: 5,
  /** Rate of a command, the most that may be declared: a second, and at once. More: the type is refused. */
  commandPerSecondMax: 1_000,
  commandBurstMax: 1_000,
  /** One record of a log, bytes. A larger length is read as corruption. */
  recordBytes: 64 * 1024 * 1024,
  /** Records waiting for the disk, per room, bytes. At the cap they are dropped and a fresh snapshot takes their place. */
  appendQueueBytes: 16 * 1024 * 1024,
  /** A log segment, bytes. At the cap the next snapshot opens a new segment. */
  segmentBytes: 8 * 1024 * 1024,
  /**
   * What may stand in a journal (memory, Redis) since a room's log last began: bytes, batches and time, ms. At any of these caps
   * the next snapshot begins it anew, and everything older is deleted.
   */
  journalSegmentBytes: 1024 * 1024,
  journalSegmentBatches: 8_192,
  journalSegmentAgeMs: 60_000,
  /** Longest wait for an answer of Redis about a log, ms. Then it is asked again. */
  journalAnswerMs: 1_000,
  /** Longest wait for replicas of Redis to have a batch, ms. Then they are asked again. */
  replicaWaitMs: 500,
  /** How long a claim is made again while nobody answers, ms. Then it fails. */
  claimMs: 2_000,
  /** How long Redis keeps the log of a room that ended, and a room that was claimed and never began, seconds. */
  finishedLogSeconds: 86_400,
  unbegunRoomSeconds: 60,
  /** How long Redis keeps the list of a process's rooms that nobody renews, seconds. */
  ownedRoomsSeconds: 86_400,
  /** Closed segments kept behind the current one, per room. Older ones are deleted. */
  segmentsKept: 2,
  /** Logs of finished rooms kept, count and bytes. The oldest beyond either cap are deleted. */
  finishedLogs: 200,
  finishedLogBytes: 512 * 1024 * 1024,
  /** A room that played so long since it was taken has proved that it does not kill who runs it, ms. */
  settledAfterMs: 250,
  /**
   * Times a room may be taken together with others without having proved that. From then on it is taken alone, behind all others:
   * one that kills who runs it takes none of them along.
   */
  restoresTogether: 2,
  /** Times a room may be taken without having proved that. At the next one it is quarantined. */
  restoreAttempts: 5,
  /** Ticks between snapshots: default and range. */
  snapshotEveryTicks: 300,
  snapshotEveryTicksMax: 100_000,
  /** Seconds a dropped player keeps the seat: default and maximum. */
  seatHoldSeconds: 60,
  seatHoldSecondsMax: 3_600,
  /** Seconds a process that is told to go plays matches on which no other can take: default and maximum. Then they are set aside. */
  finishWithinSeconds: 300,
  finishWithinSecondsMax: 86_400,
  /** A process that plays such matches on and has been alone for so long, ms, leaves them: all of them end. */
  aloneMs: 4_000,
  /** What a room's `onAuth` said of a player, as JSON, characters. More is not kept: after a restore `client.auth` has none. */
  seatAuthChars: 4_096,
  /** As {@link seatHoldSeconds}, for a player whose client never said that it is in: it may know nothing of the seat. */
  unconfirmedSeatHoldSeconds: 30,
  /**
   * The same after a takeover. Who was told of the seat may notice late that its process stood still; who was not comes without its
   * token, and the seat is given up then.
   */
  untoldSeatHoldSeconds: 30,
  /** Longest wait between two attempts to come back, and the longest hint of a server that counts, ms. A longer hint is taken as this. */
  retryAfterMsMax: 3_600_000,
  /** A round trip counts for no more than this in a client's patience, ms: one that slept half an hour says little. */
  roundTripMs: 2_000,
  /** A seat kept over a reload with its waiting commands, characters. A larger one is not kept. */
  keptSeatChars: 2 * 1024 * 1024,
  /** How long a process owns its rooms after a beat, how often it beats, and how much earlier than that it stops by itself, ms. */
  leaseMs: 1_500,
  beatMs: 250,
  leaseMarginMs: 300,
  /** How often it is looked which processes have fallen silent, ms. */
  silenceMs: 50,
  /** Longest wait for the list of processes, and for one process that asks another, ms. Then it counts as no answer. */
  membersAnswerMs: 500,
  peerAnswerMs: 200,
  /** Between two attempts to connect to Redis again, ms. */
  redisReconnectMs: 100,
  /**
   * A Redis of which nothing came for so long after it was asked counts as away, ms: matchmaking is BUSY. How often it is asked whether it
   * is there, before that and after, ms.
   */
  redisSilenceMs: 700,
  breakerProbeMs: 500,
  /** Rooms of dead processes restored at a time by one process. The others wait, those with the most players first. */
  restoresAtOnce: 4,
  /** How long a process that goes away waits for who it left a room to, before it goes on, ms. */
  heirMs: 500,
  /** Rooms a process hands over one after the other. For each so many more, one more goes at a time, up to restoresAtOnce. */
  handOverRooms: 50,
  /** How long it waits for heirs, and for rooms that are being made, altogether, ms. Then the rest goes as fast as it can. */
  handOverMs: 5_000,
  /** Players of a room that is taken over who get their seats at a time: each costs a round trip to Redis. The others wait. */
  seatsAtOnce: 64,
  /** How long a process keeps in mind another one that is not on the list any more, ms: whom it asks when it is cut off. */
  acquaintanceMs: 60_000,
  /** How often a process looks for rooms that should run and that nobody runs, ms. */
  strayRoomsMs: 1_000,
  /** A room begins anew at most so often because a player has seen a later epoch of it, ms. */
  contestMs: 5_000,
  /** How often the list of rooms is read while pages watch it, and a sign of life when nothing changes, ms. */
  lobbyMs: 1_000,
  lobbyBeatMs: 15_000,
  /** Pages that watch it at one process. At the cap: 503, come again. */
  lobbyWatchers: 4_096,
  /** Lists of changes kept for pages that come again. One that missed more gets the whole list. */
  lobbyChanges: 64,
  /** What waits for a page that does not read, bytes. At the cap it is let go. */
  lobbyUnreadBytes: 256 * 1024,
  /** Text of a NetError that leaves the server, characters. Longer ones are cut. */
  errorTextChars: 500,
} as const;
