/** Requests for seats, many at a time, as fast as they are answered. */
import { Agent, type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from "node:http";
import { ATTACKER, count, type Outcome } from "./outcome.ts";

const WIDTH = 64;

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export class Requests {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: WIDTH, localAddress: ATTACKER });
  #isOver = false;

  /** `path`: behind `/matchmake/`. Rejects when the connection ends before an answer. */
  post(port: number, path: string, more: OutgoingHttpHeaders = {}, body = "{}"): Promise<Answer> {
    const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body), ...more };
    return this.ask(port, "POST", `/matchmake/${path}`, headers, body);
  }

  ask(port: number, method: string, path: string, headers: OutgoingHttpHeaders, body = ""): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const asking = request({ host: "127.0.0.1", port, agent: this.#agent, method, path, headers });
      asking.on("response", (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
        response.on("close", () => resolve({ status: response.statusCode!, headers: response.headers, text }));
      });
      asking.on("error", reject);
      asking.end(body);
    });
  }

  /** So many in all; counts what each came to. */
  async many(times: number, each: (at: number) => Promise<Answer>): Promise<Outcome> {
    const outcome: Outcome = {};
    let begun = 0;
    const lane = async () => {
      while (begun < times && !this.#isOver) {
        const answer = await each(begun++).catch(() => undefined);
        count(outcome, answer === undefined ? "closed" : String(answer.status));
      }
    };
    await Promise.all(Array.from({ length: WIDTH }, lane));
    return outcome;
  }

  stop(): void {
    this.#isOver = true;
    this.#agent.destroy();
  }
}
