/**
 * A bad network on loopback: a TCP proxy between a client and a server that delays, throttles, stalls, cuts and swallows as
 * its profile says or as it is told. One proxy is one device's way to the server, so what befalls the device (cuts, black
 * holes) befalls all of its connections; a fleet takes a proxy a bot.
 *
 *  - Bytes keep their order, and none is lost while a connection lives: it is TCP below.
 *  - In a black hole nothing is delivered and nothing is closed, as with a cut cable. What was sent into it comes out when it
 *    ends, as TCP sends it again; a connection opened meanwhile is taken in and reaches the server then.
 *  - Not shown: the round trip of the TCP handshake, and TCP's own slow start after a pause.
 */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import type { Clock } from "../clock.ts";
import type { Ending, LaneStats } from "./lane.ts";
import { Link, type Side } from "./link.ts";
import { makeProfile, type PresetName, type Profile, type ProfileFields } from "./profile.ts";
import { startSpells } from "./spell.ts";

const HOST = "127.0.0.1";

export interface ProxyOptions {
  readonly to: { readonly host: string; readonly port: number };
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Default: clean. */
  readonly profile?: PresetName | ProfileFields;
}

/** One connection through the proxy. */
export type ProxyConnection = Pick<Link, "alive" | "cut" | "halfOpen">;

export interface ProxyStats {
  /** Connections taken in, and refused. */
  readonly accepted: number;
  readonly refused: number;
  /** Connections cut or made half-open. */
  readonly cuts: number;
  readonly holes: number;
  /** From the client to the server, and back. */
  readonly up: Readonly<LaneStats>;
  readonly down: Readonly<LaneStats>;
}

/** Listens on a free port. Rejects with a RangeError for a wrong profile. */
export async function startProxy(options: ProxyOptions): Promise<Proxy> {
  const proxy = new Proxy(options);
  await proxy.listen();
  return proxy;
}

export class Proxy {
  readonly #options: ProxyOptions;
  readonly #server: Server;
  readonly #links = new Set<Link>();
  readonly #stats = {
    accepted: 0,
    refused: 0,
    cuts: 0,
    holes: 0,
    up: { bytes: 0, stalls: 0 },
    down: { bytes: 0, stalls: 0 },
  };
  #profile: Profile;
  #refusing = false;
  #holeAsked = false;
  #holeByProfile = false;
  #endSpells: readonly (() => void)[] = [];

  /** For {@link startProxy}. */
  constructor(options: ProxyOptions) {
    this.#options = options;
    this.#profile = makeProfile(options.profile ?? "clean");
    this.#server = createServer({ allowHalfOpen: true }, (socket) => this.#accept(socket));
  }

  async listen(): Promise<void> {
    this.#server.listen(0, HOST);
    await once(this.#server, "listening");
    this.#startSpells();
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://${HOST}:${this.port}`;
  }

  /** The live ones, oldest first. */
  get connections(): readonly ProxyConnection[] {
    return [...this.#links].filter(({ alive }) => alive);
  }

  get stats(): ProxyStats {
    return structuredClone(this.#stats);
  }

  /** Holds for what comes in from now on; stalls, and holes of the old profile, end. */
  setProfile(profile: PresetName | ProfileFields): void {
    this.#profile = makeProfile(profile);
    this.#startSpells();
    for (const link of this.#links) link.setProfile(this.#profile);
  }

  /** On until it is turned off, whatever the profile does. */
  blackHole(on: boolean): void {
    this.#changeHole(() => (this.#holeAsked = on));
  }

  /** Ends every live connection on both sides, in black holes too. What was under way is lost. */
  cut(how: Ending): void {
    for (const connection of this.#count()) connection.cut(how);
  }

  /** Whether new connections are reset as soon as they come. */
  refuse(on: boolean): void {
    this.#refusing = on;
  }

  /** Of every live connection that side is reset, and the other one hears nothing of it. */
  halfOpen(dropped: Side): void {
    for (const connection of this.#count()) connection.halfOpen(dropped);
  }

  /** Lets go of every socket and timer; may be called again. */
  async stop(): Promise<void> {
    this.#stopSpells();
    if (!this.#server.listening) return;
    const closed = once(this.#server, "close");
    this.#server.close();
    await Promise.all([closed, ...[...this.#links].map((link) => link.destroy())]);
  }

  #accept(client: Socket): void {
    if (this.#refusing) {
      this.#stats.refused++;
      client.resetAndDestroy();
      return;
    }
    this.#stats.accepted++;
    const { to, clock, random } = this.#options;
    const link = new Link(client, this.#profile, this.#inHole, {
      dial: () => connect({ ...to, allowHalfOpen: true }),
      clock,
      random,
      stats: this.#stats,
      onGone: () => this.#links.delete(link),
    });
    this.#links.add(link);
  }

  #count(): readonly ProxyConnection[] {
    const { connections } = this;
    this.#stats.cuts += connections.length;
    return connections;
  }

  get #inHole(): boolean {
    return this.#holeAsked || this.#holeByProfile;
  }

  #changeHole(change: () => void): void {
    const before = this.#inHole;
    change();
    if (this.#inHole === before) return;
    if (this.#inHole) this.#stats.holes++;
    for (const link of this.#links) link.hold(this.#inHole);
  }

  #startSpells(): void {
    this.#stopSpells();
    const { clock, random } = this.#options;
    const { cutEveryMs, holeEveryMs, holeMs } = this.#profile;
    const turn = (on: boolean) => () => this.#changeHole(() => (this.#holeByProfile = on));
    turn(false)();
    this.#endSpells = [
      startSpells(clock, random, { everyMs: holeEveryMs, lastsMs: holeMs, begin: turn(true), end: turn(false) }),
      startSpells(clock, random, { everyMs: cutEveryMs, lastsMs: 0, begin: () => this.cut("reset"), end: () => {} }),
    ];
  }

  #stopSpells(): void {
    for (const end of this.#endSpells) end();
    this.#endSpells = [];
  }
}
