/** A player at a table whose network a test may take away, and whose wire it may read. */
import { type Client, connect, type Room } from "@ninelives/client";
import type { HintTarget } from "../../../client/src/connection/hints.ts";
import { type OpenSocket, openWebSocket } from "../../../client/src/connection/socket.ts";
import { Cards, type Seat } from "../cards.type.ts";

/** A card as schema and msgpack both write it: the head of a text of two bytes, rank, suit. */
const CARD_BYTES = /\xa2([A2-9TJQK][CDHS])/g;
/** Nobody listens there. */
const NOWHERE = "ws://127.0.0.1:1/";

export class Guest {
  room!: Room<typeof Cards>;
  readonly #hints = new EventTarget();
  readonly #client: Client;
  #isOffline = false;
  #received: Buffer[] = [];

  /** At the table with this id, or at one of her own. */
  static async arrive(url: string, name: string, roomId: string | undefined): Promise<Guest> {
    const guest = new Guest(url);
    const client = guest.#client;
    guest.room = await (roomId === undefined
      ? client.create(Cards, { name })
      : client.joinById(Cards, roomId, { name }));
    return guest;
  }

  private constructor(url: string) {
    const openSocket: OpenSocket = (url, subprotocols) => {
      const socket = openWebSocket(this.#isOffline ? NOWHERE : url, subprotocols);
      (socket as unknown as EventTarget).addEventListener("message", (event) => {
        this.#received.push(Buffer.from((event as MessageEvent<ArrayBuffer>).data));
      });
      return socket;
    };
    this.#client = connect(url, { random: () => 0.2, hints: this.#hints as unknown as HintTarget, openSocket });
  }

  /** Her own seat, as she sees it. */
  get seat(): Seat | undefined {
    return this.room.state.seats.get(this.room.sessionId);
  }

  /** Every card in the bytes that have come since the last call. */
  takeCardsOnWire(): string[] {
    const frames = this.#received.splice(0);
    return frames.flatMap((frame) => [...frame.toString("latin1").matchAll(CARD_BYTES)].map(([, card]) => card!));
  }

  goOffline(): void {
    this.#isOffline = true;
    this.#hints.dispatchEvent(new Event("offline"));
  }

  goOnline(): void {
    this.#isOffline = false;
    this.#hints.dispatchEvent(new Event("online"));
  }
}
