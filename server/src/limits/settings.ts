/** The section `limits` of a configuration, and lists of addresses. Every value has a default, that of LIMITS.host. */
import { BlockList, isIP } from "node:net";
import { LIMITS, type Rate } from "@ninelives/shared-schema";
import { z } from "zod";

/** What one host takes from everybody together, from one address, and from one connection. */
export interface HostLimits {
  /** Open connections in all. Who comes to a full host is answered 503. */
  readonly connections: number;
  /** Open connections of one address: 429. */
  readonly connectionsPerAddress: number;
  /** Connections that are opened: 429. */
  readonly connectsPerAddress: Rate;
  /** Requests for a seat: 429. */
  readonly joinsPerAddress: Rate;
  /** The same of one account, from whatever addresses: 429. */
  readonly joinsPerAccount: Rate;
  /** Seats that were promised, not taken and did not run out. */
  readonly untakenSeatsPerAddress: number;
  /** A socket that has said nothing for so long since it was let in is closed, ms. */
  readonly joinWithinMs: number;
  /** Frames of a client, pings and pongs among them, and their bytes. */
  readonly framesPerConnection: Rate;
  readonly bytesPerConnection: Rate;
  /** Addresses and ranges to which only `connections` applies. */
  readonly exempt: readonly string[];
}

/** `10.0.0.0/8`, `2001:db8::/32`, or one address. */
export const addressRange = z
  .string()
  .refine((text) => rangeOf(text) !== undefined, "an address, or a range like 10.0.0.0/8, expected");

const rate = (defaults: Rate) =>
  z
    .strictObject({
      perSecond: z.number().positive().max(LIMITS.ratePerSecondMax).default(defaults.perSecond),
      burst: z.int().min(1).max(LIMITS.rateBurstMax).default(defaults.burst),
    })
    .prefault({});

const { host } = LIMITS;
const count = (byDefault: number) => z.int().min(1).max(LIMITS.connectionsMax).default(byDefault);

export const limitsSchema = z
  .strictObject({
    connections: count(host.connections),
    connectionsPerAddress: count(host.connectionsPerAddress),
    connectsPerAddress: rate(host.connectsPerAddress),
    joinsPerAddress: rate(host.joinsPerAddress),
    joinsPerAccount: rate(host.joinsPerAccount),
    untakenSeatsPerAddress: count(host.untakenSeatsPerAddress),
    joinWithinMs: z.number().min(1_000).max(600_000).default(host.joinWithinMs),
    framesPerConnection: rate(host.framesPerConnection),
    bytesPerConnection: rate(host.bytesPerConnection).refine(
      ({ burst }) => burst >= LIMITS.frameBytes,
      `a burst of at least one frame, ${LIMITS.frameBytes}, expected`,
    ),
    exempt: z.array(addressRange).default([...host.exempt]),
  })
  .prefault({});

/** What a configuration may say: any part of it. */
export type HostLimitsInput = z.input<typeof limitsSchema>;

/** Addresses, each in one of several ranges or not. */
export class Ranges {
  readonly #list = new BlockList();

  constructor(texts: readonly string[]) {
    for (const text of texts) {
      const { address, bits, family } = rangeOf(text)!;
      this.#list.addSubnet(address, bits, family);
    }
  }

  has(address: string): boolean {
    const version = isIP(address);
    return version !== 0 && this.#list.check(address, version === 6 ? "ipv6" : "ipv4");
  }
}

function rangeOf(text: string): { address: string; bits: number; family: "ipv4" | "ipv6" } | undefined {
  const [address, bitsText, ...rest] = text.split("/") as [string, ...string[]];
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return undefined;
  const most = version === 6 ? 128 : 32;
  const bits = bitsText === undefined ? most : Number(bitsText);
  if (bitsText !== undefined && !/^\d{1,3}$/.test(bitsText)) return undefined;
  return bits > most ? undefined : { address, bits, family: version === 6 ? "ipv6" : "ipv4" };
}
