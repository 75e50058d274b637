/** Who gets a seat at a real host, and for whom its rooms take them: our client, the stock one, and requests by hand. */
import assert from "node:assert/strict";
import { Client as StockClient, type Room as StockRoom } from "@colyseus/sdk";
import { connect, type Room, type TokenOption } from "@ninelives/client";
import { defineHost } from "@ninelives/server";
import { CODES, type NetError } from "@ninelives/shared-schema";
import { Club, ClubRoom, OldRoom, Strict, StrictRoom } from "../../../test/support/club.ts";
import { BoardRoom } from "../../../test/support/plain-room.ts";
import { startTestHost, type TestHost } from "../../../test/support/test-host.ts";
import {
  keyPair,
  type KeyPair,
  type Login,
  SECRET,
  signedBy,
  startLogin,
  tokenOf,
} from "../../../test/support/tokens.ts";
import { until, within } from "../../../test/support/until.ts";
import { Squad, VersusRoom } from "../../../test/support/versus.ts";

const rooms = {
  club: { type: Club, room: ClubRoom },
  strict: { type: Strict, room: StrictRoom as never },
  squad: { type: Squad, room: VersusRoom as never },
  old: OldRoom,
  board: BoardRoom,
};

/** Fields of `client.auth` that do not change with the time. */
type Told = { readonly userId?: string; readonly claims?: { readonly sub?: string; readonly name?: string } };

