/**
 * Whom a socket is for, known before it is sent a byte: our client greets in the address it opens (see delivery/greeting.ts),
 * a stock one does not. What does not fit the room is refused here, at a join as at a resume.
 */
import type { IncomingMessage } from "node:http";
import {
  CloseReason,
  CODES,
  contractOf,
  type Greeting,
  GREETING_PARAM,
  PROTOCOL_VERSION,
  readGreeting,
  type RoomType,
} from "@ninelives/shared-schema";
import type { Worth } from "./token.ts";

/** Why a socket is closed before it joins. */
export interface Refusal {
  readonly code: number;
  /** At most 123 bytes. */
  readonly reason: string;
  /** Called when the other side has answered that. A request that was late, and whose sender has let it go, is answered by nobody. */
  readonly heard?: () => void;
}

const greetings = new WeakMap<object, Greeting>();

/** The greeting of the client behind this socket; undefined for a stock client. */
export function greetingOf(socket: object): Greeting | undefined {
  return greetings.get(socket);
}

/** The seat a socket asks for: the type of its room, and the newest page that had it; 0 for a seat nobody has had. */
export interface Asked {
  readonly type: RoomType;
  readonly page: number;
  /** Whoever had it got the state in another layout than it has now. */
  readonly isOther: boolean;
  readonly worth: (token: string) => Worth;
  /** A spent token was refused. */
  readonly refused: () => void;
  /** Nobody has the seat any more, whoever has a token of it. */
  readonly revoke: () => void;
}

/** A stock client that keeps its state over a drop cannot be told of another layout: it would read what comes as something else. */
const OLD_STOCK: Refusal = {
  code: CODES.UPGRADE_REQUIRED.code,
  reason: "the state has another layout: load the page again",
};

const REPLACED: Refusal = { code: CODES.REPLACED.code, reason: "the seat is held by a newer page" };

/**
 * Reads the greeting of a socket that opens. `asked`: undefined when the room is not here, or plain. A page that lost its seat to
 * a newer one is told so before it can take it back. Of a token that was replayed the session is revoked.
 * A client with another layout of the state gets the layout with the state.
 */
export function greet(socket: object, request: IncomingMessage, asked: Asked | undefined): Refusal | undefined {
  const url = new URL(request.url ?? "/", "ws://server");
  let greeting: Greeting | undefined;
  try {
    greeting = readGreeting(url.searchParams.get(GREETING_PARAM));
  } catch (error) {
    return { code: CODES.BAD_FRAME.code, reason: (error as RangeError).message.slice(0, 123) };
  }
  if (asked === undefined) return undefined;
  const { type, page, isOther } = asked;
  if (greeting === undefined) {
    return isOther && url.searchParams.has("skipHandshake") ? OLD_STOCK : refusalOf(url, asked, false);
  }
  if (greeting.protocol !== PROTOCOL_VERSION || greeting.typeVersion !== type.version) {
    const client = `${greeting.protocol}.${greeting.typeVersion}`;
    return {
      code: CODES.UPGRADE_REQUIRED.code,
      reason: CloseReason.upgrade(client, `${PROTOCOL_VERSION}.${type.version}`),
    };
  }
  const refusal = refusalOf(url, asked, greeting.page > 0 && greeting.page < page);
  if (refusal !== undefined) return refusal;
  greetings.set(socket, greeting);
  if (greeting.contract !== contractOf(type).hash && url.searchParams.has("skipHandshake")) {
    url.searchParams.delete("skipHandshake");
    request.url = url.pathname + url.search;
  }
  return undefined;
}

/** What its token is refused with. `isOlder`: a newer page has the seat, whatever the token is worth. */
function refusalOf({ searchParams }: URL, { worth, refused, revoke }: Asked, isOlder: boolean): Refusal | undefined {
  const token = searchParams.get("reconnectionToken");
  const found = token === null ? "unknown" : worth(token);
  const isSpent = found === "copied" || found === "replayed";
  if (found === "replayed" && !isOlder) {
    const { code } = CODES.SESSION_REVOKED;
    return { code, reason: "the token of this session was used twice", heard: revoke };
  }
  if (isSpent) refused();
  return isSpent || isOlder ? REPLACED : undefined;
}
