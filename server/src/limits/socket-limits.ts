/** What a WebSocket has to pass: before it is opened, when it is let in, and with each of its frames. */
import type { IncomingMessage } from "node:http";
import { CloseReason, CODES, codeName, LIMITS, NetError } from "@ninelives/shared-schema";
import type { Refusal } from "../session/greetings.ts";
import type { ClientAddresses } from "./client-addresses.ts";
import type { Flows } from "./flow.ts";
import type { Gate } from "./gate.ts";
import { ForeignOrigin, type Origins } from "./origins.ts";

export interface SocketLimitsOptions {
  readonly gate: Gate;
  readonly flows: Flows;
  readonly origins: Origins;
  readonly addresses: ClientAddresses;
  readonly joinWithinMs: number;
  /** The session of the seat in a room of this process that was promised to whoever opens this socket; undefined: there is none. */
  readonly promisedTo: (request: IncomingMessage) => string | undefined;
}

/** Asked for each frame that comes, pings and pongs among them. */
export type Flow = (bytes: number) => Refusal | undefined;

const SILENT: Refusal = {
  code: CODES.MAY_TRY_RECONNECT.code,
  reason: CloseReason.retryAfter(LIMITS.refusedRetryMs),
};

export class SocketLimits {
  readonly #options: SocketLimitsOptions;

  constructor(options: SocketLimitsOptions) {
    this.#options = options;
  }

  /** Why a request is not to become a socket. */
  refusalOf(request: IncomingMessage): NetError | undefined {
    const { gate, origins } = this.#options;
    const crowded = gate.openSocket(request);
    if (crowded !== undefined || origins.mayPlay(request)) return crowded;
    const foreign = new ForeignOrigin(request);
    gate.refused(request, "socket", foreign);
    return foreign;
  }

  /** The socket is let in. */
  entering(request: IncomingMessage): void {
    const { gate, addresses, promisedTo } = this.#options;
    const sessionId = promisedTo(request);
    if (sessionId !== undefined) gate.taken(sessionId);
    addresses.stamp(request);
  }

  /** undefined: it may say what it likes. */
  flowOf(request: IncomingMessage): Flow | undefined {
    const { gate, flows } = this.#options;
    if (gate.isExempt(request)) return undefined;
    return flows.of(new URL(request.url ?? "/", "ws://server").searchParams.get("sessionId") ?? undefined);
  }

  /** How long it may stay without a word, ms, and what it is told then. */
  get silence(): { readonly ms: number; readonly refusal: Refusal } {
    return { ms: this.#options.joinWithinMs, refusal: SILENT };
  }

  /** Counts and logs that a socket is closed. */
  refused(request: IncomingMessage, { code, reason }: Refusal): void {
    this.#options.gate.refused(request, "socket", { name: codeName(code) ?? "INTERNAL", message: reason });
  }
}
