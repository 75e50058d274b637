/** One thing a peer may do on a WebSocket, and what has to become of it. */
export interface Case {
  /** As in the list of the Autobahn test suite, sections 1 to 7. */
  readonly id: string;
  readonly does: string;
  /** Each goes out for itself. */
  readonly writes: readonly Buffer[];
  readonly expects: Expectation;
}

export type Expectation =
  /**
   * The transport takes it. What a room says back, and pongs, come whole and in order; a game may send the player away, with a
   * code of its own, for what it does not speak: text, and messages of nothing.
   */
  | { readonly how: "taken"; readonly echoes: readonly Buffer[]; readonly pongs: readonly string[] }
  /** The connection ends with one of these codes. */
  | { readonly how: "failed"; readonly codes: readonly number[] }
  /** The goodbye is answered, with one of these codes or, where undefined is among them, without any; nothing after it is. */
  | { readonly how: "closed"; readonly codes: readonly (number | undefined)[]; readonly echoes: readonly Buffer[] }
  /** It ends, however. */
  | { readonly how: "ends" };

export const PROTOCOL_ERROR = 1002;
export const INVALID_TEXT = 1007;
export const TOO_BIG = 1009;
export const NORMAL = 1000;

export function taken(echoes: readonly Buffer[] = [], pongs: readonly string[] = []): Expectation {
  return { how: "taken", echoes, pongs };
}

export function failed(...codes: readonly number[]): Expectation {
  return { how: "failed", codes };
}

export function closed(codes: readonly (number | undefined)[], echoes: readonly Buffer[] = []): Expectation {
  return { how: "closed", codes, echoes };
}

/** Each byte for itself, or each part of so many. */
export function chopped(frames: readonly Buffer[], bytes = 1): Buffer[] {
  const all = Buffer.concat(frames);
  return Array.from({ length: Math.ceil(all.length / bytes) }, (_, at) => all.subarray(at * bytes, (at + 1) * bytes));
}

/** All in one go. */
export function together(frames: readonly Buffer[]): Buffer[] {
  return [Buffer.concat(frames)];
}
