/**
 * Whose pages may play here: those of the host's own name or of one above it (a page of play.example.com opens sockets of
 * n1.play.example.com), whatever the port, and those that are listed. A program that is no browser names no origin, and may.
 */
import type { IncomingMessage } from "node:http";
import { NetError } from "@ninelives/shared-schema";
import type { ClientAddresses } from "./client-addresses.ts";

/** What a page of another origin is told: UNAUTHORIZED, as 403. */
export class ForeignOrigin extends NetError {
  constructor({ headers }: IncomingMessage) {
    const origin = String(headers.origin).slice(0, 200);
    super("UNAUTHORIZED", `pages of ${origin} may not play here: list it in "origins" of the configuration`);
  }
}

export class Origins {
  readonly #listed: ReadonlySet<string>;
  readonly #addresses: ClientAddresses;

  constructor(listed: readonly string[], addresses: ClientAddresses) {
    this.#listed = new Set(listed.map((url) => asSaid(url)));
    this.#addresses = addresses;
  }

  /** It stands in the configuration: its pages may read answers, too. */
  isListed(origin: string): boolean {
    return this.#listed.has(origin);
  }

  mayPlay({ headers, socket }: IncomingMessage): boolean {
    const { origin, host = "" } = headers;
    if (origin === undefined || this.isListed(origin)) return true;
    const page = URL.parse(origin)?.hostname;
    if (page === undefined || page === "") return false;
    const forwarded = this.#addresses.isProxy(socket) ? headers["x-forwarded-host"] : undefined;
    return [host, forwarded ?? []].flat().some((name) => {
      const own = URL.parse(`http://${name}`)?.hostname ?? "";
      return own === page || own.endsWith(`.${page}`);
    });
  }
}

/** As a browser names it; of an app's own scheme (`capacitor://localhost`) nothing is left by URL but "null", which anybody may say. */
function asSaid(url: string): string {
  const { origin } = new URL(url);
  return origin === "null" ? url.replace(/\/+$/, "") : origin;
}
