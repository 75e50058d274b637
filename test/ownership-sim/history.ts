/** What happened in a simulated world, as the store, the processes and the players saw it, for the checker. Times are the world's, ms. */

export type StoreEvent =
  | {
      readonly kind: "claimed";
      readonly atMs: number;
      readonly roomId: string;
      readonly epoch: number;
      readonly owner: string;
    }
  | {
      readonly kind: "appended";
      readonly atMs: number;
      readonly roomId: string;
      readonly epoch: number;
      readonly number: number;
      readonly begins: boolean;
      /** Process that sent it. */
      readonly by: string;
      /** Ticks of its records, and the commands in them. */
      readonly ticks: readonly number[];
      readonly keys: readonly string[];
    }
  | { readonly kind: "quarantined"; readonly atMs: number; readonly roomId: string }
  /** It went back in time to this moment; 0: it lost everything. */
  | { readonly kind: "rolledBack"; readonly atMs: number; readonly toMs: number };

/** A process ran a room. */
export interface Step {
  readonly atMs: number;
  readonly by: string;
  readonly roomId: string;
  readonly epoch: number;
  /** It could reach neither the store nor another process that can: it plays on, as the docs say, and has no way to know better. */
  readonly isAlone: boolean;
}

export interface Told {
  readonly key: string;
  readonly atMs: number;
  /** Of the connection on which it was told. */
  readonly epoch: number;
}

export interface PlayerHistory {
  readonly sessionId: string;
  readonly roomId: string;
  /** In the order they were issued. */
  readonly issued: readonly string[];
  /** In the order the answers came. */
  readonly told: readonly Told[];
  /** Epochs of the welcomes it accepted. */
  readonly epochs: readonly number[];
  /** It was told that the match is gone. */
  readonly isGone: boolean;
  readonly isServed: boolean;
}

export interface WorldHistory {
  readonly store: readonly StoreEvent[];
  readonly steps: readonly Step[];
  readonly players: readonly PlayerHistory[];
  /** Room -> session -> the commands in its state at the end, in order; a room that nobody runs is missing. */
  readonly states: ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>;
}

export function storedCounts(store: readonly StoreEvent[]): { readonly claims: number; readonly batches: number } {
  const count = (kind: StoreEvent["kind"]) => store.filter((event) => event.kind === kind).length;
  return { claims: count("claimed"), batches: count("appended") };
}
