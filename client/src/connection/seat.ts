/** The seat a session holds: the address it is taken at, again and again, and what of it is kept over a reload. */
import {
  contractOf,
  type Greeting,
  GREETING_PARAM,
  PROTOCOL_VERSION,
  type RoomType,
  writeGreeting,
} from "@ninelives/shared-schema";
import type { SessionRoom } from "../adapter.ts";
import type { KeptSeat } from "./seat-keeper.ts";

export class Seat {
  readonly #type: RoomType;
  readonly #sdk: SessionRoom;
  readonly #address: string;

  /** `address`: of the seat's first connection, as matchmaking gave it. */
  constructor(type: RoomType, sdk: SessionRoom, address: string) {
    this.#type = type;
    this.#sdk = sdk;
    this.#address = address;
  }

  /** Where the next connection goes. `isAgain`: this session was in before. */
  address(has: Pick<Greeting, "epoch" | "eventSeq" | "resultId" | "page">, isAgain: boolean): string {
    const url = new URL(this.#address);
    const { version: typeVersion } = this.#type;
    const greeting = { protocol: PROTOCOL_VERSION, typeVersion, contract: contractOf(this.#type).hash, ...has };
    url.searchParams.set(GREETING_PARAM, writeGreeting(greeting));
    if (isAgain) {
      url.searchParams.set("reconnectionToken", this.#token);
      url.searchParams.set("skipHandshake", "1");
    }
    return url.href;
  }

  /** What the page after this one needs to take the seat. */
  kept(has: Pick<KeptSeat, "epoch" | "eventSeq" | "events" | "pending">): KeptSeat {
    const { protocol, hostname, port, pathname } = new URL(this.#address);
    return {
      version: 1,
      typeName: this.#type.name,
      roomId: this.#sdk.roomId,
      sessionId: this.#sdk.sessionId,
      processId: pathname.split("/").at(-2) ?? "",
      address: `${hostname}:${port || (protocol === "wss:" ? 443 : 80)}`,
      token: this.#token,
      ...has,
    };
  }

  get #token(): string {
    return this.#sdk.reconnectionToken.slice(this.#sdk.roomId.length + 1);
  }
}
