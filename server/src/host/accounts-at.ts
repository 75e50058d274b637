/** Accounts at a real host: who may come in, whose session goes on, and who was signed out, of all processes that share their rooms. */
import type { IncomingMessage } from "node:http";
import { LIMITS } from "@ninelives/shared-schema";
import type { Host } from "../config.ts";
import type { Logger } from "../inspect/logger.ts";
import type { Metrics } from "../inspect/metrics.ts";
import { Accounts } from "../auth/accounts.ts";
import { SessionWatch } from "../auth/session-watch.ts";
import { SignOuts } from "../auth/sign-outs.ts";
import { Verifier } from "../auth/verifier.ts";
import { AccountRates } from "../limits/account-rates.ts";
import type { Gate } from "../limits/gate.ts";
import type { DirectoryBackend } from "../matchmaking/backend.ts";
import type { HostRooms } from "../room/host-rooms.ts";
import type { Refusal } from "../session/greetings.ts";
import type { Clock } from "../tick/clock.ts";

/** Where processes tell each other, and where it is kept for those that start later: account -> when, ms since 1970. */
const CHANNEL = "ninelives:signed-out";
const KEPT = "ninelives:signed-out";

export interface AccountsParts {
  readonly host: Host;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly gate: Gate;
  readonly rooms: HostRooms;
  readonly presence: DirectoryBackend["presence"];
}

export interface HostAccounts {
  readonly accounts: Accounts;
  /** Of a socket that comes back to a seat. */
  refusalOf(socket: object, request: IncomingMessage): Refusal | undefined;
  begin(): Promise<void>;
  /** Resolves when every process that can be told was: this one at once, others while what they share answers. */
  signOut(userId: string): Promise<void>;
  stop(): void;
}

interface SignedOut {
  readonly userId: string;
  readonly atWallMs: number;
}

export function accountsAt({ host, clock, logger, metrics, gate, rooms, presence }: AccountsParts): HostAccounts {
  const { auth, limits } = host;
  const { key, guests } = auth;
  const signOuts = new SignOuts(clock);
  const watch = new SessionWatch({ clock, signOuts, metrics, rooms: () => rooms.all() });
  const rates = new AccountRates(limits.joinsPerAccount, clock);
  const verifier = key === undefined ? undefined : new Verifier({ ...auth, key }, clock, logger);
  const heard = ({ userId, atWallMs }: SignedOut) => {
    signOuts.note(userId, atWallMs);
    watch.look();
  };
  return {
    accounts: new Accounts({ verifier, guests, signOuts, rates, gate }),
    // Where tokens say nothing, those of before say nothing either.
    refusalOf: (socket, request) => (key === undefined ? undefined : watch.refusalOf(socket, request)),
    async begin() {
      if (key === undefined) return;
      await presence.subscribe(CHANNEL, heard);
      for (const [userId, atWallMs] of await keptIn(presence, clock)) signOuts.note(userId, atWallMs);
      watch.begin();
    },
    async signOut(userId) {
      const out: SignedOut = { userId, atWallMs: clock.wallMs() };
      heard(out);
      logger.info({ userId }, "an account was signed out");
      await presence.hset(KEPT, userId, String(out.atWallMs));
      await presence.publish(CHANNEL, out);
    },
    stop: () => watch.stop(),
  };
}

/** The oldest first. Those whose time is over are taken out. */
async function keptIn(presence: DirectoryBackend["presence"], clock: Clock): Promise<(readonly [string, number])[]> {
  const all = Object.entries(await presence.hgetall(KEPT)).map(([userId, at]) => [userId, Number(at)] as const);
  const isOver = ([, atWallMs]: readonly [string, number]) => clock.wallMs() >= atWallMs + LIMITS.signOutMs;
  for (const [userId] of all.filter(isOver)) await presence.hdel(KEPT, userId);
  return all.filter((kept) => !isOver(kept)).toSorted(([, one], [, other]) => one - other);
}
