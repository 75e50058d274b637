/**
 * What both sides have to agree on, in short: names become numbers on the wire, and one hash says whether the other side
 * has the same names and the same state. Where hashes differ the server tells its names, and the state is sent with its layout.
 */
import { crc32 } from "../log/crc32.ts";
import { layoutHash } from "../log/layout.ts";
import type { RoomType } from "../room-type.ts";

/** Commands that every room type has: topics are subscribed to and written through them. */
export const TOPIC_COMMANDS = ["$subscribe", "$unsubscribe", "$publish"] as const;
export type TopicCommand = (typeof TOPIC_COMMANDS)[number];

export interface Contract {
  /** Eight hex digits over state layout, input layout and names. */
  readonly hash: string;
  /** A command's number on the wire is its place here. */
  readonly commands: readonly string[];
  /** An event's number on the wire is its place here. */
  readonly events: readonly string[];
}

const made = new WeakMap<RoomType, Contract>();

/** The same object at every call. */
export function contractOf(type: RoomType): Contract {
  let contract = made.get(type);
  if (contract === undefined) {
    const commands = [...TOPIC_COMMANDS, ...Object.keys(type.commands).sort()];
    const events = Object.keys(type.events).sort();
    const names = new TextEncoder().encode(JSON.stringify([commands, events]));
    const layouts = [type.state, type.input].map((layout) => (layout === undefined ? "" : layoutHash(layout)));
    contract = { hash: [crcOf(names), ...layouts].join(""), commands, events };
    contract = { ...contract, hash: crcOf(new TextEncoder().encode(contract.hash)) };
    made.set(type, contract);
  }
  return contract;
}

function crcOf(bytes: Uint8Array): string {
  return crc32(bytes, 0, bytes.length).toString(16).padStart(8, "0");
}