describe("who may come in", () => {
  let host: TestHost;
  /** Every token of a test: none may be in the log. */
  let tokens: string[];
  beforeEach(() => (tokens = []));
  afterEach(async () => {
    for (const token of tokens)
      for (const part of token.split(".")) assert.ok(!host.logText().includes(part), "a token is in the log");
    await host.stop();
  });

  async function start(more: object = {}): Promise<void> {
    host = await startTestHost(defineHost({ rooms, store: { kind: "memory" }, auth: { secret: SECRET }, ...more }));
  }

  async function token(userId: string, claims = {}): Promise<string> {
    const made = await tokenOf(userId, claims);
    tokens.push(made);
    return made;
  }

  const as = (option?: TokenOption) => connect(host.url, option === undefined ? {} : { token: option });
  const refusal = (join: Promise<unknown>): Promise<readonly [string, unknown]> =>
    join.then(
      () => assert.fail("let in"),
      ({ name, details }: NetError) => [name, details.token] as const,
    );
  const who = async (room: Room<typeof Club>): Promise<Told | undefined> => {
    const { auth } = await within("an answer", room.command("who", {}));
    return auth === "" ? undefined : (JSON.parse(auth) as Told);
  };
  function ask(path: string, headers: Record<string, string> = {}) {
    return fetch(`${host.url}/matchmake/${path}`, { method: "POST", headers, body: "{}" });
  }

  it("[AU1] without a token nobody gets a seat: 401, typed, counted, one line, no stack", async () => {
    await start();
    assert.deepEqual(await refusal(as().create(Club, {})), ["UNAUTHORIZED", "missing"]);
    for (const authorization of ["", "Bearer", "Bearer ", "Basic YTpi"]) {
      const answer = await ask("create/club", { authorization });
      const { name, code, details, error, ...rest } = (await answer.json()) as Record<string, unknown>;
      assert.deepEqual([answer.status, name, code], [401, "UNAUTHORIZED", CODES.UNAUTHORIZED.code], authorization);
      assert.deepEqual([details, rest], [{ token: "missing" }, {}]);
      assert.match(String(error), /Authorization: Bearer/);
    }
    assert.equal(await host.metric('ninelives_refused_total{type="http",code="UNAUTHORIZED"}'), 5);
    const lines = host.logText().match(/refused: a token/g)!.length;
    assert.ok(lines < 5, `one a second: ${lines}`);
    assert.doesNotMatch(host.logText(), /"stack"/);
  });

  it("[AU1] wrong and old tokens are told apart, whatever asks for a seat, also where guests may come in", async () => {
    await start({ auth: { secret: SECRET, guests: true } });
    const ada = await as(await token("ada")).create(Club, {});
    const old = await token("ada", { exp: Math.floor(Date.now() / 1_000) - 60 });
    const eve = await tokenOf("eve", {}, Date.now(), "another secret that has as many bytes");
    tokens.push(eve);
    for (const [bad, why] of [
      [old, "expired"],
      [eve, "refused"],
      ["nonsense", "refused"],
    ] as const) {
      const client = as(bad);
      for (const join of [client.create(Club, {}), client.joinOrCreate(Club, {}), client.join(Club, {})])
        assert.deepEqual(await refusal(join), ["UNAUTHORIZED", why]);
      assert.deepEqual(await refusal(client.joinById(Club, ada.roomId, {})), ["UNAUTHORIZED", why]);
      assert.deepEqual(await refusal(client.queue(Squad, { options: { name: "Eve" } })), ["UNAUTHORIZED", why]);
    }
    assert.equal(host.inside<ClubRoom>(ada.roomId).clients.length, 1);
  });

  it("[AU4] a game sees whom the token names, and all that it says; nothing of a guest", async () => {
    await start({ auth: { secret: SECRET, guests: true } });
    const ada = await as(await token("ada", { name: "Ada", roles: ["pilot"] })).create(Club, {});
    const told = await who(ada);
    assert.deepEqual([told?.userId, told?.claims?.sub, told?.claims?.name], ["ada", "ada", "Ada"]);
    assert.equal(ada.state.members.get(ada.sessionId), JSON.stringify(told), "in onJoin, too");
    const guest = await as().joinById(Club, ada.roomId, {});
    assert.equal(await who(guest), undefined);
    ada.session.lifeline.cut();
    await until("the return", () => ada.connection.state === "CONNECTED");
    assert.deepEqual(await who(ada), told);
  });

  it("[AU4] a room's own static onAuth is asked after that: its no is a no, what it gives is client.auth, yes is the account", async () => {
    await start();
    const client = as(await token("ada"));
    assert.deepEqual(await refusal(client.create(Strict, { name: "Nobody" } as never)), ["UNAUTHORIZED", undefined]);
    const captain = await client.create(Strict, {});
    assert.deepEqual(await who(captain as never), { rank: "captain", of: "ada" });
    const guest = await client.joinById(Strict, captain.roomId, { name: "Guest" } as never);
    assert.equal((await who(guest as never))?.userId, "ada");
    assert.deepEqual(await refusal(as().create(Strict, {})), ["UNAUTHORIZED", "missing"]);
  });

  it("[AU4] so is the onAuth of an instance, of a plain room with a stock client, and it knows the account", async () => {
    await start({ auth: { secret: SECRET, guests: true } });
    const stock = new StockClient(host.url);
    stock.auth.token = await token("ada");
    const you = async (room: StockRoom): Promise<unknown> => {
      const told = new Promise<{ auth: string }>((resolve) => room.onMessage("you", resolve));
      room.send("who");
      const { auth } = await within("an answer", told);
      return JSON.parse(auth);
    };
    const room = await stock.create("old", { name: "Ada" });
    assert.deepEqual(await you(room), { knew: "ada" });
    assert.equal(((await you(await stock.joinById(room.roomId, { name: "Guest" }))) as Told).userId, "ada");
    await assert.rejects(stock.joinById(room.roomId, { name: "Nobody" }));
    const guest = await new StockClient(host.url).joinById(room.roomId, { name: "Eve" });
    assert.deepEqual(await you(guest), { knew: "nobody" });
    await assert.rejects(new StockClient(host.url).joinById(room.roomId, { name: "Nobody" }));
  });

  it("[AU1] a stock client shows its token in the header, and plays; without one it is refused", async () => {
    await start();
    const stock = new StockClient(host.url);
    await assert.rejects(stock.create("board", {}), /Authorization: Bearer/);
    stock.auth.token = await token("ada");
    const room = await stock.create("board", {});
    assert.equal((host.room(room.roomId)!.clients[0]!.auth as Told).userId, "ada");
    await room.leave();
  });

  it("[AU4] players cannot say themselves who they are", async () => {
    await start({ auth: { secret: SECRET, guests: true } });
    const forged = { "ninelives:account": { userId: "root", claims: {} }, auth: { userId: "root" } };
    const eve = await as().create(Club, forged as never);
    assert.equal(await who(eve), undefined);
    const seats = Array.from(host.inside<ClubRoom>(eve.roomId).clients, ({ auth }) => auth as unknown);
    assert.deepEqual(seats, [undefined]);
  });

  it("[AU4] the account goes from a queue into its match", async () => {
    await start();
    const names = ["Ada", "Bob", "Cy", "Di"];
    const waiting = await Promise.all(
      names.map(async (name) => as(await token(name)).queue(Squad, { options: { name } })),
    );
    const matches = await within("the match", Promise.all(waiting.map(({ match }) => match)));
    const { clients } = host.inside<VersusRoom>(matches[0]!.roomId);
    const known = clients.map(({ auth }) => (auth as Told | undefined)?.userId);
    assert.deepEqual(new Set(known), new Set(names));
    await host.signOut("Ada");
    const [ada, ...others] = matches.map(({ connection }) => connection);
    await until("Ada's end", () => ada!.detail.name === "DISCONNECTED" && ada!.detail.reason === "SIGNED_OUT");
    for (const { state } of others) assert.equal(state, "CONNECTED");
    await Promise.all(matches.slice(1).map((match) => match.leave()));
  });

  it("[AU5] our client gets another token once when it was refused, for all who need it, and then says why it gave up", async () => {
    await start();
    const old = await token("ada", { exp: Math.floor(Date.now() / 1_000) - 60 });
    const fresh = await token("ada");
    let asked = 0;
    const client = as(async () => (++asked === 1 ? old : fresh));
    const [ada, again] = await Promise.all([client.create(Club, {}), client.create(Club, {})]);
    assert.equal(asked, 2);
    assert.equal((await who(ada))?.userId, "ada");
    await again.leave();
    let tries = 0;
    assert.deepEqual(await refusal(as(() => (tries++, old)).create(Club, {})), ["UNAUTHORIZED", "expired"]);
    assert.equal(tries, 2);
    assert.deepEqual(await refusal(as(() => Promise.reject(new Error("no network"))).create(Club, {})), [
      "UNREACHABLE",
      undefined,
    ]);
  });

  it("[AU5] a token of our client is in no address, not even the one that the SDK found in the page's storage", async () => {
    await start({ auth: { secret: SECRET, guests: true } });
    const stored = await token("ada");
    const urls: string[] = [];
    const openSocket = (url: string, subprotocols: readonly string[]) => {
      urls.push(url);
      return new WebSocket(url, [...subprotocols]);
    };
    const spy: typeof fetch = (url, init) => {
      urls.push(url as string);
      return fetch(url, init);
    };
    const page = new StockClient(host.url).auth as unknown as { emitChange(told: { token: string | null }): void };
    page.emitChange({ token: stored });
    const client = connect(host.url, { token: stored, openSocket: openSocket as never, fetch: spy });
    const ada = await client.create(Club, {}).finally(() => page.emitChange({ token: null }));
    assert.equal((await who(ada))?.userId, "ada");
    ada.session.lifeline.cut();
    await until("the return", () => ada.connection.state === "CONNECTED");
    assert.ok(urls.length >= 3);
    for (const url of urls) assert.ok(!url.includes(stored) && !url.includes("_authToken"), url);
  });

  it("[AU8] one account asks for so many seats and no more, from wherever; others are not in its way", async () => {
    await start({ limits: { exempt: [], joinsPerAccount: { perSecond: 0.1, burst: 3 } } });
    const bearer = { authorization: `Bearer ${await token("ada")}` };
    for (let at = 0; at < 3; at++) assert.equal((await ask("create/club", bearer)).status, 200);
    const answer = await ask("create/club", bearer);
    const { name, details } = (await answer.json()) as { name: string; details: { retryAfterMs: number } };
    assert.deepEqual([answer.status, name, answer.headers.get("retry-after")], [429, "TOO_MANY", "10"]);
    assert.ok(details.retryAfterMs > 9_000 && details.retryAfterMs <= 10_000, `${details.retryAfterMs}`);
    const another = { authorization: `Bearer ${await token("ada", { name: "the same" })}` };
    assert.equal((await ask("create/club", another)).status, 429);
    assert.equal((await ask("create/club", { authorization: `Bearer ${await token("bob")}` })).status, 200);
    assert.equal(await host.metric('ninelives_refused_total{type="http",code="TOO_MANY"}'), 2);
  });

  it("[AU1] where no key is set tokens say nothing", async () => {
    await start({ auth: {} });
    const ada = await as("nonsense").create(Club, {});
    assert.equal(await who(ada), undefined);
  });

  describe("by the keys of a login", () => {
    let login: Login;
    let key: KeyPair;
    beforeEach(async () => {
      key = await keyPair("one", "ES256");
      login = await startLogin(key);
    });
    afterEach(() => login.stop());

    it("[AU3] whoever it names comes in; while it is away who comes is BUSY, and in when it is back", async () => {
      login.answerWith((response) => void response.writeHead(503).end());
      await start({ auth: { jwks: login.url, audience: "club" } });
      const made = await signedBy(key, "ada", { aud: "club" });
      tokens.push(made);
      const answer = await ask("create/club", { authorization: `Bearer ${made}` });
      assert.deepEqual([answer.status, answer.headers.get("retry-after")], [503, "1"]);
      assert.deepEqual(await refusal(as(made).create(Club, {})), ["BUSY", undefined]);
      await host.stop();
      login.publish(key);
      await start({ auth: { jwks: login.url, audience: "club" } });
      assert.equal((await who(await as(made).create(Club, {})))?.userId, "ada");
    });
  });
});
