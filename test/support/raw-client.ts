/**
 * A player without an SDK: matchmaking over HTTP, then bare frames. For what no SDK does: reading nothing, sending nonsense,
 * looking at the bytes.
 */
import { once } from "node:events";
import { Protocol, ProtocolModifier } from "@colyseus/core";
import { Decoder, type Schema } from "@colyseus/schema";
import WebSocket from "ws";
import { within } from "./until.ts";

const OPCODE_MASK = 0x1f;
/** A time stamp and an input's number in front of the state, in rooms that take inputs. Bytes. */
const TIMED_BYTES = 8;

interface Seat {
  readonly roomId: string;
  readonly sessionId: string;
  readonly processId: string;
  readonly reconnectionToken?: string;
}

export class RawClient {
  readonly roomId: string;
  readonly sessionId: string;
  readonly socket: WebSocket;
  /** Every frame so far. */
  readonly frames: Buffer[] = [];
  /** Close code and reason, once closed. */
  readonly closed: Promise<[code: number, reason: string]>;

  private constructor(url: string, seat: Seat) {
    this.roomId = seat.roomId;
    this.sessionId = seat.sessionId;
    const token = seat.reconnectionToken === undefined ? "" : `&reconnectionToken=${seat.reconnectionToken}`;
    const address = `${url.replace("http", "ws")}/${seat.processId}/${seat.roomId}?sessionId=${seat.sessionId}${token}`;
    this.socket = new WebSocket(address);
    this.socket.on("message", (data: Buffer) => {
      this.frames.push(data);
      if (data[0] === Protocol.JOIN_ROOM) this.socket.send(Uint8Array.of(Protocol.JOIN_ROOM));
    });
    this.closed = once(this.socket, "close").then(([code, reason]) => [code as number, String(reason)]);
  }

  /** Joined once it has the full state. `how`: `joinOrCreate/<type>` or `joinById/<roomId>`. */
  static async join(url: string, how: string, options: object = {}): Promise<RawClient> {
    const client = await RawClient.knock(url, how, options);
    await within("the full state", client.#first(Protocol.ROOM_STATE));
    return client;
  }

  /** Has a seat and opens its socket; whether it gets in is another matter. */
  static async knock(url: string, how: string, options: object = {}): Promise<RawClient> {
    const headers = { "content-type": "application/json" };
    const answer = await fetch(`${url}/matchmake/${how}`, { method: "POST", headers, body: JSON.stringify(options) });
    if (!answer.ok) throw new Error(`${how}: ${await answer.text()}`);
    const client = new RawClient(url, (await answer.json()) as Seat);
    await within("an open socket", once(client.socket, "open"));
    return client;
  }

  /** Opens a socket with this token; whether it gets in is another matter. */
  static async comeWith(
    url: string,
    seat: Pick<Seat, "roomId" | "sessionId"> & { readonly reconnectionToken: string },
  ): Promise<RawClient> {
    const client = new RawClient(url, { ...seat, processId: "p" });
    await within("an open socket", once(client.socket, "open"));
    return client;
  }

  /** What came with JOIN_ROOM. */
  get token(): string {
    const joined = this.frames.find((frame) => frame[0] === Protocol.JOIN_ROOM)!;
    return joined.subarray(2, 2 + joined[1]!).toString();
  }

  /** Another connection for the same seat, as an SDK makes it after a drop. */
  async again(url: string): Promise<RawClient> {
    const { roomId, sessionId, token: reconnectionToken } = this;
    const client = new RawClient(url, { roomId, sessionId, processId: "p", reconnectionToken });
    await within("the full state", client.#first(Protocol.ROOM_STATE));
    return client;
  }

  send(...bytes: number[]): void {
    this.socket.send(Uint8Array.from(bytes));
  }

  /** Frames of state, in order of arrival, without their prefix. The first is the whole state. */
  stateFrames(): Uint8Array[] {
    return this.#states().map(({ body }) => body);
  }

  /** What this client has been told, decoded; `each` sees the state after every frame. */
  decode<S extends Schema>(state: S, each: (state: S) => void = () => {}): S {
    const decoder = new Decoder(state);
    for (const [index, { isWhole, body }] of this.#states().entries()) {
      if (isWhole && index > 0) decoder.decodeResync(body);
      else decoder.decode(body);
      each(decoder.state);
    }
    return decoder.state;
  }

  close(): void {
    this.socket.terminate();
  }

  #states(): { readonly isWhole: boolean; readonly body: Uint8Array }[] {
    return this.frames.flatMap((frame) => {
      const opcode = frame[0]! & OPCODE_MASK;
      const isWhole = opcode === Protocol.ROOM_STATE;
      if (!isWhole && opcode !== Protocol.ROOM_STATE_PATCH) return [];
      return [{ isWhole, body: frame.subarray(frame[0]! & ProtocolModifier.TIMED ? 1 + TIMED_BYTES : 1) }];
    });
  }

  async #first(opcode: number): Promise<void> {
    while (!this.frames.some((frame) => (frame[0]! & OPCODE_MASK) === opcode)) {
      if (this.socket.readyState > WebSocket.OPEN) throw new Error(`closed: ${(await this.closed).join(" ")}`);
      await Promise.race([once(this.socket, "message"), this.closed]);
    }
  }
}
