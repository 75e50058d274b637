/**
 * Those who talk to the server while it is measured: frames made by hand, as the clients make them, so that one process says
 * tens of thousands a second. Three kinds, for three ways to say the same thing.
 */
import { Protocol } from "@colyseus/core";
import { encode } from "@colyseus/schema";
import {
  BYTES_OPCODE,
  contractOf,
  type Greeting,
  ItemKind,
  LIMITS,
  pack,
  PROTOCOL_VERSION,
  readServerFrame,
  writeClientFrame,
} from "@ninelives/shared-schema";
import { type RawClient, joinRaw } from "../lib/raw-client.ts";
import { type Addition, type CounterType, NAME } from "./counter.ts";

export interface Speaker {
  /** Said and not answered; 0 where nothing is answered. */
  readonly pending: number;
  /** Says it once. */
  say(): void;
  leave(): void;
}

export type SpeakerKind = "send" | "request" | "command";

export async function joinSpeakers(
  kind: SpeakerKind,
  url: string,
  type: CounterType,
  count: number,
  addition: Addition,
): Promise<Speaker[]> {
  const clients = await joinRaw(url, type.name, count, kind === "command" ? greetingOf(type) : undefined);
  const payload = Uint8Array.from(pack(addition));
  if (kind === "send") return clients.map((client) => sender(client, payload));
  if (kind === "request") return clients.map((client) => new Requester(client, payload));
  const index = contractOf(type).commands.indexOf(NAME);
  return clients.map((client) => new Commander(client, index, payload));
}

function greetingOf(type: CounterType): Greeting {
  const contract = contractOf(type).hash;
  return {
    protocol: PROTOCOL_VERSION,
    typeVersion: type.version,
    contract,
    epoch: 0,
    eventSeq: 0,
    resultId: 0,
    page: 0,
  };
}

/** `room.send` of the stock SDK: [opcode, name, payload]. */
function sender(client: RawClient, payload: Uint8Array): Speaker {
  const frame = withHead(payload, Protocol.ROOM_DATA);
  return { pending: 0, say: () => client.send(frame), leave: () => client.leave() };
}

/** `room.request` of the stock SDK: [opcode, id, name, payload], answered by one frame each. */
class Requester implements Speaker {
  pending = 0;
  readonly #client: RawClient;
  readonly #payload: Uint8Array;
  #id = 0;

  constructor(client: RawClient, payload: Uint8Array) {
    this.#client = client;
    this.#payload = payload;
    client.onFrame = (data) => {
      if (new Uint8Array(data, 0, 1)[0] === Protocol.ROOM_RESPONSE) this.pending--;
    };
  }

  say(): void {
    this.pending++;
    this.#client.send(withHead(this.#payload, Protocol.ROOM_REQUEST, this.#id++));
  }

  leave(): void {
    this.#client.leave();
  }
}

/** `room.command` of our client: ids that grow, and acknowledgements when our client would send them. */
class Commander implements Speaker {
  pending = 0;
  readonly #client: RawClient;
  readonly #index: number;
  readonly #payload: Uint8Array;
  #id = 0;
  #answeredId = 0;
  #unacked = 0;

  constructor(client: RawClient, index: number, payload: Uint8Array) {
    this.#client = client;
    this.#index = index;
    this.#payload = payload;
    client.onFrame = (data) => {
      if (new Uint8Array(data, 0, 1)[0] === BYTES_OPCODE) this.#take(new Uint8Array(data, 2));
    };
  }

  say(): void {
    this.pending++;
    const isDue = this.#unacked >= LIMITS.ackItems / 2;
    const command = { index: this.#index, id: ++this.#id, payload: this.#payload };
    this.#client.send(writeClientFrame(isDue ? this.#ack() : undefined, command));
  }

  leave(): void {
    this.#client.leave();
  }

  #take(items: Uint8Array): void {
    for (const item of readServerFrame(items)) {
      if (item.kind === ItemKind.FAULT) throw new Error(`command ${item.id} failed`);
      if (item.kind !== ItemKind.RESULT) continue;
      this.pending--;
      this.#answeredId = item.id;
      if (++this.#unacked >= LIMITS.ackItems) this.#client.send(writeClientFrame(this.#ack(), undefined));
    }
  }

  #ack() {
    this.#unacked = 0;
    return { eventSeq: 0, commandId: this.#answeredId };
  }
}

function withHead(payload: Uint8Array, ...head: readonly number[]): Uint8Array {
  const [opcode, id] = head;
  const bytes = new Uint8Array(16 + NAME.length + payload.length);
  const it = { offset: 0 };
  bytes[it.offset++] = opcode!;
  if (id !== undefined) encode.number(bytes, id, it);
  encode.string(bytes, NAME, it);
  bytes.set(payload, it.offset);
  return bytes.subarray(0, it.offset + payload.length);
}
