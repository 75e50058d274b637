/**
 * Who may see inside a host, and sign accounts out: whoever shows the operator's token. Without one set, a host in production shows
 * nothing of that to anybody: behind a proxy every request comes from a private address, so an address proves nothing. Elsewhere it is open.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { LIMITS, NetError } from "@ninelives/shared-schema";
import { bearerOf } from "../auth/accounts.ts";
import { tokenError } from "../auth/refused-token.ts";

/** Where accounts are signed out. Not there without a token. */
export const SIGN_OUT_PATH = "/sign-out";

export class Operator {
  /** What another process of this operator's is asked with; undefined: nothing is needed. */
  readonly authorization: string | undefined;
  readonly #digest: Buffer | undefined;
  readonly #production: boolean;

  /** `token`: undefined is none. Throws CONFIG_INVALID for one that can be guessed. */
  constructor(token: string | undefined, production: boolean) {
    if (token !== undefined) operatorToken("operatorToken", token);
    this.authorization = token === undefined ? undefined : `Bearer ${token}`;
    this.#digest = token === undefined ? undefined : digestOf(token);
    this.#production = production;
  }

  get maySignOut(): boolean {
    return this.#digest !== undefined;
  }

  /** Why this is not answered; undefined: it is, or is no business of the operator's. */
  refusalOf(request: IncomingMessage, { pathname }: URL): NetError | undefined {
    const isDev = /^\/dev(\/|$)/.test(pathname) && !this.#production;
    if (!isDev && pathname !== "/metrics" && pathname !== SIGN_OUT_PATH) return undefined;
    if (this.#digest === undefined) {
      if (!this.#production || pathname !== "/metrics") return undefined;
      return tokenError(
        "missing",
        "the operator's token expected, none is set: set OPERATOR_TOKEN to see metrics in production",
      );
    }
    const token = bearerOf(request);
    if (token === undefined)
      return tokenError("missing", "the operator's token in `Authorization: Bearer …` expected, none got");
    // Digests are of one length, and say nothing of how much of the token was right.
    return timingSafeEqual(digestOf(token), this.#digest)
      ? undefined
      : tokenError("refused", "the operator's token expected, another one got");
  }
}

/** The token, if it is one that cannot be guessed and that a header carries. `name`: where it was said. Throws CONFIG_INVALID. */
export function operatorToken(name: string, token: string): string {
  if (token.length >= LIMITS.operatorTokenChars && /^[\w.~+/=-]+$/.test(token)) return token;
  const expected = `at least ${LIMITS.operatorTokenChars} letters, digits or -._~+/= expected`;
  throw new NetError("CONFIG_INVALID", `${name}: ${expected}, ${token.length} characters got`);
}

function digestOf(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}
