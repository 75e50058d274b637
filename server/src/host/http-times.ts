/** How long a host waits for requests to come. Slower ones are answered 408 and their connections closed, by Node itself. */
import type { ServerOptions } from "node:http";
import { LIMITS } from "@ninelives/shared-schema";

export interface HttpTimes {
  readonly headersMs: number;
  /** The whole of it. */
  readonly requestMs: number;
  /** How often it is looked. */
  readonly lookMs: number;
}

/** Default: LIMITS.http…Ms. */
export function patience(times: HttpTimes | undefined): ServerOptions {
  const { headersMs, requestMs, lookMs } = times ?? {
    headersMs: LIMITS.httpHeadersMs,
    requestMs: LIMITS.httpRequestMs,
    lookMs: LIMITS.httpLookMs,
  };
  return { headersTimeout: headersMs, requestTimeout: requestMs, connectionsCheckingInterval: lookMs };
}
