/** What `auth` of a configuration, and the environment, may say; and what no message of theirs ever says. */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { authFromEnv, defineHost } from "@ninelives/server";
import { type FieldIssue, NetError } from "@ninelives/shared-schema";
import { exportJWK } from "jose";
import { Club, ClubRoom } from "../../../test/support/club.ts";
import { type KeyPair, keyPair, SECRET } from "../../../test/support/tokens.ts";
import { checkProduction } from "../../src/host/production.ts";

const rooms = { club: { type: Club, room: ClubRoom } };
const SHORT = "hunter2-hunter2";

function refused(attempt: () => unknown): string {
  try {
    attempt();
  } catch (error) {
    assert.ok(error instanceof NetError && error.name === "CONFIG_INVALID", String(error));
    const { issues } = error.details as { readonly issues?: FieldIssue[] };
    assert.ok(issues === undefined || issues.length === 1, error.message);
    return error.message;
  }
  return assert.fail("not refused");
}

describe("auth of a configuration", () => {
  let key: KeyPair;
  let dir: string;
  before(async () => {
    key = await keyPair("one");
    dir = await mkdtemp(join(tmpdir(), "ninelives-keys-"));
    await writeFile(join(dir, "keys.json"), JSON.stringify({ keys: [key.jwk] }));
    await writeFile(join(dir, "broken.json"), `{ "keys": [${SHORT}`);
  });
  after(() => rm(dir, { recursive: true }));

  const host = (auth: object) => defineHost({ rooms, store: { kind: "memory" }, auth });

  it("[AU1] without a key everybody is a guest, with one nobody is unless it is said", () => {
    assert.deepEqual(host({}).auth, { key: undefined, issuer: undefined, audience: undefined, guests: true });
    assert.equal(host({ secret: SECRET }).auth.guests, false);
    assert.equal(host({ secret: SECRET, guests: true }).auth.guests, true);
  });

  it("keys are taken from an address, a file, or as they are", async () => {
    assert.deepEqual(host({ jwks: "https://login.example.com/jwks" }).auth.key, {
      kind: "remote",
      url: "https://login.example.com/jwks",
    });
    const inline = { kind: "keys", keys: { keys: [key.jwk] } };
    assert.deepEqual(host({ jwks: { keys: [key.jwk] } }).auth.key, inline);
    assert.deepEqual(host({ jwks: join(dir, "keys.json") }).auth.key, inline);
    assert.deepEqual(authFromEnv({ AUTH_JWKS: JSON.stringify({ keys: [key.jwk] }) }).key, inline);
  });

  it("the environment says the same in its own names", () => {
    const auth = authFromEnv({ AUTH_SECRET: SECRET, AUTH_ISSUER: "me", AUTH_AUDIENCE: "a, b,", AUTH_GUESTS: "true" });
    const secret = new TextEncoder().encode(SECRET);
    assert.deepEqual(auth, { key: { kind: "secret", secret }, issuer: "me", audience: ["a", "b"], guests: true });
    assert.deepEqual(authFromEnv({ AUTH_SECRET: "", AUTH_GUESTS: " " }), host({}).auth);
  });

  const wrong: readonly [string, object, RegExp][] = [
    ["a short secret", { secret: SHORT }, /^auth\.secret: at least 32 bytes expected, 15 got: /],
    ["two kinds of key", { secret: SECRET, jwks: "https://x/" }, /^auth\.secret: one kind of key expected, /],
    [
      "nobody who could come in",
      { guests: false },
      /^auth\.guests: a key expected where guests may not come in, none got/,
    ],
    ["an issuer and no key", { issuer: "me" }, /^auth\.issuer: a key expected beside it, none got/],
    ["an audience and no key", { audience: "me", guests: true }, /^auth\.audience: a key expected beside it/],
    ["a file that is not there", { jwks: "nowhere.json" }, /^auth\.jwks: .*expected: ENOENT.*nowhere\.json/],
    ["a set without keys", { jwks: { keys: [] } }, /^auth\.jwks\.keys: /],
    ["something else", { secrets: SECRET }, /^auth: .*secrets/],
  ];
  for (const [what, auth, expected] of wrong) {
    it(`[AU9] ${what}: refused, and no secret stands in the message`, () => {
      const message = refused(() => host(auth));
      assert.match(message, expected);
      for (const secret of [SECRET, SHORT]) assert.ok(!message.includes(secret), message);
    });
  }

  it("[AU9] a private key in the set, a shared one, and a file that is no JSON: refused without quoting them", async () => {
    const { d, ...jwk } = await exportJWK(key.privateKey);
    assert.match(
      refused(() => host({ jwks: { keys: [{ ...jwk, d }] } })),
      /^auth\.jwks: public keys alone expected/,
    );
    const shared = { keys: [{ kty: "oct", k: Buffer.from(SECRET).toString("base64url") }] };
    assert.match(
      refused(() => host({ jwks: shared })),
      /^auth\.jwks: public keys alone expected/,
    );
    const message = refused(() => host({ jwks: join(dir, "broken.json") }));
    assert.ok(/it is no JSON/.test(message) && !message.includes(SHORT), message);
  });

  it("[AU9] a wrong variable is named as such", () => {
    assert.match(
      refused(() => authFromEnv({ AUTH_SECRET: SHORT })),
      /^AUTH_SECRET: at least 32 bytes expected, 15 got/,
    );
    assert.match(
      refused(() => authFromEnv({ AUTH_GUESTS: "yes" })),
      /^AUTH_GUESTS: true or false expected, "yes" got$/,
    );
    assert.match(
      refused(() => authFromEnv({ AUTH_GUESTS: "false" })),
      /set AUTH_SECRET or AUTH_JWKS$/,
    );
  });

  it("[AU9] in production: a key, from where nobody can change it, and TLS that is stated", () => {
    const issues = (more: object): string[] => {
      try {
        checkProduction(defineHost({ rooms, store: { kind: "memory" }, auth: {}, trustedProxies: [], ...more }));
      } catch (error) {
        return ((error as NetError).details.issues as FieldIssue[]).map(({ field }) => field);
      }
      return [];
    };
    assert.deepEqual(issues({}), ["auth", "behindTls"]);
    assert.deepEqual(issues({ auth: { guests: true } }), ["auth", "behindTls"]);
    assert.deepEqual(issues({ auth: { secret: SECRET } }), ["behindTls"]);
    assert.deepEqual(issues({ auth: { secret: SECRET }, trustedProxies: ["10.0.0.0/8"] }), []);
    assert.deepEqual(issues({ auth: { secret: SECRET, guests: true }, behindTls: true }), []);
    assert.deepEqual(issues({ auth: { jwks: "http://login/jwks" }, behindTls: true }), ["auth.jwks"]);
    assert.deepEqual(issues({ auth: { jwks: "https://login/jwks" }, behindTls: true, trustedProxies: [] }), []);
    assert.deepEqual(issues({ auth: { secret: SECRET }, behindTls: false, trustedProxies: ["10.0.0.1"] }), [
      "behindTls",
    ]);
  });
});
