/**
 * A player as cheap as can be: it does Colyseus's handshake, counts what arrives and decodes nothing, so that one process
 * holds hundreds and the other core is left to the server.
 */
import { Protocol } from "@colyseus/core";
import { type Greeting, GREETING_PARAM, writeGreeting } from "@ninelives/shared-schema";

const OPCODE_MASK = 0x1f;
const JOINED = new Uint8Array([Protocol.JOIN_ROOM]);
const LEAVE = new Uint8Array([Protocol.LEAVE_ROOM]);
/** An input in which nothing changed since the last one: no body. */
const SAME_INPUT = new Uint8Array([Protocol.ROOM_INPUT_RELIABLE]);

export class RawClient {
  bytes = 0;
  patches = 0;
  /** Called with every frame, once the join is confirmed. */
  onFrame: ((data: ArrayBuffer) => void) | undefined;
  readonly roomId: string;
  readonly #socket: WebSocket;

  private constructor(roomId: string, socket: WebSocket) {
    this.roomId = roomId;
    this.#socket = socket;
  }

  /** Resolves once the server has confirmed the join, at the process that has the room where the server says which. */
  static async join(url: string, roomType: string, { greeting, headers = {} }: RawJoin = {}): Promise<RawClient> {
    const seat = await reserve(url, roomType, headers);
    const hello = greeting === undefined ? "" : `&${GREETING_PARAM}=${writeGreeting(greeting)}`;
    const origin = seat.publicAddress === undefined ? url.replace("http", "ws") : `ws://${seat.publicAddress}`;
    const socket = new WebSocket(`${origin}/${seat.processId}/${seat.roomId}?sessionId=${seat.sessionId}${hello}`);
    socket.binaryType = "arraybuffer";
    const client = new RawClient(seat.roomId, socket);
    await new Promise<void>((resolve, reject) => {
      socket.onclose = ({ code, reason }) => reject(new Error(`the connection closed: ${code} ${reason}`));
      socket.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => {
        client.bytes += data.byteLength;
        const opcode = new Uint8Array(data, 0, 1)[0]! & OPCODE_MASK;
        if (opcode === Protocol.ROOM_STATE_PATCH) client.patches++;
        client.onFrame?.(data);
        if (opcode !== Protocol.JOIN_ROOM) return;
        socket.send(JOINED);
        resolve();
      };
    });
    return client;
  }

  /** false once the connection has ended. */
  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  send(frame: Uint8Array): void {
    this.#socket.send(frame as Uint8Array<ArrayBuffer>);
  }

  sendSameInput(): void {
    this.send(SAME_INPUT);
  }

  /** Gives up the seat: without that the room would hold it for a player who may come back. */
  leave(): void {
    this.#socket.send(LEAVE);
  }
}

export interface RawJoin {
  /** For one that is to be taken for our client. */
  readonly greeting?: Greeting | undefined;
  /** Of the request for a seat. */
  readonly headers?: Readonly<Record<string, string>>;
}

interface Seat {
  readonly publicAddress?: string;
  readonly processId: string;
  readonly roomId: string;
  readonly sessionId: string;
}

async function reserve(url: string, roomType: string, more: Readonly<Record<string, string>>): Promise<Seat> {
  const headers = { "content-type": "application/json", ...more };
  const answer = await fetch(`${url}/matchmake/joinOrCreate/${roomType}`, { method: "POST", headers, body: "{}" });
  const body = await answer.text();
  if (!answer.ok) throw new Error(`no seat in "${roomType}": ${answer.status} ${body}`);
  return JSON.parse(body) as Seat;
}

/** All in one room, one after the other. */
export async function joinRaw(url: string, roomType: string, count: number, greeting?: Greeting): Promise<RawClient[]> {
  const clients: RawClient[] = [];
  for (let index = 0; index < count; index++) clients.push(await RawClient.join(url, roomType, { greeting }));
  return clients;
}
