/**
 * Whom a request comes from. The one place that decides it: whatever limits, logs or tells games an address asks here.
 *
 * A header is believed only from a proxy that the operator listed, and of its hops the last one that is no such proxy: what stands
 * before it anybody may have written. From everybody else the address is the connection's own.
 */
import type { IncomingHttpHeaders } from "node:http";
import { isIP } from "node:net";
import { Ranges } from "./settings.ts";

/** The part of a request that says it. A carrier other than TCP has no address. */
export interface Addressed {
  readonly headers: IncomingHttpHeaders;
  readonly socket?: { readonly remoteAddress?: string | undefined };
}

/** What proxies write, and Colyseus believes. */
const OTHER_HEADERS = ["x-real-ip", "x-client-ip"] as const;

export class ClientAddresses {
  readonly #proxies: Ranges;

  constructor(trustedProxies: readonly string[]) {
    this.#proxies = new Ranges(trustedProxies);
  }

  /** undefined: nobody can say. */
  of({ headers, socket }: Addressed): string | undefined {
    let found = plainAddress(socket?.remoteAddress ?? "");
    if (found === undefined || !this.#proxies.has(found)) return found;
    const hops = [headers["x-forwarded-for"] ?? []].flat().join(",").split(",");
    for (const hop of hops.reverse()) {
      const address = plainAddress(hop.trim());
      if (address === undefined) break;
      found = address;
      if (!this.#proxies.has(found)) break;
    }
    return found;
  }

  /** What comes over this connection is from others. */
  isProxy(socket: { readonly remoteAddress?: string | undefined }): boolean {
    return this.#proxies.has(plainAddress(socket.remoteAddress ?? "") ?? "");
  }

  /** Makes Colyseus, which believes these headers from anybody, tell games the same address. */
  stamp(request: Addressed): void {
    const address = this.of(request);
    for (const name of OTHER_HEADERS) delete request.headers[name];
    if (address === undefined) delete request.headers["x-forwarded-for"];
    else request.headers["x-forwarded-for"] = address;
  }
}

/** `::ffff:1.2.3.4`, `1.2.3.4:567`, `[::1]:567` and `fe80::1%eth0` without what is around the address; undefined: it is none. */
export function plainAddress(text: string): string | undefined {
  const bare = /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;
  const address = bare.replace(/%.*$/, "").replace(/^::ffff:(?=[\d.]+$)/i, "");
  return isIP(address) === 0 ? undefined : address;
}

/** Who counts as one: an IPv4 address, and of IPv6 the first 64 bits, which one household or phone has to itself. */
export function countedAs(address: string): string {
  if (isIP(address) !== 6) return address;
  const [front = "", back] = address.toLowerCase().split("::");
  const groups = (part: string) => (part === "" ? [] : part.split(":"));
  const [head, tail] = [groups(front), groups(back ?? "")];
  const filled =
    back === undefined ? head : [...head, ...Array<string>(8 - head.length - tail.length).fill("0"), ...tail];
  return `${filled
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ""))
    .join(":")}::/64`;
}
