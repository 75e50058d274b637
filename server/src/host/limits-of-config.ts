/** The limits of a configuration, put to work at a host's HTTP server. */
import type { Server } from "node:http";
import type { Host } from "../config.ts";
import type { Logger } from "../inspect/logger.ts";
import type { Metrics } from "../inspect/metrics.ts";
import { ClientAddresses } from "../limits/client-addresses.ts";
import { Flows } from "../limits/flow.ts";
import { Gate } from "../limits/gate.ts";
import { Origins } from "../limits/origins.ts";
import { SocketLimits } from "../limits/socket-limits.ts";
import type { Clock } from "../tick/clock.ts";
import { promisedTo } from "./sockets.ts";

export interface Limits {
  readonly gate: Gate;
  readonly addresses: ClientAddresses;
  readonly origins: Origins;
  readonly sockets: SocketLimits;
}

/** Counts every connection from now on. */
export function limitsAt(http: Server, host: Host, clock: Clock, logger: Logger, metrics: Metrics): Limits {
  const { limits, trustedProxies } = host;
  const addresses = new ClientAddresses(trustedProxies);
  const origins = new Origins(host.origins, addresses);
  const gate = new Gate({ limits, addresses, clock, metrics, logger });
  http.on("connection", (socket) => gate.connected(socket));
  const flows = new Flows(limits, clock);
  const { joinWithinMs } = limits;
  return {
    gate,
    addresses,
    origins,
    sockets: new SocketLimits({ gate, flows, origins, addresses, joinWithinMs, promisedTo }),
  };
}
