/** A request for a seat with a body of so many bytes, which nobody needs. */
import { request } from "node:http";
import { ATTACKER } from "./outcome.ts";

const PART = Buffer.alloc(2 ** 20, " ");

export interface Swallowed {
  /** A status, or `closed`. */
  readonly answer: string;
  /** Bytes of the body that went out before the answer. */
  readonly sent: number;
}

export function sendBody(port: number, path: string, bytes: number): Promise<Swallowed> {
  return new Promise((resolve) => {
    const sending = request({ host: "127.0.0.1", port, localAddress: ATTACKER, method: "POST", path });
    let sent = 0;
    sending.on("response", (response) => {
      response.resume();
      resolve({ answer: String(response.statusCode), sent });
    });
    sending.on("error", () => resolve({ answer: "closed", sent }));
    const push = () => {
      while (!sending.destroyed && sent < bytes) {
        const part = PART.subarray(0, Math.min(PART.length, bytes - sent));
        sent += part.length;
        if (!sending.write(part)) return;
      }
      sending.end("{}");
    };
    sending.on("drain", push);
    push();
  });
}
