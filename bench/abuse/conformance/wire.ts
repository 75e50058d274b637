/** A player on a bare TCP connection, which may send any bytes: in a room, where a whole message is said back. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { Protocol } from "@colyseus/core";
import { frame, Op, type Received, takeFrames } from "./frame.ts";

/** A type whose rooms say every message back, byte by byte. */
export const MIRROR = "mirror";
const HEAD = [Protocol.ROOM_DATA_BYTES, 0xa4, ...Buffer.from("echo")];
/** Longest wait for anything a server is to do, ms. */
export const WAIT_MS = 5_000;

/** A message of this many bytes in all that the room says back as it is; shorter than its head: one that no game understands. */
export function message(length: number): Buffer {
  return Buffer.concat([Buffer.from(HEAD), Buffer.alloc(Math.max(0, length - HEAD.length), "*")]).subarray(0, length);
}

export interface Ending {
  /** The code the server closed with; undefined when it said none. */
  readonly code: number | undefined;
  /** It said goodbye, with or without a code. */
  readonly isClean: boolean;
}

export class Wire {
  /** What came since it was in the room. */
  readonly frames: Received[] = [];
  ending: Ending | undefined;
  readonly #socket: Socket;
  #rest: Buffer = Buffer.alloc(0);
  #looks = new Set<() => void>();

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (bytes: Buffer) => this.#heard(bytes));
    socket.on("error", () => {});
    socket.once("close", () => {
      this.ending ??= { code: undefined, isClean: false };
      this.#look();
    });
  }

  /** In a room of {@link MIRROR}. `roomId`: of one that is there. `from`: local address. */
  static async join(port: number, roomId: string, from = "127.0.0.1"): Promise<Wire> {
    const answer = await fetch(`http://127.0.0.1:${port}/matchmake/joinById/${roomId}`, { method: "POST", body: "{}" });
    if (!answer.ok) throw new Error(`no seat in ${roomId}: ${await answer.text()}`);
    const { sessionId, processId } = (await answer.json()) as { sessionId: string; processId: string };
    const socket = connect({ host: "127.0.0.1", port, localAddress: from });
    socket.setNoDelay(true);
    await once(socket, "connect");
    const lines = [
      `GET /${processId}/${roomId}?sessionId=${sessionId} HTTP/1.1`,
      "Host: 127.0.0.1",
      "Connection: Upgrade",
      "Upgrade: websocket",
      "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ];
    socket.write(`${lines.join("\r\n")}\r\n\r\n`);
    const behind = await upgraded(socket);
    const wire = new Wire(socket);
    wire.#heard(behind);
    await wire.until("to be asked in", () => wire.#has(Protocol.JOIN_ROOM));
    wire.write(frame(Op.BINARY, Buffer.from([Protocol.JOIN_ROOM])));
    wire.write(frame(Op.PING, "in"));
    await wire.until("to be in", () => wire.pongs().includes("in"));
    wire.frames.length = 0;
    return wire;
  }

  write(bytes: Uint8Array): void {
    if (!this.#socket.destroyed) this.#socket.write(bytes);
  }

  pongs(): string[] {
    return this.frames.filter(({ opcode }) => opcode === Op.PONG).map(({ payload }) => payload.toString("latin1"));
  }

  /** Messages the room said back. */
  echoes(): Buffer[] {
    const binary = this.frames.filter(({ opcode }) => opcode === Op.BINARY);
    return binary.map(({ payload }) => payload).filter((payload) => payload[0] === HEAD[0]);
  }

  /** false: not in time. */
  async holds(condition: () => boolean, ms = WAIT_MS): Promise<boolean> {
    if (condition()) return true;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const look = () => {
      if (condition()) resolve(true);
    };
    const timer = setTimeout(() => resolve(false), ms);
    this.#looks.add(look);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#looks.delete(look);
    }
  }

  async until(what: string, condition: () => boolean): Promise<void> {
    const isSo = await this.holds(() => condition() || this.ending !== undefined);
    if (!isSo || !condition()) throw new Error(`in vain: ${what}; ended: ${JSON.stringify(this.ending)}`);
  }

  end(): void {
    this.#socket.destroy();
  }

  #has(opcode: number): boolean {
    return this.frames.some(({ opcode: kind, payload }) => kind === Op.BINARY && payload[0] === opcode);
  }

  #heard(bytes: Buffer): void {
    const { frames, rest } = takeFrames(Buffer.concat([this.#rest, bytes]));
    this.#rest = rest;
    this.frames.push(...frames);
    const goodbye = frames.find(({ opcode }) => opcode === Op.CLOSE)?.payload;
    if (goodbye !== undefined)
      this.ending ??= { code: goodbye.length < 2 ? undefined : goodbye.readUInt16BE(), isClean: true };
    this.#look();
  }

  #look(): void {
    for (const look of this.#looks) look();
  }
}

/** Resolves with what came behind the answer. */
async function upgraded(socket: Socket): Promise<Buffer> {
  let head = Buffer.alloc(0);
  for (;;) {
    const [bytes] = (await once(socket, "data")) as [Buffer];
    head = Buffer.concat([head, bytes]);
    const end = head.indexOf("\r\n\r\n");
    if (end === -1) continue;
    const line = head.subarray(0, head.indexOf("\r\n")).toString();
    if (!line.includes(" 101 ")) throw new Error(`no socket: ${line}`);
    return head.subarray(end + 4);
  }
}
