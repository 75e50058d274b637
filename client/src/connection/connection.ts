/**
 * The state of a client's connection to its room, one value at a time:
 *
 *   CONNECTING -> CONNECTED <-> RECONNECTING
 *        |            |              |
 *        +------------+--------------+--> DISCONNECTED (final)
 *
 * Only `setState` changes it; every change is told with the reason for it.
 */
import type { CodeName } from "@ninelives/shared-schema";
import { Listeners } from "../listeners.ts";

export type ConnectionState =
  | { readonly name: "CONNECTING" }
  | {
      readonly name: "CONNECTED";
      readonly sinceMs: number;
      /** How long the connection was away before, ms; 0 for the first one. */
      readonly downMs: number;
    }
  | { readonly name: "RECONNECTING"; readonly sinceMs: number; readonly attempt: number }
  | { readonly name: "DISCONNECTED"; readonly reason: CodeName };

export type ConnectionName = ConnectionState["name"];

export interface ConnectionChange {
  readonly from: ConnectionName;
  readonly to: ConnectionName;
  /** A row of the codes table. */
  readonly reason: CodeName;
}

const NEXT: Readonly<Record<ConnectionName, readonly ConnectionName[]>> = {
  CONNECTING: ["CONNECTED", "DISCONNECTED"],
  CONNECTED: ["RECONNECTING", "DISCONNECTED"],
  RECONNECTING: ["RECONNECTING", "CONNECTED", "DISCONNECTED"],
  DISCONNECTED: [],
};

export class Connection {
  #state: ConnectionState = { name: "CONNECTING" };
  readonly #listeners = new Listeners<ConnectionChange>();

  get state(): ConnectionName {
    return this.#state.name;
  }

  /** The whole state, with the fields that only it has. */
  get detail(): ConnectionState {
    return this.#state;
  }

  /** Calls back at every change; returns how to stop that. */
  onChange(listener: (change: ConnectionChange) => void): () => void {
    return this.#listeners.add(listener);
  }

  /** For the room that owns the connection. False, and nothing changes, where the drawing above has no arrow. */
  setState(next: ConnectionState, reason: CodeName): boolean {
    const from = this.#state.name;
    if (!NEXT[from].includes(next.name)) return false;
    this.#state = next;
    this.#listeners.tell({ from, to: next.name, reason });
    return true;
  }
}
