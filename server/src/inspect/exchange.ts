/** One exchange over HTTP, as routes see it: a bounded JSON body in, a reply out. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { LIMITS, NetError } from "@ninelives/shared-schema";

export interface Reply {
  readonly status: number;
  readonly body: unknown;
  /** Of a body that is text already. Default: the body goes out as JSON. */
  readonly type?: string;
  /** Where the client should ask. */
  readonly location?: string | undefined;
  /** Called once the reply is out, or nobody is there any more who could read it. */
  readonly after?: () => void;
}

/** No body reads as `{}`. Throws OPTIONS_INVALID for one that is no JSON or larger than LIMITS.httpBodyBytes. */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > LIMITS.httpBodyBytes)
      throw new NetError("OPTIONS_INVALID", `a body of at most ${LIMITS.httpBodyBytes} bytes expected`);
    chunks.push(chunk);
  }
  if (bytes === 0) return {};
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch {
    throw new NetError("OPTIONS_INVALID", "a JSON body expected");
  }
}

export function send(response: ServerResponse, { status, body, type, location, after }: Reply): void {
  const text = type === undefined ? JSON.stringify(body) : String(body);
  if (after !== undefined) response.once("close", after);
  response.writeHead(status, {
    "content-type": type ?? "application/json",
    "content-length": Buffer.byteLength(text),
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    ...(location === undefined ? {} : { location }),
  });
  response.end(text);
}
