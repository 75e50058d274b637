/**
 * The one table of error and close codes. 4000-4010 are Colyseus's own close codes, 4211-4217 and 520-525 its
 * error codes; ours start at 4100. A code below 4200 may close a connection, one from 4200 up answers a request.
 *
 * `recoverable` says whether the same client may try the same thing again and succeed.
 */
export interface CodeRow {
  readonly code: number;
  /** Who sends it: the server to a client, the client to its own app, or the host to its operator. */
  readonly sender: "server" | "client" | "host";
  readonly recoverable: boolean;
  /** What the reader should do, one sentence. */
  readonly action: string;
}

export const CODES = {
  /** The player asked to leave. */
  CONSENTED: { code: 4000, sender: "client", recoverable: false, action: "Nothing: the player left on purpose." },
  SERVER_SHUTDOWN: {
    code: 4001,
    sender: "server",
    recoverable: false,
    action: "Join again: this process is going away and its matches end.",
  },
  WITH_ERROR: {
    code: 4002,
    sender: "server",
    recoverable: false,
    action: "Read the message: a frame or a hook of this connection failed.",
  },
  FAILED_TO_RECONNECT: {
    code: 4003,
    sender: "server",
    recoverable: false,
    action: "Join a new match: the seat is gone.",
  },
  MAY_TRY_RECONNECT: {
    code: 4010,
    sender: "server",
    recoverable: true,
    action: "Resume with the same token: the match is moving.",
  },
  BAD_FRAME: {
    code: 4100,
    sender: "server",
    recoverable: false,
    action: "Fix the client: it sent bytes that no SDK sends; only this connection was closed.",
  },

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
  UNAUTHORIZED: { code: 4205, sender: "server", recoverable: false, action: "Sign in: the token was refused." },
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
} as const satisfies Record<string, CodeRow>;

/** Name of a row of {@link CODES}. */
export type CodeName = keyof typeof CODES;

const byNumber = new Map<number, CodeName>((Object.keys(CODES) as CodeName[]).map((name) => [CODES[name].code, name]));

/** The row's name for a number seen on the wire; undefined for one that is not ours. */
export function codeName(code: number): CodeName | undefined {
  return byNumber.get(code);
}
