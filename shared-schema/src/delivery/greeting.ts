/**
 * What the two sides tell each other first. The client's greeting is in the address it opens (`hi=`), so the server knows whom
 * it talks to before it sends a byte; the server's welcome is the first item it sends.
 *
 *   hi=<protocol>.<room type version>.<contract hash>.<epoch>.<last event>.<last result>.<page>
 */
import { z } from "zod";
import { isGivenAddress } from "../protocol/address.ts";
import { pack, unpack } from "./pack.ts";

/** Name of the query parameter. */
export const GREETING_PARAM = "hi";
/** Name of the header our client asks for a seat with; its value is the protocol version. A stock client has none. */
export const CLIENT_HEADER = "ninelives-client";
/** HTTP header without which nothing of `/dev` changes anything: no page of another origin may send it. */
export const DEV_HEADER = "ninelives-dev";

export interface Greeting {
  readonly protocol: number;
  readonly typeVersion: number;
  /** {@link Contract.hash} of the client's room type. */
  readonly contract: string;
  /** Highest epoch this client has seen of the room; 0 at a join. */
  readonly epoch: number;
  /** Events and results up to these have arrived; 0 at a join. */
  readonly eventSeq: number;
  readonly resultId: number;
  /** Which of the seat's pages this is, as the server said it; 0: one that was not welcomed yet. */
  readonly page: number;
}

export function writeGreeting(greeting: Greeting): string {
  const { protocol, typeVersion, contract, epoch, eventSeq, resultId, page } = greeting;
  return [protocol, typeVersion, contract, epoch, eventSeq, resultId, page].join(".");
}

const GREETING = /^(\d{1,9})\.(\d{1,16})\.([0-9a-f]{1,16})\.(\d{1,16})\.(\d{1,16})\.(\d{1,16})\.(\d{1,9})$/;

/** undefined for a client that does not greet: a stock one. Throws a RangeError for a greeting that makes no sense. */
export function readGreeting(text: string | null): Greeting | undefined {
  if (text === null) return undefined;
  const found = GREETING.exec(text);
  if (found === null) throw new RangeError(`a greeting like 1.1.9f3ac21b.0.0.0.0 expected, "${text.slice(0, 80)}" got`);
  const [protocol, typeVersion, epoch, eventSeq, resultId, page] = [1, 2, 4, 5, 6, 7].map((part) =>
    Number(found[part]),
  );
  return {
    protocol: protocol!,
    typeVersion: typeVersion!,
    contract: found[3]!,
    epoch: epoch!,
    eventSeq: eventSeq!,
    resultId: resultId!,
    page: page!,
  };
}

const welcomeShape = z.object({
  /** Incarnation of the room's owner. */
  epoch: z.number(),
  /** Highest command id of this session that has run; what is above it never will, unless it is sent again. */
  commandId: z.number(),
  /** The newest thing this session was told, and how many of them were events. */
  eventSeq: z.number(),
  events: z.int().min(0),
  /** Which of the seat's pages this is, from 1: a page that is older than another one gets REPLACED. */
  page: z.int().min(1),
  /** How long the seat is held after a drop, ms. */
  seatHoldMs: z.number(),
  /** The server's names, when its contract is another one than the client's. */
  names: z.object({ commands: z.array(z.string()), events: z.array(z.string()) }).optional(),
});
const doorsShape = z.array(z.string());
export type Welcome = Readonly<z.output<typeof welcomeShape>>;

export function writeWelcome(welcome: Welcome): Uint8Array {
  return pack(welcome);
}

/** Addresses that a server tells. Throws for bytes that are something else. */
export function readDoors(bytes: Uint8Array): string[] {
  return doorsShape.parse(unpack(bytes));
}

/** Throws for bytes that are no welcome. */
export function readWelcome(bytes: Uint8Array): Welcome {
  return welcomeShape.parse(unpack(bytes));
}

/** What a WebSocket's close reason may have, bytes. */
const REASON_BYTES = 123;

/** Why a connection was refused, in the bytes a close reason has. Throws nothing: what cannot be read is undefined. */
export const CloseReason = {
  upgrade: (client: string, server: string) => `client=${client} server=${server}`,
  /** A hint when to come again. */
  retryAfter: (retryAfterMs: number) => `retry-after-ms=${Math.ceil(retryAfterMs)}`,
  /** Where to go: `host:port` or `:port`. One that is no address, or too long for a reason, is not said. */
  moved(address: string): string {
    const reason = `moved-to=${address}`;
    return isGivenAddress(address) && reason.length <= REASON_BYTES ? reason : "";
  },
  readUpgrade(reason: string): { client: string; server: string } | undefined {
    const found = /^client=(\S+) server=(\S+)$/.exec(reason);
    return found === null ? undefined : { client: found[1]!, server: found[2]! };
  },
  readMoved(reason: string): string | undefined {
    const address = /^moved-to=(\S+)$/.exec(reason)?.[1];
    return isGivenAddress(address) ? address : undefined;
  },
  readRetryAfterMs(reason: string): number | undefined {
    const found = /\bretry-after-ms=(\d{1,9})\b/.exec(reason);
    return found === null ? undefined : Number(found[1]);
  },
} as const;
