/**
 * A fleet of bots: joins spread over the ramp, at most JOINS_IN_FLIGHT at a time, because a generator that opens everything at
 * once measures itself. In a queue they wait for each other, so there the ramp alone spreads them. A bot that cannot join is counted with its reason; the others play on.
 */
import { NetError, type RoomType } from "@ninelives/shared-schema";
import type { Bot } from "./bot.ts";
import { type Clock, pause } from "./clock.ts";
import type { Plan } from "./plan.ts";
import { Player } from "./player.ts";

const JOINS_IN_FLIGHT = 8;
/** A bot whose server is gone cannot say goodbye; nobody waits longer for it, ms. */
const LEAVE_MS = 3_000;

export interface JoinFailure {
  /** Row of the codes table. */
  readonly name: string;
  readonly code: number;
  readonly message: string;
  count: number;
}

export interface Fleet {
  readonly players: readonly Player[];
  readonly failures: ReadonlyMap<string, JoinFailure>;
  /** Bots that have joined or failed to. */
  readonly settled: number;
  /** Resolves when every bot has joined or failed, or `stop` came first. Never rejects for a bot. */
  join(stop: AbortSignal): Promise<void>;
  leave(): Promise<void>;
}

export function createFleet(bot: Bot<RoomType>, plan: Plan, url: string, clock: Clock): Fleet {
  const players: Player[] = [];
  const failures = new Map<string, JoinFailure>();
  let settled = 0;
  let next = 0;

  async function joinInTurn(startedMs: number, stop: AbortSignal): Promise<void> {
    while (next < plan.bots && !stop.aborted) {
      const index = next++;
      await pause(clock, startedMs + (index * plan.rampMs) / plan.bots - clock.now(), stop);
      if (stop.aborted) return;
      try {
        players.push(await Player.join(bot, index, url, plan, clock));
      } catch (error) {
        noteFailure(failures, error);
      }
      settled++;
    }
  }

  return {
    players,
    failures,
    get settled() {
      return settled;
    },
    async join(stop) {
      const startedMs = clock.now();
      const lanes = plan.queue ? plan.bots : JOINS_IN_FLIGHT;
      await Promise.all(Array.from({ length: lanes }, () => joinInTurn(startedMs, stop)));
    },
    async leave() {
      const left = new AbortController();
      void Promise.allSettled(players.map((player) => player.leave())).then(() => left.abort());
      await pause(clock, LEAVE_MS, left.signal);
    },
  };
}

function noteFailure(failures: Map<string, JoinFailure>, error: unknown): void {
  const { name, code, message } =
    error instanceof NetError ? error : { name: "BOT_FAULT", code: 0, message: String(error) };
  const known = failures.get(name);
  if (known === undefined) failures.set(name, { name, code, message, count: 1 });
  else known.count++;
}
