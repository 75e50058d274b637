/** The host that a simulated world runs on, on a clock of its own. */
import type { EventEmitter } from "node:events";
import type { IncomingMessage } from "node:http";
import { createAuthContext, matchMaker } from "@colyseus/core";
import { createLogger, defineHost } from "@ninelives/server";
import { startTestHost, type TestHost } from "../test-host.ts";
import { SimClock } from "./sim-clock.ts";
import { PERIOD_MS, Sim, SimRoom } from "./sim-room.ts";

export interface Universe {
  readonly host: TestHost;
  readonly clock: SimClock;
  stop(): Promise<void>;
}

/** What the parts of a world share. */
export interface Surroundings {
  readonly clock: SimClock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Matchmaking without a network. */
  readonly fetch: typeof fetch;
  /** The server takes a line. */
  readonly take: (connection: EventEmitter, request: IncomingMessage) => void;
}

export async function startUniverse(): Promise<Universe> {
  const clock = new SimClock();
  const config = defineHost({
    rooms: { sim: { type: Sim, room: SimRoom } },
    store: { kind: "memory" },
    seatHoldSeconds: 600,
  });
  const logger = createLogger({ level: "fatal", pretty: false });
  const host = await startTestHost(config, { clock: clock.server, logger });
  return { host, clock, stop: () => untilSettled(clock, host.stop()) };
}

export async function untilSettled<T>(clock: SimClock, promise: Promise<T>): Promise<T> {
  let isSettled = false;
  const settle = () => void (isSettled = true);
  promise.then(settle, settle);
  while (!isSettled) await clock.advance(PERIOD_MS);
  return promise;
}

/** As the host's HTTP answers, without its sockets: those take as long as the machine likes, and a world is its seed's alone. */
export async function matchmake(url: string, { body }: { readonly body: string }): Promise<unknown> {
  const [method, target] = new URL(url).pathname.split("/").slice(-2) as [string, string];
  const auth = createAuthContext({ headers: new Headers() });
  const options = JSON.parse(body) as never;
  const reservation: unknown = await matchMaker.controller.invokeMethod(method as never, target, options, auth);
  const { publicAddress: _, ...seat } = reservation as { publicAddress?: string };
  return {
    ok: true,
    status: 200,
    headers: new Headers({ "content-type": "application/json" }),
    json: async () => seat,
  };
}
