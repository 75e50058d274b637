/**
 * Where a process takes players: `host:port`, or `:port` on the host whose name the reader already uses, because a process behind
 * a name it does not know can say no more. Both come from the network, so both are checked before anybody goes there.
 */
import { LIMITS } from "./limits.ts";

const ADDRESS = /^([\w.-]+|\[[0-9a-fA-F:.]+\])?:(\d{1,5})$/;

/** `host:port`, and nothing else: no scheme, user or path. */
export function isAddress(value: unknown): value is string {
  return typeof value === "string" && value[0] !== ":" && isGivenAddress(value);
}

/** `host:port` or `:port`. */
export function isGivenAddress(value: unknown): value is string {
  if (typeof value !== "string" || value.length > LIMITS.addressChars) return false;
  const port = Number(ADDRESS.exec(value)?.[2]);
  return port >= 1 && port <= 65_535;
}

/** An address as it was given, for one who knows its host as `hostName`. */
export function addressOn(hostName: string, given: string): string {
  return given.startsWith(":") ? hostName + given : given;
}
