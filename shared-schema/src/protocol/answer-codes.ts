/** From 4200: answers to a request; from 4300: what a host tells its operator. A part of CODES (codes.ts). */
import type { CodeRow } from "./code-row.ts";

export const ANSWER_CODES = {
  ROOM_TYPE_UNKNOWN: {
    code: 4200,
    sender: "server",
    recoverable: false,
    action: "Use one of the names listed in the message, or register the type in arena.config.ts.",
  },
  ROOM_NOT_FOUND: {
    code: 4201,
    sender: "server",
    recoverable: false,
    action: "Ask /rooms for a living room: this one has ended.",
  },
  ROOM_FULL: { code: 4202, sender: "server", recoverable: true, action: "Join another room or wait for a seat." },
  OPTIONS_INVALID: {
    code: 4203,
    sender: "server",
    recoverable: false,
    action: "Correct the join options named in `details`.",
  },
  SEAT_EXPIRED: {
    code: 4204,
    sender: "server",
    recoverable: false,
    action: "Join again: the reservation or the held seat ran out.",
  },
  UNAUTHORIZED: {
    code: 4205,
    sender: "server",
    recoverable: false,
    action:
      "Sign in, or get a new token: `details.token` says whether it is missing, expired, or refused; without it, read the message.",
  },
  BUSY: {
    code: 4206,
    sender: "server",
    recoverable: true,
    action:
      "Join again after `details.retryAfterMs`: the room moves to another process, or nobody can say now where rooms are.",
  },
  MATCH_OFF: {
    code: 4207,
    sender: "server",
    recoverable: false,
    action: "Queue again: the player is in the queue no more, and `details.reason` says why.",
  },
  ROOM_LOCKED: {
    code: 4208,
    sender: "server",
    recoverable: true,
    action: "Join another room: this match takes nobody else.",
  },
  TOO_MANY: {
    code: 4209,
    sender: "server",
    recoverable: true,
    action:
      "Try again after `details.retryAfterMs`: this address or account has more connections, joins or untaken seats than it may.",
  },
  COMMAND_UNKNOWN: { code: 4220, sender: "server", recoverable: false, action: "Use a command of the room type." },
  COMMAND_INVALID: {
    code: 4221,
    sender: "server",
    recoverable: false,
    action: "Correct the payload fields named in `details`.",
  },
  COMMAND_FAILED: {
    code: 4222,
    sender: "server",
    recoverable: false,
    action: "Read the server's log: the handler threw; nothing was promised.",
  },
  COMMAND_REFUSED: {
    code: 4223,
    sender: "server",
    recoverable: false,
    action: "Read the message: the rules of the game do not allow it now.",
  },
  INBOX_FULL: {
    code: 4224,
    sender: "server",
    recoverable: true,
    action: "Send fewer commands per tick, then try again.",
  },
  RESULT_GONE: {
    code: 4225,
    sender: "server",
    recoverable: false,
    action: "Ask the state: the command ran once, but its result is no longer kept.",
  },
  TOO_FAST: {
    code: 4226,
    sender: "server",
    recoverable: true,
    action:
      "Give the command again after `details.retryAfterMs`: it comes more often than its type allows, and did not run.",
  },
  TOPIC_UNKNOWN: {
    code: 4230,
    sender: "server",
    recoverable: false,
    action: "Use a topic that the room type declares.",
  },
  TOPIC_REFUSED: {
    code: 4231,
    sender: "server",
    recoverable: false,
    action: "Ask for a topic this player may read or write: the room's authorizeTopic said no.",
  },
  TOPIC_AWAY: {
    code: 4232,
    sender: "server",
    recoverable: true,
    action: "Try again in a moment: what the topics of the host are kept in does not answer.",
  },
  NOT_CONNECTED: {
    code: 4240,
    sender: "client",
    recoverable: true,
    action: "Wait for CONNECTED: the connection is down.",
  },
  UNREACHABLE: {
    code: 4241,
    sender: "client",
    recoverable: true,
    action: "Check the address and the network: no server answered.",
  },
  COMMAND_UNANSWERED: {
    code: 4242,
    sender: "client",
    recoverable: true,
    action: "Ask the state: it is unknown whether the command ran.",
  },
  COMMAND_EXPIRED: {
    code: 4243,
    sender: "client",
    recoverable: true,
    action: "Send it again if it still matters: its time ran out before it was sent, and it never ran.",
  },
  COMMAND_SUPERSEDED: {
    code: 4244,
    sender: "client",
    recoverable: true,
    action: "Nothing: a newer command of the same name took its place, and it never ran.",
  },
  OUTBOX_FULL: {
    code: 4245,
    sender: "client",
    recoverable: true,
    action: "Wait for answers before sending more: too much waits for the connection.",
  },
  LEFT: { code: 4246, sender: "client", recoverable: false, action: "Nothing: the player left before the answer." },
  INTERNAL: {
    code: 4299,
    sender: "server",
    recoverable: true,
    action: "Report it with the server's log: this is a fault of the host.",
  },

  CONFIG_INVALID: { code: 4300, sender: "host", recoverable: false, action: "Correct the field named in the message." },
  PORT_TAKEN: {
    code: 4301,
    sender: "host",
    recoverable: false,
    action: "Stop the other program or choose another PORT.",
  },
  LOG_CORRUPT: {
    code: 4310,
    sender: "host",
    recoverable: false,
    action: "Keep the file for a report: everything before the named byte is readable.",
  },
  LOG_TORN: {
    code: 4311,
    sender: "host",
    recoverable: true,
    action: "Nothing: the last record was cut by a crash and is ignored.",
  },
  LOG_TOO_NEW: {
    code: 4312,
    sender: "host",
    recoverable: false,
    action: "Read it with the newer release that wrote it.",
  },
  OWNED: {
    code: 4320,
    sender: "host",
    recoverable: true,
    action: "Ask the store who has the room: somebody else took it first.",
  },
  QUARANTINED: {
    code: 4321,
    sender: "host",
    recoverable: false,
    action: "Read the log of the room that is named: it could not be restored and is kept aside.",
  },
} as const satisfies Record<string, CodeRow>;
