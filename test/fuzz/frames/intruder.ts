/**
 * Attackers, in a process of their own: each takes a seat, sends frames as fast as they are taken and comes again when it is closed.
 * A frame that the guard lets pass reaches the room; of those it does not, one ends each connection, for it ends it anyhow.
 *
 * Frames depend on seed, attacker and visit only. Each attacker keeps its last ones, to be written to a file when something breaks.
 */
import { once } from "node:events";
import { Protocol } from "@colyseus/core";
import {
  BYTES_OPCODE,
  contractOf,
  DELIVERY_CHANNEL,
  GREETING_PARAM,
  PROTOCOL_VERSION,
  Random,
  readClientFrame,
  seedWords,
  writeGreeting,
} from "@ninelives/shared-schema";
import WebSocket from "ws";
import { inputFields, type InputShape } from "../../../server/src/adapter.ts";
import { frameFault } from "../../../server/src/socket/guard.ts";
import { messagePackFault } from "../../../server/src/socket/guard/message-pack.ts";
import { Grammar } from "./grammar.ts";
import { INPUTS, type Kind, KINDS, TYPES } from "./rooms.ts";

export interface Orders {
  readonly url: string;
  readonly seed: number;
  readonly attackers: number;
  /** Kinds without a room are not attacked. */
  readonly roomIds: Readonly<Partial<Record<Kind, string>>>;
}

export interface Spoils {
  readonly frames: Readonly<Record<Kind, number>>;
  /** Sent although the guard refuses them. */
  readonly bad: number;
  readonly visits: number;
}

interface Seat {
  readonly sessionId: string;
  readonly processId: string;
  readonly roomId: string;
}

const FRAMES_PER_VISIT = 400;
const FRAMES_AT_ONCE = 10;
const KEPT = 64;

const frames: Record<Kind, number> = { plain: 0, pads: 0, talk: 0, moving: 0 };
let [bad, visits] = [0, 0];
const last: string[][] = [];

function shapeOf(kind: Kind): InputShape | undefined {
  const type = INPUTS[kind];
  const fields = type === undefined ? undefined : inputFields(type);
  return fields === undefined ? undefined : { fields, stampsBoth: false };
}

/** The frame does not end the connection, as far as anybody can tell before. */
function isPatient(frame: Uint8Array, shape: InputShape | undefined): boolean {
  if (frame.length === 1 && (frame[0] === Protocol.JOIN_ROOM || frame[0] === Protocol.LEAVE_ROOM)) return false;
  if (frameFault(frame, true, () => shape) !== undefined) return false;
  if (frame[0] !== BYTES_OPCODE || frame[1] !== DELIVERY_CHANNEL) return true;
  try {
    const { command } = readClientFrame(frame.subarray(2));
    return command === undefined || messagePackFault(command.payload) === undefined;
  } catch {
    return false;
  }
}

async function enter(orders: Orders, kind: Kind, greets: boolean): Promise<WebSocket | undefined> {
  const { url, roomIds } = orders;
  const answer = await fetch(`${url}/matchmake/joinById/${roomIds[kind]}`, { method: "POST", body: "{}" });
  const seat = (await answer.json()) as Seat;
  if (!answer.ok) return undefined;
  const address = new URL(`${url.replace("http", "ws")}/${seat.processId}/${seat.roomId}?sessionId=${seat.sessionId}`);
  const type = TYPES[kind];
  if (greets && type !== undefined) {
    const { hash } = contractOf(type);
    const hi = { protocol: PROTOCOL_VERSION, typeVersion: type.version, contract: hash, epoch: 0, eventSeq: 0 };
    address.searchParams.set(GREETING_PARAM, writeGreeting({ ...hi, resultId: 0, page: 0 }));
  }
  return new WebSocket(address);
}

/** Until it is asked in; false when it is closed before. */
async function askedIn(socket: WebSocket): Promise<boolean> {
  while (socket.readyState <= WebSocket.OPEN) {
    const [data] = (await Promise.race([once(socket, "message"), once(socket, "close")])) as [unknown];
    if (Buffer.isBuffer(data) && data[0] === Protocol.JOIN_ROOM && socket.readyState === WebSocket.OPEN) return true;
  }
  return false;
}

async function visit(orders: Orders, attacker: number, round: number): Promise<void> {
  const random = new Random(seedWords((orders.seed * 1_000_003 + attacker * 8_191 + round * 64_037) >>> 0));
  const kinds = KINDS.filter((kind) => orders.roomIds[kind] !== undefined);
  const kind = kinds[(attacker + round) % kinds.length]!;
  const greets = TYPES[kind] !== undefined && random.index(2) === 0;
  const shape = shapeOf(kind);
  const grammar = new Grammar(random, kind);
  const socket = await enter(orders, kind, greets);
  visits++;
  if (socket === undefined) return;
  const kept: string[] = (last[attacker] = [kind]);
  socket.on("error", () => {});
  const send = (frame: Uint8Array) => {
    frames[kind]++;
    kept.push(Buffer.from(frame).toString("hex"));
    if (kept.length > KEPT) kept.splice(1, 1);
    socket.send(frame);
  };
  const closed = once(socket, "close");
  if (!(await askedIn(socket))) return;
  const style = random.index(12);
  if (style !== 0) socket.send(Uint8Array.of(Protocol.JOIN_ROOM));
  if (style === 1) send(Uint8Array.of(Protocol.JOIN_ROOM));
  let worst: Uint8Array | undefined;
  for (let sent = 0; sent < FRAMES_PER_VISIT && socket.readyState === WebSocket.OPEN;) {
    for (let batch = 0; batch < FRAMES_AT_ONCE; batch++) {
      const frame = greets && random.index(2) === 0 ? grammar.delivery() : grammar.frame();
      if (isPatient(frame, shape)) send(frame);
      else worst = frame;
      sent++;
    }
    socket.ping();
    await Promise.race([once(socket, "pong"), closed]);
  }
  if (socket.readyState === WebSocket.OPEN) {
    if (worst !== undefined) {
      bad++;
      send(worst);
    } else socket.send("a text");
    await closed;
  }
}

async function attack(orders: Orders, attacker: number): Promise<never> {
  for (let round = 0; ; round++) {
    try {
      await visit(orders, attacker, round);
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

process.on("message", (asked: Orders | "spoils" | "last") => {
  if (asked === "spoils") process.send!({ frames, bad, visits } satisfies Spoils);
  else if (asked === "last") process.send!(last);
  else for (let attacker = 0; attacker < asked.attackers; attacker++) void attack(asked, attacker);
});
process.on("disconnect", () => process.exit(0));
