/** One exchange over HTTP, as routes see it: a bounded JSON body in, a reply out. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { LIMITS, NetError } from "@ninelives/shared-schema";

export interface Reply {
  readonly status: number;
  readonly body: unknown;
  /** Of a body that is text already. Default: the body goes out as JSON. */
  readonly type?: string;
  /** Where the client should ask. */
  readonly location?: string | undefined;
  /** When to come again, ms. */
  readonly retryAfterMs?: number | undefined;
  /** Called once the reply is out, or nobody is there any more who could read it. */
  readonly after?: () => void;
}

/** A body over LIMITS.httpBodyBytes: OPTIONS_INVALID, told as 413. */
export class BodyTooLarge extends NetError {
  constructor() {
    super("OPTIONS_INVALID", `a body of at most ${LIMITS.httpBodyBytes} bytes expected`);
  }
}

/** No body reads as `{}`. Rejects with OPTIONS_INVALID for one that is no JSON, with {@link BodyTooLarge} before more is read. */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  if (Number(request.headers["content-length"] ?? 0) > LIMITS.httpBodyBytes) throw new BodyTooLarge();
  const body = await readBody(request);
  if (body.length === 0) return {};
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    throw new NetError("OPTIONS_INVALID", "a JSON body expected");
  }
}

/** Not with `for await`, which ends the connection when it is left: nobody could be told why. */
function readBody(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      chunks.push(chunk);
      if (bytes <= LIMITS.httpBodyBytes) return;
      request.removeAllListeners("data").pause();
      reject(new BodyTooLarge());
    });
    request.once("end", () => resolve(Buffer.concat(chunks)));
    request.once("error", reject);
    request.once("close", () => reject(new NetError("OPTIONS_INVALID", "a whole body expected")));
  });
}

/** A request that was not read to its end is the last one of its connection: the rest of it is nobody's to read. */
export function send(response: ServerResponse, reply: Reply): void {
  const { status, body, type, location, retryAfterMs, after } = reply;
  const text = type === undefined ? JSON.stringify(body) : String(body);
  if (after !== undefined) response.once("close", after);
  if (isUnread(response.req)) endUnread(response.req.socket);
  response.writeHead(status, {
    "content-type": type ?? "application/json",
    "content-length": Buffer.byteLength(text),
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    ...(location === undefined ? {} : { location }),
    ...(retryAfterMs === undefined ? {} : { "retry-after": String(Math.ceil(retryAfterMs / 1_000)) }),
    ...(isUnread(response.req) ? { connection: "close" } : {}),
  });
  response.end(text);
}

/** Of its body some is still to come. */
function isUnread({ complete, headers }: IncomingMessage): boolean {
  return !complete && (headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0);
}

/**
 * Has the connection end slowly: to close one on which bytes wait is a reset, by which who still sends would lose the answer. Nothing
 * more is read meanwhile.
 */
function endUnread(socket: Socket): void {
  socket.destroySoon = () => {
    socket.end();
    setImmediate(() => socket.pause());
    socket.setTimeout(LIMITS.goodbyeMs, () => socket.destroy());
  };
}
