/** Payloads of commands, results, events and topics as bytes: MessagePack of plain data. */
import { Packr } from "msgpackr";

const packr = new Packr({ useRecords: false });

export function pack(value: unknown): Uint8Array {
  return packr.pack(value);
}

/** Throws for bytes that are no MessagePack, or more than one value. */
export function unpack(bytes: Uint8Array): unknown {
  return packr.unpack(bytes);
}
