/**
 * What is known of a fleet from three sides that do not ask each other: the directory, as its keys lie in Redis and as every process
 * tells it; each process, of the rooms it runs; each client, of the room it plays in. Nothing in here is the product's.
 */

/** A row of the directory, as far as it is compared. */
export interface Row {
  readonly roomId: string;
  readonly name: string;
  readonly processId: string;
  readonly clients: number;
  /** null: without a limit. */
  readonly maxClients: number | null;
  readonly locked?: boolean;
  readonly private?: boolean;
  readonly epoch?: number;
}

/** The keys of the directory and of the logs' owners, read in one moment. */
export interface Keys {
  /** By Redis's clock. */
  readonly nowMs: number;
  readonly rows: ReadonlyMap<string, Row>;
  /** Process -> its rooms. */
  readonly at: ReadonlyMap<string, ReadonlySet<string>>;
  /** Index -> rooms that take players. */
  readonly open: ReadonlyMap<string, ReadonlySet<string>>;
  /** Room -> "<taken>:<all>". */
  readonly seats: ReadonlyMap<string, string>;
  /** Room -> indexes it belongs to while it takes players. */
  readonly places: ReadonlyMap<string, readonly string[]>;
  /** Room -> session -> end of the booking, ms. */
  readonly booked: ReadonlyMap<string, ReadonlyMap<string, number>>;
  /** Rooms that only bookings fill. */
  readonly full: ReadonlySet<string>;
  /** Rooms that are being made. */
  readonly due: ReadonlySet<string>;
  /** Room -> who its log says has it. */
  readonly owners: ReadonlyMap<string, { readonly owner: string; readonly epoch: number }>;
  /** Keys of the directory that nobody knows. */
  readonly strange: readonly string[];
}

/** As `/rooms` has it. */
export interface Listed {
  readonly roomId: string;
  readonly players: number;
  readonly processId: string;
}

/** A room as the process has it that runs it. */
export interface Run {
  readonly roomId: string;
  readonly type: string;
  readonly epoch: number;
  readonly tick: number;
  readonly isRunning: boolean;
  /** Session -> whether its player is connected. */
  readonly seats: Readonly<Record<string, boolean>>;
  /** Sessions that were promised a seat and did not come yet. */
  readonly awaited: readonly string[];
}

export interface HostView {
  readonly processId: string;
  /** By `/healthz`. */
  readonly health: { readonly rooms: number; readonly players: number };
  readonly runs: readonly Run[];
  /** A text says why there is no list. */
  readonly listed: readonly Listed[] | string;
}

export interface ClientView {
  readonly sessionId: string;
  readonly roomId: string;
  readonly connection: string;
  readonly epoch: number;
  /** Of the state that it saw last. */
  readonly tick: number;
  /** Sessions that are in that state; undefined: it does not say. */
  readonly sees: readonly string[] | undefined;
  /** Commands that it sent, and those that were answered. */
  readonly sent: number;
  readonly answered: number;
  /** What its room has of these commands: how many, and how often the one it ran most. undefined: nobody asked. */
  readonly tally: { readonly added: number; readonly most: number } | undefined;
}

/** Taken in this order: a client cannot have seen what its host ran later. */
export interface Look {
  readonly clients: readonly ClientView[];
  readonly hosts: readonly HostView[];
  readonly keys: Keys;
}
