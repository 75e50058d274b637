/** The seat a session holds: the address it is taken at, again and again, and what of it is kept over a reload. */
import {
  contractOf,
  type Greeting,
  GREETING_PARAM,
  isAddress,
  PROTOCOL_VERSION,
  type RoomType,
  subprotocolsFor,
  writeGreeting,
} from "@ninelives/shared-schema";
import type { SessionRoom } from "../adapter.ts";
import { doorOf, Doors } from "./doors.ts";
import type { KeptSeat } from "./seat-keeper.ts";

/** As the SDK says it in an address. */
const TOKEN_PARAM = "reconnectionToken";

/** Where a seat is to be taken, as matchmaking said. */
export interface Place {
  /** Of the first connection. */
  readonly address: string;
  /** Other addresses it may be reached at, not checked yet. */
  readonly doors: readonly unknown[];
  /** The server the client was made with: `host:port`, and its path. */
  readonly home: string;
}

export class Seat {
  readonly doors: Doors;
  readonly #type: RoomType;
  readonly #sdk: SessionRoom;
  readonly #home: string;
  readonly #protocol: string;
  readonly #processId: string;
  /** Of the page before. */
  readonly #keptToken: string | undefined;
  /** What of the address is the same behind every door. */
  readonly #path: string;

  constructor(type: RoomType, sdk: SessionRoom, { address, doors, home }: Place, random: () => number) {
    const url = new URL(address);
    const path = url.pathname.split("/");
    this.#keptToken = url.searchParams.get(TOKEN_PARAM) ?? undefined;
    url.searchParams.delete(TOKEN_PARAM);
    const [processId, roomId] = path.splice(-2) as [string, string];
    this.#type = type;
    this.#sdk = sdk;
    this.#home = home;
    this.#protocol = url.protocol;
    this.#processId = processId;
    this.#path = `${processId}/${roomId}${url.search}`;
    this.doors = new Doors({ home, first: doorOf(url, path.join("/")), given: doors, random });
  }

  /** Where the next connection goes, and the subprotocols it is opened with. `isAgain`: this session was in before. */
  address(
    has: Pick<Greeting, "epoch" | "eventSeq" | "resultId" | "page">,
    isAgain: boolean,
  ): [url: string, subprotocols: string[]] {
    const url = new URL(`${this.#protocol}//${this.doors.current}/${this.#path}`);
    const { version: typeVersion } = this.#type;
    const greeting = { protocol: PROTOCOL_VERSION, typeVersion, contract: contractOf(this.#type).hash, ...has };
    url.searchParams.set(GREETING_PARAM, writeGreeting(greeting));
    if (isAgain) url.searchParams.set("skipHandshake", "1");
    return [url.href, subprotocolsFor(isAgain ? this.token : this.#keptToken)];
  }

  /** What the page after this one needs to take the seat. */
  kept(has: Pick<KeptSeat, "epoch" | "eventSeq" | "events" | "pending">): KeptSeat {
    const { current, away } = this.doors;
    return {
      version: 1,
      typeName: this.#type.name,
      roomId: this.#sdk.roomId,
      sessionId: this.#sdk.sessionId,
      processId: this.#processId,
      ...(current === this.#home || !isAddress(current) ? {} : { address: current }),
      doors: away.filter(isAddress),
      token: this.token,
      ...has,
    };
  }

  /** The newest that came: never log it. */
  get token(): string {
    return this.#sdk.reconnectionToken.slice(this.#sdk.roomId.length + 1);
  }
}
