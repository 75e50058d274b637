/**
 * Who may come in, by the tokens of a host's players: asked for each seat, before anything else is done for it.
 *
 *   request -> token -> verified -> not signed out since -> not too often -> account
 *           -> none -> a guest, where guests may come in
 */
import type { IncomingMessage } from "node:http";
import { NetError } from "@ninelives/shared-schema";
import type { Gate } from "../limits/gate.ts";
import type { AccountRates } from "../limits/account-rates.ts";
import { type Account, seatAccount } from "./account.ts";
import { tokenError } from "./refused-token.ts";
import type { SignOuts } from "./sign-outs.ts";
import type { Verifier } from "./verifier.ts";

export interface AccountsOptions {
  /** undefined: tokens say nothing here. */
  readonly verifier: Pick<Verifier, "verify"> | undefined;
  readonly guests: boolean;
  readonly signOuts: SignOuts;
  readonly rates: AccountRates;
  readonly gate: Pick<Gate, "refused" | "isExempt">;
}

export class Accounts {
  readonly #options: AccountsOptions;

  constructor(options: AccountsOptions) {
    this.#options = options;
  }

  /** undefined: a guest. Rejects with UNAUTHORIZED, TOO_MANY, and BUSY while keys are missing; each is counted, and told to the log. */
  async admit(request: IncomingMessage): Promise<Account | undefined> {
    try {
      const account = await this.#verified(request);
      if (account !== undefined && !this.#options.gate.isExempt(request)) this.#options.rates.take(account.userId);
      return account;
    } catch (error) {
      throw this.#told(request, error);
    }
  }

  /** The same for a player who is in, and shows a newer token. */
  async renewed(request: IncomingMessage): Promise<Account> {
    const account = await this.admit(request);
    if (account !== undefined) return account;
    throw this.#told(request, tokenError("missing", "a token in `Authorization: Bearer …` expected, none got"));
  }

  async #verified(request: IncomingMessage): Promise<Account | undefined> {
    const { verifier, guests, signOuts } = this.#options;
    if (verifier === undefined) return undefined;
    const token = bearerOf(request);
    if (token === undefined) {
      if (guests) return undefined;
      throw tokenError("missing", "a token in `Authorization: Bearer …` expected, none got: sign in");
    }
    const account = await verifier.verify(token);
    if (signOuts.covers(account.userId, seatAccount(account).tokenIssuedMs))
      throw tokenError("refused", "the account was signed out since the token was issued: sign in again");
    return account;
  }

  #told(request: IncomingMessage, error: unknown): unknown {
    if (error instanceof NetError) this.#options.gate.refused(request, "http", error);
    return error;
  }
}

/** undefined: there is none. */
export function bearerOf({ headers }: Pick<IncomingMessage, "headers">): string | undefined {
  return /^Bearer +(\S+) *$/i.exec(headers.authorization ?? "")?.[1];
}
