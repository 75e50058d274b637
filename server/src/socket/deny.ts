/** The answer to a request that wanted to be a socket and is none: plain HTTP, with the error's row, and the connection ends. */
import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import type { NetError } from "@ninelives/shared-schema";
import { statusOf } from "../inspect/status.ts";

export function deny(socket: Duplex, error: NetError): void {
  const { code, name, message, details } = error;
  const status = statusOf(error);
  const body = JSON.stringify({ code, name, error: message, details });
  const { retryAfterMs } = details as { readonly retryAfterMs?: number };
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    "connection: close",
    "content-type: application/json",
    `content-length: ${Buffer.byteLength(body)}`,
    ...(retryAfterMs === undefined ? [] : [`retry-after: ${Math.ceil(retryAfterMs / 1_000)}`]),
  ];
  socket.on("error", () => {});
  socket.end([...head, "", body].join("\r\n"));
  socket.once("finish", () => socket.destroy());
}
