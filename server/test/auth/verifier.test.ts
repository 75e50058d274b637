/** Which tokens name somebody, and which do not: by a secret, and by public keys. On a clock moved by hand. */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { LIMITS, NetError } from "@ninelives/shared-schema";
import { type CryptoKey, exportSPKI, importJWK, SignJWT } from "jose";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import { forged, type KeyPair, keyPair, said, SECRET, signedBy, tokenOf } from "../../../test/support/tokens.ts";
import { type AuthConfig, checkAuth } from "../../src/auth/settings.ts";
import { Verifier } from "../../src/auth/verifier.ts";
import { createLogger } from "../../src/inspect/logger.ts";

const silent = createLogger({ level: "silent", pretty: false });
const NOW_S = new ManualClock().wall / 1_000;

describe("tokens", () => {
  let clock: ManualClock;
  beforeEach(() => (clock = new ManualClock()));

  function verifier(config: AuthConfig): Verifier {
    const auth = checkAuth(config);
    return new Verifier({ ...auth, key: auth.key! }, clock, silent);
  }

  /** `details.token` of the refusal, and its message; a token is in neither. */
  async function refusal(by: Verifier, token: string): Promise<readonly [unknown, string]> {
    const error = await by.verify(token).then(
      () => assert.fail("let in"),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof NetError && error.name === "UNAUTHORIZED", String(error));
    for (const part of token.split(".").filter(({ length }) => length > 8))
      assert.ok(!error.message.includes(part), error.message);
    return [error.details.token, error.message];
  }

  const ada = (claims = {}, secret = SECRET) => tokenOf("ada", claims, clock.wall, secret);

  describe("by a secret", () => {
    const by = (config: AuthConfig = {}) => verifier({ secret: SECRET, ...config });

    it("[AU2] one that is signed and in date names its subject, with all that it says", async () => {
      const { userId, claims } = await by().verify(await ada({ name: "Ada", roles: ["pilot"] }));
      assert.equal(userId, "ada");
      assert.deepEqual(claims, { sub: "ada", iat: NOW_S, exp: NOW_S + 900, name: "Ada", roles: ["pilot"] });
    });

    it("[AU2] algorithms are those of the secret: none, another one and no signature at all are refused", async () => {
      const claims = said("ada", {}, clock.wall);
      for (const head of [{ alg: "none" }, { alg: "None" }, { alg: "HS512" }, { alg: "RS256" }, {}])
        assert.equal((await refusal(by(), forged(head, claims)))[0], "refused", JSON.stringify(head));
      const head = { alg: "HS512" };
      const text = forged(head, claims).slice(0, -1);
      const signature = createHmac("sha512", SECRET).update(text).digest("base64url");
      assert.equal(
        (await refusal(by(), `${text}.${signature}`))[0],
        "refused",
        "rightly signed, with another algorithm",
      );
    });

    it("[AU2] another secret, and a changed claim, are refused", async () => {
      assert.equal((await refusal(by(), await ada({}, "another secret that has as many bytes")))[0], "refused");
      const [head, , signature] = (await ada()).split(".");
      const eve = forged({}, said("eve", {}, clock.wall)).split(".")[1];
      assert.equal((await refusal(by(), `${head}.${eve}.${signature}`))[0], "refused");
    });

    it("[AU1] one that has run out is told so, after what clocks may be apart", async () => {
      const token = await ada();
      clock.wall += (900 + LIMITS.tokenToleranceSeconds - 1) * 1_000;
      assert.equal((await by().verify(token)).userId, "ada");
      clock.wall += 1_000;
      assert.deepEqual(await refusal(by(), token), ["expired", "the token has run out: get a new one"]);
    });

    it("[AU2] one of tomorrow, one without an end, one without a subject, and an empty or endless subject", async () => {
      const late = { nbf: NOW_S + 60 };
      for (const claims of [
        late,
        { exp: undefined },
        { sub: undefined },
        { sub: "" },
        { sub: "x".repeat(201) },
        { sub: 7 },
      ])
        assert.equal((await refusal(by(), await ada(claims as never)))[0], "refused", JSON.stringify(claims));
    });

    it("[AU2] another issuer or audience, or none, where one is expected", async () => {
      const strict = by({ issuer: "https://login.example.com/", audience: ["arena", "cards"] });
      const right = { iss: "https://login.example.com/", aud: "cards" };
      assert.equal((await strict.verify(await ada(right))).userId, "ada");
      for (const wrong of [
        {},
        { ...right, aud: "chess" },
        { ...right, iss: "https://evil.example.com/" },
        { iss: right.iss },
      ])
        assert.equal((await refusal(strict, await ada(wrong)))[0], "refused", JSON.stringify(wrong));
    });

    it("[AU2] one that says more than a seat keeps, one that is too long, and nonsense", async () => {
      const [, message] = await refusal(by(), await ada({ story: "x".repeat(LIMITS.seatAuthChars) }));
      assert.match(message, /at most 4096 characters expected, \d+ got/);
      const endless = await ada({ story: "x".repeat(LIMITS.tokenChars) });
      assert.match((await refusal(by(), endless))[1], /a token of at most 8192 characters expected/);
      for (const token of ["x", "a.b", "a.b.c", "....", "\u0000"]) await refusal(by(), token);
    });
  });

  describe("by public keys", () => {
    let keys: readonly KeyPair[];
    before(async () => {
      keys = await Promise.all([keyPair("rsa"), keyPair("ec", "ES256"), keyPair("ed", "EdDSA")]);
    });
    const by = () => verifier({ jwks: { keys: keys.map(({ jwk }) => jwk) } });

    it("[AU2] each key names whom it has signed", async () => {
      for (const key of keys)
        assert.equal((await by().verify(await signedBy(key, key.kid, {}, clock.wall))).userId, key.kid);
    });

    it("[AU2] a public key is no secret: HS256 with what everybody can read is refused", async () => {
      const [rsa] = keys;
      const pem = await exportSPKI((await importJWK(rsa!.jwk, "RS256")) as CryptoKey);
      const claims = said("eve", {}, clock.wall);
      for (const known of [pem, pem.trim(), JSON.stringify(rsa!.jwk), rsa!.jwk.n!, ""]) {
        const text = forged({ alg: "HS256", kid: "rsa" }, claims).slice(0, -1);
        const signature = createHmac("sha256", known).update(text).digest("base64url");
        assert.equal((await refusal(by(), `${text}.${signature}`))[0], "refused");
      }
    });

    it("[AU2] none, an unknown key, the name of another key, and keys that a token brings along", async () => {
      const claims = said("eve", {}, clock.wall);
      assert.equal((await refusal(by(), forged({ alg: "none" }, claims)))[0], "refused");
      const own = await keyPair("rsa");
      for (const kid of ["rsa", "ec", "nobody"])
        assert.equal((await refusal(by(), await signedBy({ ...own, kid }, "eve", {}, clock.wall)))[0], "refused", kid);
      const brought = new SignJWT(claims).setProtectedHeader({ alg: "RS256", jwk: own.jwk, jku: "http://127.0.0.1/" });
      assert.equal((await refusal(by(), await brought.sign(own.privateKey)))[0], "refused");
    });
  });
});
