/**
 * The section `auth` of a configuration: by which keys a host knows the tokens of its players. The kind of the key says which algorithms
 * count, so a token cannot choose one: a secret means HS256, a key set those with public keys.
 */
import { readFileSync } from "node:fs";
import { LIMITS } from "@ninelives/shared-schema";
import type { JSONWebKeySet } from "jose";
import { z } from "zod";
import { check, invalid } from "../config-issues.ts";
import { switchFromEnv } from "../env.ts";

/** What a configuration may say. With neither `secret` nor `jwks` tokens say nothing, and everybody may come in. */
export interface AuthConfig {
  /** Shared with whoever gives out the tokens, for HS256. At least 32 bytes as UTF-8. */
  readonly secret?: string;
  /** Public keys of whoever gives out the tokens: their address (`https://…/jwks.json`), the path of a file, or the set itself. */
  readonly jwks?: string | { readonly keys: readonly object[] };
  /** What `iss` of a token must be. Default: anything. */
  readonly issuer?: string;
  /** One of which `aud` of a token must name. Default: anything. */
  readonly audience?: string | readonly string[];
  /** Players without a token may come in. Default: only where there is no key. */
  readonly guests?: boolean;
}

export type AuthKey =
  | { readonly kind: "secret"; readonly secret: Uint8Array }
  | { readonly kind: "remote"; readonly url: string }
  | { readonly kind: "keys"; readonly keys: JSONWebKeySet };

/** Checked. */
export interface Auth {
  /** undefined: tokens say nothing. */
  readonly key: AuthKey | undefined;
  readonly issuer: string | undefined;
  readonly audience: readonly string[] | undefined;
  readonly guests: boolean;
}

const keySet = z.looseObject({ keys: z.array(z.looseObject({ kty: z.string() })).min(1) });
const authSchema = z.strictObject({
  secret: z.string().optional(),
  jwks: z.union([z.string().min(1), keySet]).optional(),
  issuer: z.string().min(1).optional(),
  audience: z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]).optional(),
  guests: z.boolean().optional(),
});

/** What is not there is as if it were empty. */
const VARIABLES = {
  secret: "AUTH_SECRET",
  jwks: "AUTH_JWKS",
  issuer: "AUTH_ISSUER",
  audience: "AUTH_AUDIENCE",
  guests: "AUTH_GUESTS",
} as const;

/** `names`: what the fields are called where they were said. Throws CONFIG_INVALID; what a secret is stands in no message. */
export function checkAuth(
  config: AuthConfig,
  names: (field: keyof AuthConfig) => string = (field) => `auth.${field}`,
): Auth {
  const { secret, jwks, issuer, audience, guests } = check(authSchema, config, "auth");
  if (secret !== undefined && jwks !== undefined) {
    const message = "one kind of key expected, a secret and a key set got: leave one of them out";
    throw invalid([{ field: names("secret"), message }]);
  }
  const key = secret === undefined ? keysOf(jwks, names("jwks")) : secretOf(secret, names("secret"));
  if (key === undefined && guests === false) {
    const message = `a key expected where guests may not come in, none got: set ${names("secret")} or ${names("jwks")}`;
    throw invalid([{ field: names("guests"), message }]);
  }
  for (const [field, value] of Object.entries({ issuer, audience }) as ["issuer" | "audience", unknown][]) {
    if (key !== undefined || value === undefined) continue;
    const message = `a key expected beside it, none got: nothing would be checked; set ${names("secret")} or ${names("jwks")}`;
    throw invalid([{ field: names(field), message }]);
  }
  return {
    key,
    issuer,
    audience: audience === undefined ? undefined : [audience].flat(),
    guests: guests ?? key === undefined,
  };
}

/** `AUTH_SECRET` or `AUTH_JWKS`, `AUTH_ISSUER`, `AUTH_AUDIENCE` with commas between, `AUTH_GUESTS`. Default: everybody may come in. */
export function authFromEnv(env: NodeJS.ProcessEnv = process.env): Auth {
  const said = (field: keyof AuthConfig) => env[VARIABLES[field]]?.trim() || undefined;
  const [secret, jwks, issuer, audiences] = [said("secret"), said("jwks"), said("issuer"), said("audience")];
  const audience = audiences
    ?.split(",")
    .map((text) => text.trim())
    .filter(Boolean);
  const guests = switchFromEnv(VARIABLES.guests, env);
  return checkAuth(
    {
      ...(secret === undefined ? {} : { secret }),
      ...(jwks === undefined ? {} : { jwks }),
      ...(issuer === undefined ? {} : { issuer }),
      ...(audience === undefined ? {} : { audience }),
      ...(guests === undefined ? {} : { guests }),
    },
    (field) => VARIABLES[field],
  );
}

function secretOf(text: string, field: string): AuthKey {
  const secret = new TextEncoder().encode(text);
  if (secret.length >= LIMITS.authSecretBytes) return { kind: "secret", secret };
  const message = `at least ${LIMITS.authSecretBytes} bytes expected, ${secret.length} got: \`openssl rand -base64 48\` makes one`;
  throw invalid([{ field, message }]);
}

function keysOf(jwks: string | z.infer<typeof keySet> | undefined, field: string): AuthKey | undefined {
  if (jwks === undefined) return undefined;
  if (typeof jwks !== "string") return { kind: "keys", keys: publicOf(jwks, field) };
  if (/^https?:\/\//.test(jwks)) {
    if (URL.canParse(jwks)) return { kind: "remote", url: jwks };
    throw invalid([{ field, message: `an address that can be read expected, "${jwks}" got` }]);
  }
  return { kind: "keys", keys: publicOf(keysIn(jwks, field), field) };
}

/** `text`: a key set, or the path of a file with one. */
function keysIn(text: string, field: string): z.infer<typeof keySet> {
  let said: unknown;
  try {
    said = JSON.parse(text.startsWith("{") ? text : readFileSync(text, "utf8"));
  } catch (error) {
    throw invalid([{ field, message: `a key set, or a file with one, expected: ${faultOf(error)}` }]);
  }
  const parsed = keySet.safeParse(said);
  if (parsed.success) return parsed.data;
  throw invalid([{ field, message: 'a key set, `{ "keys": [{ "kty": … }] }`, expected, something else got' }]);
}

/** A parser quotes what it reads, which may be a private key. */
function faultOf(error: unknown): string {
  return error instanceof SyntaxError ? "it is no JSON" : (error as Error).message;
}

/** With a shared or a private key in it whoever reads the set could sign tokens. */
function publicOf(set: z.infer<typeof keySet>, field: string): JSONWebKeySet {
  const isOpen = set.keys.every((key) => key.kty !== "oct" && !("d" in key) && !("k" in key));
  if (isOpen) return set as JSONWebKeySet;
  throw invalid([{ field, message: "public keys alone expected, a private or a shared one got: take it out" }]);
}
