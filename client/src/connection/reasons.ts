/** What the number a connection was closed with means for the one who wants to come back. */
import { type CodeName, codeName, CODES } from "@ninelives/shared-schema";

/** WebSocket's own codes mean that the network, or a proxy on the way, closed the connection: it may come back. */
export function reasonOf(code: number): CodeName {
  return codeName(code) ?? "LINK_LOST";
}

/** Another attempt would end the same way. */
export function isFatal(code: number): boolean {
  return !CODES[reasonOf(code)].recoverable;
}
