/**
 * The addresses a seat may be reached at, in the order they are tried. Behind each is a process, or something that leads to one; any
 * of them knows where the room is. The one that worked last comes first, until there is a reason to go elsewhere.
 *
 * The server the client was made with is always among them. The others are in an order of each client's own: the players of a
 * process that died do not all go to the same next one. At most LIMITS.doors.
 *
 * Pure: a door is text, `host:port`, for the server itself with the path the client was given.
 */
import { addressOn, isGivenAddress, LIMITS } from "@ninelives/shared-schema";

export interface DoorsOptions {
  /** The server the client was made with. */
  readonly home: string;
  /** Where the seat is to be taken. */
  readonly first: string;
  /** The others, as the server gave them: `:port` is on the host of {@link home}. What is no address is left out. */
  readonly given: readonly unknown[];
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

export class Doors {
  readonly #home: string;
  readonly #random: () => number;
  #order: string[];
  #at = 0;
  /** The one that worked, and behind which nobody answered any more. */
  #suspect: string | undefined;

  constructor({ home, first, given, random }: DoorsOptions) {
    this.#home = home;
    this.#random = random;
    const others = given.filter(isGivenAddress).map((address) => this.#resolve(address));
    const known = new Set([home, ...shuffled([...new Set(others)], random)]);
    known.delete(first);
    this.#order = [first, ...shuffled([...known].slice(0, LIMITS.doors - 1), random)];
  }

  /** Where the next attempt goes. */
  get current(): string {
    return this.#order[this.#at]!;
  }

  /** The process behind the current one may be frozen: it would take a connection and never open it. */
  get isSuspect(): boolean {
    return this.current === this.#suspect;
  }

  get count(): number {
    return this.#order.length;
  }

  /** All but the server itself, in their order: what is kept for the page that comes after. */
  get away(): readonly string[] {
    return this.#order.filter((door) => door !== this.#home);
  }

  /** What the server says now: the ones it no longer names are forgotten, all but the server itself and the current one. */
  renew(given: readonly unknown[]): void {
    const { current } = this;
    const named = [this.#home, ...given.filter(isGivenAddress).map((address) => this.#resolve(address))];
    const kept = this.#order.filter((door) => door === current || named.includes(door));
    const fresh = new Set(named.filter((door) => !kept.includes(door)));
    this.#order = [...kept, ...shuffled([...fresh], this.#random)].slice(0, LIMITS.doors);
    this.#at = this.#order.indexOf(current);
  }

  /** The current one leads into the room: it comes first from now on. */
  worked(): void {
    this.#order.unshift(...this.#order.splice(this.#at, 1));
    this.#at = 0;
    this.#suspect = undefined;
  }

  /** Nobody answers any more behind the one that worked: it comes last. */
  avoid(): void {
    this.#suspect = this.#order.shift()!;
    this.#order.push(this.#suspect);
    this.#at = 0;
  }

  /** On to the next one. False when that is the first again. */
  next(): boolean {
    this.#at = (this.#at + 1) % this.#order.length;
    return this.#at > 0;
  }

  /** The server sends us there, `host:port` or `:port`: it comes first, and one that is new takes the last one's place. */
  go(given: string): void {
    const address = this.#resolve(given);
    const others = this.#order.filter((door) => door !== address);
    if (others.length === LIMITS.doors)
      others.splice(
        others.findLastIndex((door) => door !== this.#home),
        1,
      );
    this.#order = [address, ...others];
    this.#at = 0;
  }

  #resolve(given: string): string {
    return addressOn(this.#home.replace(/:\d+(\/.*)?$/, ""), given);
  }
}

/** The door that leads to an address; `path` is what comes behind it. */
export function doorOf({ protocol, hostname, port }: URL, path: string): string {
  const isSecure = protocol === "wss:" || protocol === "https:";
  return `${hostname}:${port || (isSecure ? 443 : 80)}${path}`;
}

function shuffled(doors: string[], random: () => number): string[] {
  for (let last = doors.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [doors[last], doors[other]] = [doors[other]!, doors[last]!];
  }
  return doors;
}
