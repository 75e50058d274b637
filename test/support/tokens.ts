/** Tokens as a login gives them out, and a login that publishes its keys over real HTTP. */
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from "jose";

type Claims = Readonly<Record<string, unknown>>;

export const SECRET = "a secret that only the login and the host know";

/** `claims`: on top of a subject and an end in a quarter of an hour; undefined leaves one out. `nowMs`: default the system's. */
export function tokenOf(userId: string, claims: Claims = {}, nowMs = Date.now(), secret = SECRET): Promise<string> {
  return new SignJWT(said(userId, claims, nowMs))
    .setProtectedHeader({ alg: "HS256" })
    .sign(new TextEncoder().encode(secret));
}

export function said(userId: string, claims: Claims, nowMs: number): JWTPayload {
  const iat = Math.floor(nowMs / 1_000);
  const all = { sub: userId, iat, exp: iat + 900, ...claims };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as JWTPayload;
}

/** A token that nobody has signed as it says: `head` and `claims` as they are. */
export function forged(head: object, claims: object, signature = ""): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part(head)}.${part(claims)}.${signature}`;
}

export interface KeyPair {
  readonly kid: string;
  readonly alg: string;
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
}

export async function keyPair(kid: string, alg = "RS256"): Promise<KeyPair> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  return { kid, alg, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: "sig" } };
}

export function signedBy({ kid, alg, privateKey }: KeyPair, userId: string, claims: Claims = {}, nowMs = Date.now()) {
  return new SignJWT(said(userId, claims, nowMs)).setProtectedHeader({ alg, kid }).sign(privateKey);
}

export interface Login {
  readonly url: string;
  /** Requests for the keys so far. */
  readonly asked: () => number;
  /** What is answered from now on; default a set of these keys. */
  publish(...keys: readonly KeyPair[]): void;
  answerWith(answer: (response: ServerResponse) => void): void;
  stop(): Promise<void>;
}

export async function startLogin(...keys: readonly KeyPair[]): Promise<Login> {
  let asked = 0;
  const setOf = (published: readonly KeyPair[]) => (response: ServerResponse) =>
    void response
      .setHeader("content-type", "application/json")
      .end(JSON.stringify({ keys: published.map(({ jwk }) => jwk) }));
  let answer: (response: ServerResponse) => void = setOf(keys);
  const server = createServer((_request, response) => {
    asked++;
    answer(response);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`,
    asked: () => asked,
    publish(...published) {
      answer = setOf(published);
    },
    answerWith(other) {
      answer = other;
    },
    async stop() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
