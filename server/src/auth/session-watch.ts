/**
 * Sessions whose account may not go on: its token has run out, or it was signed out. Looked for every LIMITS.accountLookMs in the rooms of
 * this process, and asked when a socket comes back to its seat.
 *
 *   token over -> our client: TOKEN_EXPIRED, its seat held as after any drop; it shows a new token (renewal.ts) and resumes
 *              -> a stock client, which can show none: SIGNED_OUT
 *   signed out -> SIGNED_OUT, and the seat is free
 */
import type { IncomingMessage } from "node:http";
import { type Client, matchMaker, type Room } from "@colyseus/core";
import { CODES, LIMITS } from "@ninelives/shared-schema";
import { giveUpSeat } from "../adapter.ts";
import type { Metrics } from "../inspect/metrics.ts";
import { hasLeft, runtimeOf } from "../room/inside.ts";
import { greetingOf, type Refusal } from "../session/greetings.ts";
import type { Clock, Timer } from "../tick/clock.ts";
import type { SeatAccount } from "./account.ts";
import type { SignOuts } from "./sign-outs.ts";

const EXPIRED: Refusal = { code: CODES.TOKEN_EXPIRED.code, reason: "the token has run out" };
const EXPIRED_STOCK: Refusal = { code: CODES.SIGNED_OUT.code, reason: "the token has run out: sign in again" };
const SIGNED_OUT: Refusal = { code: CODES.SIGNED_OUT.code, reason: "the account was signed out" };

export interface SessionWatchOptions {
  readonly clock: Clock;
  readonly signOuts: SignOuts;
  readonly metrics: Pick<Metrics, "refused">;
  /** Those of this process. */
  readonly rooms: () => readonly Room[];
}

export class SessionWatch {
  readonly #options: SessionWatchOptions;
  /** Told to go, and not gone yet. */
  readonly #going = new WeakSet<Client>();
  #timer: Timer | undefined;

  constructor(options: SessionWatchOptions) {
    this.#options = options;
  }

  begin(): void {
    this.look();
    this.#timer = this.#options.clock.after(LIMITS.accountLookMs, () => this.begin());
  }

  stop(): void {
    this.#timer?.cancel();
  }

  look(): void {
    for (const room of this.#options.rooms()) {
      if (hasLeft(room) || !runtimeOf(room).mayStep) continue;
      for (const [sessionId, account] of runtimeOf(room).seats.accounts()) this.#judge(room, sessionId, account);
    }
  }

  /** Why a socket does not get the seat that it comes back to; undefined: it does, as far as its account goes. */
  refusalOf(socket: object, request: IncomingMessage): Refusal | undefined {
    const { pathname, searchParams } = new URL(request.url ?? "/", "ws://server");
    const room: Room | undefined = matchMaker.getLocalRoomById(pathname.split("/").at(-1)!);
    const account = room === undefined ? undefined : accountAt(room, searchParams.get("sessionId") ?? "");
    return account === undefined ? undefined : this.#refusal(account, greetingOf(socket) !== undefined);
  }

  #judge(room: Room, sessionId: string, account: SeatAccount): void {
    const client = room.clients.get(sessionId);
    const refusal = this.#refusal(account, client !== undefined && greetingOf(client.ref) !== undefined);
    if (refusal === undefined) return;
    if (client === undefined) {
      if (refusal === SIGNED_OUT) giveUpSeat(room, sessionId);
      return;
    }
    if (this.#going.has(client)) return;
    this.#going.add(client);
    this.#options.metrics.refused("socket", refusal.code === CODES.SIGNED_OUT.code ? "SIGNED_OUT" : "TOKEN_EXPIRED");
    client.leave(refusal.code, refusal.reason);
  }

  #refusal({ userId, tokenIssuedMs, tokenEndsMs }: SeatAccount, isOurs: boolean): Refusal | undefined {
    const { clock, signOuts } = this.#options;
    if (signOuts.covers(userId, tokenIssuedMs)) return SIGNED_OUT;
    const endsMs = tokenEndsMs + LIMITS.tokenToleranceSeconds * 1_000;
    if (clock.wallMs() < endsMs) return undefined;
    return isOurs ? EXPIRED : EXPIRED_STOCK;
  }
}

function accountAt(room: Room, sessionId: string): SeatAccount | undefined {
  return runtimeOf(room).seats.account(sessionId);
}
