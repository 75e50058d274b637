/**
 * What whoever can publish at the Redis of the listings may have a process do. Colyseus calls any method of a room that a message names,
 * and reads any field of it; here a message is looked at before Colyseus hears of it. A process that knows the secret of Redis is trusted
 * with seats, as every host is; it is not trusted with the game's own code.
 *
 *   channel `$<room id>`     [method, request id, arguments]: a method of ROOM_METHODS, or one that the configuration lists
 *   channel `p:<process>`    the same, without a method: make a room; or with the one of PROCESS_METHODS
 *   every other channel      news, which are no calls
 */

/** Those that matchmaking uses: to promise seats, to find who comes back, and to show a newer token for a seat. */
const ROOM_METHODS = [
  "_reserveSeat",
  "_reserveMultipleSeats",
  "checkReconnectionToken",
  "_promiseMatchSeat",
  "_renewAccount",
] as const;
const PROCESS_METHODS = ["healthcheck"] as const;

/** A call that is not made. */
export interface RefusedCall {
  readonly channel: string;
  /** What it asked for, cut to what a line of a log may take. */
  readonly method: string;
  /** Where whoever asks waits for an answer; undefined: it does not. */
  readonly requestId: string | undefined;
}

/** Where Colyseus's lobby rooms hear of changes. */
const LOBBY = "$lobby";
const METHOD_CHARS = 60;

export class RemoteCalls {
  readonly #methods: ReadonlySet<unknown>;

  /** `listed`: methods of rooms that games call from other processes, by `matchMaker.remoteRoomCall`. */
  constructor(listed: readonly string[]) {
    this.#methods = new Set([...ROOM_METHODS, ...listed]);
  }

  /** Why nobody is to hear of a message; undefined: it may pass. */
  refusalOf(channel: string, message: unknown): RefusedCall | undefined {
    const isToRoom = channel.startsWith("$") && channel !== LOBBY;
    if (!isToRoom && !channel.startsWith("p:")) return undefined;
    const [method, requestId, args] = (Array.isArray(message) ? message : []) as readonly unknown[];
    const isCall = typeof requestId === "string" && (Array.isArray(args) || args === undefined || args === null);
    if (isCall && (isToRoom ? this.#methods.has(method) : isToProcess(method))) return undefined;
    return {
      channel,
      method: String(method).slice(0, METHOD_CHARS),
      requestId: typeof requestId === "string" ? requestId : undefined,
    };
  }
}

function isToProcess(method: unknown): boolean {
  return method === undefined || method === null || PROCESS_METHODS.some((known) => known === method);
}
