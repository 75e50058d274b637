/**
 * From a token to whom it names. A JWT that is signed with the host's key, in date, for this host, and that says who it is for (`sub`)
 * and when it runs out (`exp`). Everything else is UNAUTHORIZED with one sentence that has nothing of the token.
 */
import { LIMITS, NetError } from "@ninelives/shared-schema";
import {
  createLocalJWKSet,
  errors,
  type JWTPayload,
  type JWTVerifyGetKey,
  jwtVerify,
  type JWTVerifyOptions,
} from "jose";
import type { Logger } from "../inspect/logger.ts";
import type { Clock } from "../tick/clock.ts";
import type { Account } from "./account.ts";
import { KeySet } from "./key-set.ts";
import { tokenError } from "./refused-token.ts";
import type { Auth, AuthKey } from "./settings.ts";

/** Of keys whose other half only the issuer has. */
const PUBLIC_KEY_ALGORITHMS = [
  "ES256",
  "ES384",
  "ES512",
  "EdDSA",
  "Ed25519",
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
];

export class Verifier {
  readonly #verify: (token: string, options: JWTVerifyOptions) => Promise<{ payload: JWTPayload }>;
  readonly #auth: Auth;
  readonly #clock: Clock;
  readonly #algorithms: string[];

  constructor(auth: Auth & { readonly key: AuthKey }, clock: Clock, logger: Logger) {
    const { key } = auth;
    this.#auth = auth;
    this.#clock = clock;
    this.#algorithms = key.kind === "secret" ? ["HS256"] : PUBLIC_KEY_ALGORITHMS;
    if (key.kind === "secret") this.#verify = (token, options) => jwtVerify(token, key.secret, options);
    else {
      const keyOf = keysOf(key, clock, logger);
      this.#verify = (token, options) => jwtVerify(token, keyOf, options);
    }
  }

  /** Rejects with UNAUTHORIZED, and with BUSY while keys are missing. */
  async verify(token: string): Promise<Account> {
    if (token.length > LIMITS.tokenChars)
      throw tokenError("refused", `a token of at most ${LIMITS.tokenChars} characters expected, ${token.length} got`);
    const { issuer, audience } = this.#auth;
    const expected = {
      algorithms: this.#algorithms,
      requiredClaims: ["exp", "sub"],
      clockTolerance: LIMITS.tokenToleranceSeconds,
      currentDate: new Date(this.#clock.wallMs()),
      ...(issuer === undefined ? {} : { issuer }),
      ...(audience === undefined ? {} : { audience: [...audience] }),
    };
    const { payload } = await this.#verify(token, expected).catch((error: unknown) => {
      throw explain(error);
    });
    return accountIn(payload);
  }
}

function keysOf(key: Exclude<AuthKey, { kind: "secret" }>, clock: Clock, logger: Logger): JWTVerifyGetKey {
  if (key.kind === "keys") return createLocalJWKSet(key.keys);
  const { url } = key;
  const keys = new KeySet({
    url,
    clock,
    onAway: (error) =>
      logger.error({ err: error }, "the keys of tokens cannot be fetched: joins that need them are BUSY"),
    onBack: () => logger.info("the keys of tokens are there again"),
  });
  return keys.keyOf;
}

function accountIn(claims: JWTPayload): Account {
  const { sub: userId = "" } = claims;
  if (typeof userId !== "string" || userId === "" || userId.length > LIMITS.userIdChars)
    throw tokenError("refused", `a token whose \`sub\` has 1 to ${LIMITS.userIdChars} characters expected`);
  const account = { userId, claims };
  const chars = JSON.stringify(account).length;
  if (chars <= LIMITS.seatAuthChars) return account;
  throw tokenError("refused", `a token that says at most ${LIMITS.seatAuthChars} characters expected, ${chars} got`);
}

/** `jose` names what is wrong, and quotes nothing. What it does not name is a fault of this host. */
function explain(error: unknown): unknown {
  if (error instanceof NetError || !(error instanceof errors.JOSEError)) return error;
  if (error instanceof errors.JWTExpired) return tokenError("expired", "the token has run out: get a new one", error);
  return tokenError("refused", `the token was refused: ${error.message}`, error);
}
