/** Below 4200: why a connection was closed, or its state changed. A part of CODES (codes.ts). */
import type { CodeRow } from "./code-row.ts";

export const CLOSING_CODES = {
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
  REPLACED: {
    code: 4101,
    sender: "server",
    recoverable: false,
    action: "Play on where the seat was taken: another connection came with the same token.",
  },
  UPGRADE_REQUIRED: {
    code: 4102,
    sender: "server",
    recoverable: false,
    action: "Load the client that fits the server: both versions are in `details`.",
  },
  MOVED: {
    code: 4103,
    sender: "server",
    recoverable: true,
    action: "Resume at the address in the reason: another process has the match.",
  },
  SLOW: {
    code: 4104,
    sender: "server",
    recoverable: true,
    action: "Resume, and read what comes: too much waited for this connection.",
  },
  ROOM_FAILED: {
    code: 4105,
    sender: "server",
    recoverable: false,
    action:
      "Join a new match: this one's own code failed, and again after it began anew. Its log is kept for a report.",
  },
  FLOOD: {
    code: 4106,
    sender: "server",
    recoverable: false,
    action: "Send less: the connection said more than it may, was told to come again later, and did it again.",
  },
  SESSION_REVOKED: {
    code: 4107,
    sender: "server",
    recoverable: false,
    action: "Join a new match: two have had the token of this session, so neither keeps its seat.",
  },
  TOKEN_EXPIRED: {
    code: 4108,
    sender: "server",
    recoverable: true,
    action: "Show a new token for the seat, then resume: the one this player came with has run out.",
  },
  SIGNED_OUT: {
    code: 4109,
    sender: "server",
    recoverable: false,
    action: "Sign in again and join: the account was signed out, or its token ran out and no new one came.",
  },
  JOINED: { code: 4110, sender: "client", recoverable: true, action: "Nothing: the room was joined." },
  RESUMED: { code: 4111, sender: "client", recoverable: true, action: "Nothing: the same seat is held again." },
  LINK_LOST: {
    code: 4112,
    sender: "client",
    recoverable: true,
    action: "Nothing: the network closed the connection, and the client comes back by itself.",
  },
  LINK_DEAD: {
    code: 4113,
    sender: "client",
    recoverable: true,
    action: "Nothing: no frame came for too long, and the client comes back over a new connection.",
  },
  OFFLINE: {
    code: 4114,
    sender: "client",
    recoverable: true,
    action: "Nothing: the device has no network, and the client comes back when it has.",
  },
  GAVE_UP: {
    code: 4115,
    sender: "client",
    recoverable: false,
    action: "Join a new match: the seat was not reached again in the time it is held.",
  },
  ROOM_OVER_BUDGET: {
    code: 4120,
    sender: "server",
    recoverable: false,
    action: "Join a new match: this one took more of its server than it may. Its log is kept for a report.",
  },
} as const satisfies Record<string, CodeRow>;
