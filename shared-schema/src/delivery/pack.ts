/** Payloads of commands, results, events and topics as bytes: MessagePack of plain data. */
import { Packr } from "msgpackr";

/** Objects take one byte besides their fields up to 15 of them; by default it would be three. */
const packr = new Packr({ useRecords: false, variableMapSize: true });

export function pack(value: unknown): Uint8Array {
  return packr.pack(value);
}

/** Throws for bytes that are no MessagePack, or more than one value. */
export function unpack(bytes: Uint8Array): unknown {
  return packr.unpack(bytes);
}
