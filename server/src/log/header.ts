/**
 * A log's header record: whose log it is, and how its bytes are to be read. JSON, so that a build that knows less of it can go on reading:
 * fields may be added without another format version, never changed.
 *
 * One header counts for its segment: a state that is replaced by one of another layout begins a new segment.
 */
import type { Layout } from "@ninelives/shared-schema";

/** How what a room has in its log is to be read. */
export interface RoomLayout {
  /** undefined: the room has no state. */
  readonly state: Layout | undefined;
  readonly memory: Layout;
  /** Names of the room type's events: what was told has their places in this list. */
  readonly events: readonly string[];
}

export interface LogHeader {
  readonly roomId: string;
  readonly type: string;
  readonly version: number;
  /** undefined in a log of a build that did not write it. */
  readonly layout?: RoomLayout | undefined;
}

interface LayoutJson {
  readonly state?: string;
  readonly memory: string;
  readonly events: readonly string[];
}

interface HeaderJson extends Omit<LogHeader, "layout"> {
  readonly layout?: LayoutJson;
}

export function writeHeader({ layout, ...header }: LogHeader): Uint8Array {
  const json: HeaderJson = layout === undefined ? header : { ...header, layout: layoutJson(layout) };
  return new TextEncoder().encode(JSON.stringify(json));
}

/** Throws for bytes that are no JSON. */
export function readHeader(meta: Uint8Array): LogHeader {
  const { layout, ...header } = JSON.parse(new TextDecoder().decode(meta)) as HeaderJson;
  if (layout === undefined) return header;
  const { state, memory, events } = layout;
  return {
    ...header,
    layout: { state: state === undefined ? undefined : bytes(state), memory: bytes(memory), events },
  };
}

function layoutJson({ state, memory, events }: RoomLayout): LayoutJson {
  return { ...(state === undefined ? {} : { state: text(state) }), memory: text(memory), events };
}

function text(layout: Layout): string {
  return Buffer.from(layout).toString("base64");
}

function bytes(base64: string): Layout {
  return new Uint8Array(Buffer.from(base64, "base64"));
}
