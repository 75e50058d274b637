/** Keys that have an address: a real HTTP server that publishes them, and a clock moved by hand. */
import assert from "node:assert/strict";
import { LIMITS, NetError } from "@ninelives/shared-schema";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import { type KeyPair, keyPair, type Login, signedBy, startLogin } from "../../../test/support/tokens.ts";
import { until } from "../../../test/support/until.ts";
import { checkAuth } from "../../src/auth/settings.ts";
import { Verifier } from "../../src/auth/verifier.ts";
import { createLogger } from "../../src/inspect/logger.ts";

describe("keys that are fetched", () => {
  let clock: ManualClock;
  let login: Login;
  let first: KeyPair;
  let second: KeyPair;
  let by: Verifier;
  let log: string;
  before(async () => ([first, second] = await Promise.all([keyPair("first"), keyPair("second", "ES256")])));
  beforeEach(async () => {
    clock = new ManualClock();
    login = await startLogin(first);
    log = "";
    const logger = createLogger({ level: "info", pretty: false, destination: { write: (line) => void (log += line) } });
    const auth = checkAuth({ jwks: login.url });
    by = new Verifier({ ...auth, key: auth.key! }, clock, logger);
  });
  afterEach(() => login.stop());

  const token = (key: KeyPair, userId = "ada") => signedBy(key, userId, {}, clock.wall);
  const verified = async (key: KeyPair) => (await by.verify(await token(key))).userId;
  const refusal = async (key: KeyPair): Promise<string> =>
    by.verify(await token(key)).then(
      () => assert.fail("let in"),
      (error: unknown) => {
        assert.ok(error instanceof NetError, String(error));
        return error.name;
      },
    );

  it("[AU3] a crowd costs one fetch, and so does the next one", async () => {
    const crowd = await Promise.all(Array.from({ length: 20 }, (_, at) => token(first, `player ${at}`)));
    const accounts = await Promise.all(crowd.map((each) => by.verify(each)));
    assert.deepEqual([accounts.length, accounts[7]!.userId, login.asked()], [20, "player 7", 1]);
    await verified(first);
    assert.equal(login.asked(), 1);
  });

  it("[AU3] a key that is new is found, once the last look is long enough ago; names that nobody has cost one fetch", async () => {
    await verified(first);
    login.publish(first, second);
    assert.equal(await refusal(second), "UNAUTHORIZED");
    assert.equal(login.asked(), 1);
    clock.advance(LIMITS.keySetCoolMs);
    assert.equal(await verified(second), "ada");
    assert.equal(await verified(first), "ada");
    assert.equal(login.asked(), 2);
    clock.advance(LIMITS.keySetCoolMs);
    const strangers = await Promise.all(
      Array.from({ length: 20 }, (_, at) => token({ ...second, kid: `stranger ${at}` })),
    );
    const answers = await Promise.allSettled(strangers.map((each) => by.verify(each)));
    assert.ok(answers.every(({ status }) => status === "rejected"));
    assert.equal(login.asked(), 3);
  });

  it("[AU3] a key that was taken back counts no more once the keys were fetched anew", async () => {
    await verified(first);
    login.publish(second);
    clock.advance(LIMITS.keySetKeptMs);
    assert.equal(await verified(first), "ada", "the old ones count while the new ones are on their way");
    await until(
      "the new ones",
      async () => (await by.verify(await token(second)).catch(() => undefined)) !== undefined,
    );
    assert.equal(await refusal(first), "UNAUTHORIZED");
  });

  it("[AU3] nobody there: BUSY with when to come again, one try for all, and one line of the log", async () => {
    await login.stop();
    const error = await by.verify(await token(first)).catch((reason: unknown) => reason);
    assert.ok(error instanceof NetError && error.name === "BUSY" && error.recoverable, String(error));
    assert.deepEqual(error.details, { retryAfterMs: LIMITS.busyRetryMs });
    for (let at = 0; at < 5; at++) assert.equal(await refusal(first), "BUSY");
    clock.advance(LIMITS.keySetCoolMs);
    assert.equal(await refusal(first), "BUSY");
    assert.equal(log.match(/keys of tokens cannot be fetched/g)?.length, 1);
    login = await startLogin();
  });

  it("[AU3] whatever is no key set is BUSY as well: an error, a page, too much, nothing in time", async () => {
    for (const answer of [
      (response) => void response.writeHead(500).end("no"),
      (response) => void response.writeHead(302, { location: login.url }).end(),
      (response) => void response.end("<html>"),
      (response) => void response.end("{}"),
      (response) => void response.end(JSON.stringify({ keys: [], more: "x".repeat(LIMITS.keySetBytes) })),
    ] satisfies Parameters<Login["answerWith"]>[0][]) {
      login.answerWith(answer);
      assert.equal(await refusal(first), "BUSY");
      clock.advance(LIMITS.keySetCoolMs);
    }
    login.answerWith(() => {});
    const asked = login.asked();
    const waiting = refusal(first);
    await until("the question", () => login.asked() > asked);
    clock.advance(LIMITS.keySetMs);
    assert.equal(await waiting, "BUSY");
    login.publish(first);
    clock.advance(LIMITS.keySetCoolMs);
    assert.equal(await verified(first), "ada");
    assert.match(log, /the keys of tokens are there again/);
  });

  it("[AU3] who is signed with a key that is known comes in while the login is away, for an hour; a new key is BUSY", async () => {
    await verified(first);
    login.answerWith((response) => void response.writeHead(503).end());
    clock.advance(LIMITS.keySetCoolMs);
    assert.equal(await refusal(second), "BUSY", "it may be there");
    assert.equal(await refusal(second), "BUSY", "still nobody knows");
    clock.advance(LIMITS.keySetKeptMs);
    assert.equal(await verified(first), "ada");
    clock.advance(LIMITS.keySetKeptAtMostMs);
    assert.equal(await refusal(first), "BUSY");
  });
});
