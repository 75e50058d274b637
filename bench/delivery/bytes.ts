/**
 * What a command takes on the wire beside its payload: the real client talks to the real server, and every frame is weighed
 * at the client's socket. Beside it the stock SDK says the same to a stock room. A WebSocket's own header is the same for all.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { type ClientSocket, connect, type OpenSocket, type Room } from "@ninelives/client";
import { BYTES_OPCODE, DELIVERY_CHANNEL, LIMITS, readClientFrame, writeClientFrame } from "@ninelives/shared-schema";
import { Protocol } from "@colyseus/core";
import { Client, type Room as SdkRoom } from "@colyseus/sdk";
import { type ServerProcess, startServer } from "../lib/server-process.ts";
import { additionOf, type CounterType, counterType, NAME } from "./counter.ts";

/** Bytes of frames at one socket. */
export interface Weights {
  /** Frames that carry a message, without acknowledgements in them. */
  messages: number;
  messageBytes: number;
  payloadBytes: number;
  /** The most one message took beside its payload. */
  mostOver: number;
  ackBytes: number;
  answerBytes: number;
}

export interface BytesRow extends Weights {
  readonly way: string;
  readonly pace: string;
}

interface Pace {
  readonly name: string;
  readonly commands: (full: number) => number;
  readonly say: (one: () => Promise<unknown>, commands: number) => Promise<void>;
}

/** A command that waits for its answer takes a tick: so many times fewer are said that way. */
const SHORT = 100;
/** Longer than a client keeps an acknowledgement for itself. */
const APART_MS = LIMITS.ackAfterMs + 200;

const PACES: readonly Pace[] = [
  {
    name: "as many as go at once",
    commands: (full) => full,
    async say(one, commands) {
      for (let left = commands; left > 0; left -= LIMITS.outboxCommands) {
        await Promise.all(Array.from({ length: Math.min(left, LIMITS.outboxCommands) }, one));
      }
    },
  },
  {
    name: "one after the other",
    commands: (full) => Math.ceil(full / SHORT),
    async say(one, commands) {
      for (let count = 0; count < commands; count++) await one();
    },
  },
  {
    name: `one every ${APART_MS} ms`,
    commands: () => 5,
    async say(one, commands) {
      for (let count = 0; count < commands; count++) {
        await one();
        await sleep(APART_MS);
      }
    },
  },
];

export const PAYLOAD_BYTES = [16, 64] as const;

/** `commands`: said at the fastest pace. */
export async function weigh(commands: number): Promise<readonly BytesRow[]> {
  const rows: BytesRow[] = [];
  const ours = await startServer("./server.ts", import.meta.url, ["ours", "acked-bytes"]);
  for (const bytes of PAYLOAD_BYTES) {
    const addition = additionOf(bytes);
    for (const pace of PACES) {
      const weights = newWeights();
      const room = await joinOurs(ours, weights);
      await pace.say(() => room.command(NAME, addition), pace.commands(commands));
      rows.push({ way: `command, ${bytes} B`, pace: pace.name, ...weights });
      await room.leave();
    }
  }
  await ours.stop();
  const stock = await startServer("./server.ts", import.meta.url, ["stock", "bytes"]);
  for (const bytes of PAYLOAD_BYTES) {
    const addition = additionOf(bytes);
    for (const isRequest of [false, true]) {
      const weights = newWeights();
      const room = await joinStock(stock, weights, addition);
      for (let count = 0; count < commands / SHORT; count++) {
        if (isRequest) await room.request(NAME, addition);
        else room.send(NAME, addition);
      }
      rows.push({
        way: `stock ${isRequest ? "request" : "send"}, ${bytes} B`,
        pace: "one after the other",
        ...weights,
      });
      await room.leave();
    }
  }
  await stock.stop();
  return rows;
}

/** The layout of a frame with one command, for ids too high to be counted up to. */
export function overAt(id: number): number {
  return writeClientFrame(undefined, { index: 0, id, payload: new Uint8Array() }).length;
}

/** What an acknowledgement takes in a frame with a command: everything up to this id, and no event. */
export function ackAt(id: number): number {
  const command = { index: 0, id, payload: new Uint8Array() };
  return writeClientFrame({ eventSeq: 0, commandId: id }, command).length - overAt(id);
}

function newWeights(): Weights {
  return { messages: 0, messageBytes: 0, payloadBytes: 0, mostOver: 0, ackBytes: 0, answerBytes: 0 };
}

async function joinOurs({ url }: ServerProcess, weights: Weights): Promise<Room<CounterType>> {
  const openSocket: OpenSocket = (url, subprotocols) => {
    const socket = new WebSocket(url, [...subprotocols]);
    tap(
      socket,
      (frame) => {
        if (frame[0] !== BYTES_OPCODE || frame[1] !== DELIVERY_CHANNEL) return;
        const { command } = readClientFrame(frame.subarray(2));
        const own = command === undefined ? 0 : writeClientFrame(undefined, command).length;
        weights.ackBytes += frame.length - own;
        if (command !== undefined) count(weights, own, command.payload.length);
      },
      (frame) => {
        if (frame[0] === BYTES_OPCODE && weights.messages > 0) weights.answerBytes += frame.length;
      },
    );
    return socket as ClientSocket;
  };
  return await connect(url, { openSocket }).create(counterType("acked-bytes", "acked"), {});
}

async function joinStock({ url }: ServerProcess, weights: Weights, addition: object): Promise<SdkRoom> {
  const room = await new Client(url).create("bytes");
  const { ws } = room.connection.transport as unknown as { readonly ws: WebSocket };
  const payloadBytes = (room as unknown as { packr: { pack(value: unknown): Uint8Array } }).packr.pack(addition).length;
  tap(
    ws,
    (frame) => {
      const isOne = frame[0] === Protocol.ROOM_DATA || frame[0] === Protocol.ROOM_REQUEST;
      if (isOne) count(weights, frame.length, payloadBytes);
    },
    (frame) => {
      if (frame[0] === Protocol.ROOM_RESPONSE) weights.answerBytes += frame.length;
    },
  );
  return room;
}

function count(weights: Weights, bytes: number, payloadBytes: number): void {
  weights.messages++;
  weights.messageBytes += bytes;
  weights.payloadBytes += payloadBytes;
  weights.mostOver = Math.max(weights.mostOver, bytes - payloadBytes);
}

/** Shows every frame of a socket, sent and received. */
function tap(socket: WebSocket, sent: (frame: Uint8Array) => void, received: (frame: Uint8Array) => void): void {
  const send = socket.send.bind(socket);
  socket.send = (frame) => {
    sent(frame as Uint8Array);
    send(frame);
  };
  socket.addEventListener("message", ({ data }: MessageEvent<ArrayBuffer>) => received(new Uint8Array(data)));
}
