/**
 * Where a page keeps its seat over a reload: what it takes to come back as the same player, and the commands that nobody had
 * answered. Written while the seat is held, read once by the page that comes after.
 *
 * What is read was in reach of every script and extension of the page: all of it is checked, and anything that does not fit
 * reads as no seat and is cleared. A seat that cannot be kept is cleared as well: an older one in its place would number
 * its next command as one that has already run.
 */
import { isAddress, LIMITS, unpack } from "@ninelives/shared-schema";
import { fromBase64 } from "../delivery/base64.ts";

/**
 * Keeps one text. None of these may throw; what cannot be kept is gone: when `save` returns, the text before must not be there any more,
 * for its token may be spent.
 */
export interface SeatStorage {
  load(): string | undefined;
  save(text: string): void;
  clear(): void;
}

/** A command that was not answered yet. */
export interface KeptCommand {
  /** 1 and up, higher than that of the one before. */
  readonly id: number;
  readonly name: string;
  /** Base64 of the packed bytes. */
  readonly payload: string;
}

export interface KeptSeat {
  readonly version: 1;
  readonly typeName: string;
  readonly roomId: string;
  readonly sessionId: string;
  readonly processId: string;
  /** `host:port` of the process that has the room, when it is not the server that was asked. */
  readonly address?: string;
  /** Others at which it may be reached, each `host:port`. */
  readonly doors?: readonly string[];
  /** Proves that the seat is ours: never log it. */
  readonly token: string;
  /** Highest epoch seen of the room. */
  readonly epoch: number;
  /** Events up to this have arrived. */
  readonly eventSeq: number;
  /** How many of the things told up to there were events. */
  readonly events: number;
  readonly pending: readonly KeptCommand[];
}

/**
 * Keeps a seat under this key for this tab until it is closed. Where there is no `sessionStorage`, or it is forbidden or full, nothing is
 * kept. A duplicated tab starts with a copy.
 */
export function sessionSeatStorage(key: string): SeatStorage {
  const clear = () => attempt(() => globalThis.sessionStorage.removeItem(key));
  return {
    load: () => attempt(() => globalThis.sessionStorage.getItem(key)) ?? undefined,
    save(text) {
      const saved = attempt(() => {
        globalThis.sessionStorage.setItem(key, text);
        return true;
      });
      if (saved !== true) clear();
    },
    clear,
  };
}

/** Keeps the seat for as long as the object lives: for tests and for Node. */
export function memorySeatStorage(): SeatStorage {
  let kept: string | undefined;
  return {
    load: () => kept,
    save(text) {
      kept = text;
    },
    clear() {
      kept = undefined;
    },
  };
}

/** Takes the place of the seat that was kept before. One over the cap is not kept, and neither is the one before. */
export function writeSeat(storage: SeatStorage, seat: KeptSeat): void {
  const text = JSON.stringify(seat);
  if (text.length > LIMITS.keptSeatChars) storage.clear();
  else storage.save(text);
}

/** undefined when none is kept, and when what is kept is no seat; that is cleared. */
export function readSeat(storage: SeatStorage): KeptSeat | undefined {
  const text = storage.load();
  if (text === undefined) return undefined;
  const seat = text.length > LIMITS.keptSeatChars ? undefined : seatOf(attempt(() => JSON.parse(text) as unknown));
  if (seat === undefined) storage.clear();
  return seat;
}

/** Only what a seat has: fields that are not known are left behind. */
function seatOf(value: unknown): KeptSeat | undefined {
  if (!isRecord(value) || value.version !== 1) return undefined;
  const { typeName, roomId, sessionId, processId, address, doors, token, epoch, eventSeq, events } = value;
  if (!isText(typeName) || !isText(roomId) || !isText(sessionId) || !isText(processId) || !isText(token))
    return undefined;
  if (address !== undefined && !isAddress(address)) return undefined;
  if (doors !== undefined && !areDoors(doors)) return undefined;
  if (!isCount(epoch) || !isCount(eventSeq) || !isCount(events)) return undefined;
  const pending = commandsOf(value.pending);
  if (pending === undefined) return undefined;
  const seat = { version: 1, typeName, roomId, sessionId, processId, token, epoch, eventSeq, events, pending } as const;
  return { ...seat, ...(address === undefined ? {} : { address }), ...(doors === undefined ? {} : { doors }) };
}

function commandsOf(value: unknown): KeptCommand[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const commands: KeptCommand[] = [];
  let last = 0;
  for (const entry of value as unknown[]) {
    if (!isRecord(entry)) return undefined;
    const { id, name, payload } = entry;
    if (!isCount(id) || id <= last || !isText(name) || !isPayload(payload)) return undefined;
    last = id;
    commands.push({ id, name, payload });
  }
  return commands;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isPayload(value: unknown): value is string {
  if (typeof value !== "string" || value.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(value)) return false;
  return attempt(() => [unpack(fromBase64(value))]) !== undefined;
}

function areDoors(value: unknown): value is string[] {
  return Array.isArray(value) && value.length <= LIMITS.doors && value.every(isAddress);
}

function attempt<T>(step: () => T): T | undefined {
  try {
    return step();
  } catch {
    return undefined;
  }
}
