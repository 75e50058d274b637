/**
 * The players of the resume bench, in a process of their own with the proxy they come through. Arguments: `ours` or `stock`, and the
 * server's port. They are real clients; the bench tells them when to come, and cuts them all at once.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { connect, type Room } from "@ninelives/client";
import { Client, type Room as SdkRoom } from "@colyseus/sdk";
import { systemClock } from "../../loadtest/src/clock.ts";
import { startProxy } from "../../loadtest/src/impair/proxy.ts";
import { serveControl } from "../lib/control.ts";
import { type CrowdType, SEATS, Still } from "./crowd.ts";

/** A player who came back. */
export interface Return {
  /** From the cut until the player's state was whole again, ms. */
  readonly ms: number;
  readonly attempts: number;
}

export interface CutReport {
  readonly returns: readonly Return[];
  /** Who did not come back, or was not the same player afterwards. */
  readonly lost: number;
  /** Connections that reached the proxy. */
  readonly connections: number;
}

interface Player {
  /** Resolves with the attempts it took when the player, cut from now on, is in again and has the whole state; undefined: never. */
  back(): Promise<number | undefined>;
  /** How often this player has spoken. */
  speak(): Promise<number>;
}

/** Who is not back by then is lost, ms. */
const LOST_MS = 20_000;

const [side, port] = process.argv.slice(2);
const proxy = await startProxy({
  to: { host: "127.0.0.1", port: Number(port) },
  clock: systemClock,
  random: Math.random,
});
const players: Player[] = [];
/** How often every player has spoken. */
let spoken = 0;

serveControl(proxy.port, {
  /** Fills one room more. */
  async fillRoom(): Promise<void> {
    const first = side === "stock" ? await StockPlayer.join() : await OurPlayer.join();
    const others = Array.from({ length: SEATS - 1 }, () =>
      side === "stock" ? StockPlayer.join(first.roomId) : OurPlayer.join(first.roomId),
    );
    players.push(first, ...(await Promise.all(others)));
  },
  async cut(): Promise<CutReport> {
    const before = proxy.stats.accepted;
    const startedMs = performance.now();
    const all = players.map(async (player): Promise<Return | undefined> => {
      const attempts = await Promise.race([player.back(), sleep(LOST_MS)]);
      return attempts === undefined ? undefined : { ms: performance.now() - startedMs, attempts };
    });
    proxy.cut("reset");
    const returns = (await Promise.all(all)).filter((one) => one !== undefined);
    const connections = proxy.stats.accepted - before;
    spoken++;
    const counts = await Promise.all(players.map((player) => Promise.race([player.speak(), sleep(LOST_MS)])));
    const same = counts.filter((count) => count === spoken).length;
    return { returns, lost: players.length - Math.min(returns.length, same), connections };
  },
});

class OurPlayer implements Player {
  readonly #room: Room<CrowdType>;

  private constructor(room: Room<CrowdType>) {
    this.#room = room;
  }

  static async join(roomId?: string): Promise<OurPlayer> {
    const client = connect(proxy.url, { liveness: "game" });
    return new OurPlayer(await (roomId === undefined ? client.create(Still, {}) : client.joinById(Still, roomId, {})));
  }

  get roomId(): string {
    return this.#room.roomId;
  }

  back(): Promise<number | undefined> {
    const { connection } = this.#room;
    let attempts = 0;
    return new Promise((resolve) => {
      const stop = connection.onChange(({ to }) => {
        const { detail } = connection;
        if (detail.name === "RECONNECTING") attempts = detail.attempt;
        if (to === "DISCONNECTED") resolve(undefined);
      });
      const stopPatches = this.#room.onPatch(() => {
        if (attempts === 0 || connection.state !== "CONNECTED") return;
        stop();
        stopPatches();
        resolve(attempts);
      });
    });
  }

  async speak(): Promise<number> {
    return (await this.#room.command("speak", {})).said;
  }
}

class StockPlayer implements Player {
  readonly #room: SdkRoom;
  #hasReconnected = false;
  #onBack: ((attempts: number | undefined) => void) | undefined;

  private constructor(room: SdkRoom) {
    this.#room = room;
    room.onReconnect(() => (this.#hasReconnected = true));
    room.onStateChange(() => {
      if (this.#hasReconnected) this.#onBack?.(room.reconnection.retryCount);
    });
    room.onLeave(() => this.#onBack?.(undefined));
  }

  static async join(roomId?: string): Promise<StockPlayer> {
    const client = new Client(proxy.url);
    return new StockPlayer(await (roomId === undefined ? client.create("still") : client.joinById(roomId)));
  }

  get roomId(): string {
    return this.#room.roomId;
  }

  back(): Promise<number | undefined> {
    this.#hasReconnected = false;
    return new Promise((resolve) => (this.#onBack = resolve));
  }

  async speak(): Promise<number> {
    return ((await this.#room.request("speak", {})) as { readonly said: number }).said;
  }
}
