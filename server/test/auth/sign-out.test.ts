/** Accounts that are signed out: of one host, and of several that share a real Redis. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, type Room } from "@ninelives/client";
import { defineHost } from "@ninelives/server";
import { DEV_HEADER, LIMITS } from "@ninelives/shared-schema";
import { Club, ClubRoom, OldRoom } from "../../../test/support/club.ts";
import { type MainProcess, ROOT, startMain } from "../../../test/support/main-process.ts";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import { startRedis, type TestRedis } from "../../../test/support/redis.ts";
import { ShiftedClock } from "../../../test/support/shifted-clock.ts";
import { startTestHost, type TestHost } from "../../../test/support/test-host.ts";
import { SECRET, tokenOf } from "../../../test/support/tokens.ts";
import { until } from "../../../test/support/until.ts";
import { SignOuts } from "../../src/auth/sign-outs.ts";

const OPERATOR = "the-operator-of-tests";

const endOf = (room: Room<typeof Club>) =>
  until("the end", () => room.connection.detail.name === "DISCONNECTED" && room.connection.detail.reason);

describe("an account that is signed out", () => {
  let host: TestHost;
  let clock: ShiftedClock;
  beforeEach(async () => {
    clock = new ShiftedClock();
    const rooms = { club: { type: Club, room: ClubRoom }, old: OldRoom };
    const config = defineHost({ rooms, store: { kind: "memory" }, auth: { secret: SECRET } });
    host = await startTestHost(config, { clock, operatorToken: OPERATOR });
  });
  afterEach(() => host.stop());

  const as = (userId: string) =>
    connect(host.url, { token: () => tokenOf(userId, {}, clock.wallMs()), random: () => 0 });

  it("[AU7] all of its sessions end at once, those that are away too, and nobody else's", async () => {
    const bob = await as("bob").create(Club, {});
    const [here, away, elsewhere] = await Promise.all([
      as("ada").joinById(Club, bob.roomId, {}),
      as("ada").joinById(Club, bob.roomId, {}),
      as("ada").create(Club, {}),
    ]);
    away.session.lifeline.abandon();
    await until("the drop", () => host.inside<ClubRoom>(bob.roomId).clients.length === 2);
    await host.signOut("ada");
    assert.deepEqual([await endOf(here), await endOf(elsewhere)], ["SIGNED_OUT", "SIGNED_OUT"]);
    await until("both seats to be free", () => bob.state.left === 2 && bob.state.members.size === 1);
    assert.equal(bob.connection.state, "CONNECTED");
  });

  it("[AU7] tokens of before are refused, later ones are not", async () => {
    const old = await tokenOf("ada", {}, clock.wallMs());
    const undated = await tokenOf("ada", { iat: undefined }, clock.wallMs());
    await host.signOut("ada");
    clock.shiftMs += 2_000;
    for (const token of [old, undated])
      await assert.rejects(connect(host.url, { token }).create(Club, {}), {
        name: "UNAUTHORIZED",
        details: { token: "refused" },
      });
    const ada = await as("ada").create(Club, {});
    clock.shiftMs += 2_000;
    await ada.command("who", {});
    assert.equal(ada.connection.state, "CONNECTED");
  });

  it("[AU7] the operator signs out over HTTP, and nobody else", async () => {
    const ada = await as("ada").create(Club, {});
    const ask = async (body: string, headers: Record<string, string>) =>
      (await fetch(`${host.url}/sign-out`, { method: "POST", headers, body })).status;
    const operator = { authorization: `Bearer ${OPERATOR}` };
    const player = { authorization: `Bearer ${await tokenOf("ada")}` };
    const body = JSON.stringify({ userId: "ada" });
    assert.deepEqual([await ask(body, {}), await ask(body, player)], [401, 401]);
    for (const wrong of ["{}", "null", '{"userId":7}', '{"userId":""}'])
      assert.equal(await ask(wrong, operator), 400, wrong);
    assert.equal(ada.connection.state, "CONNECTED");
    assert.equal(await ask(body, operator), 200);
    assert.equal(await endOf(ada), "SIGNED_OUT");
  });

  it("[AU7] what is kept of sign-outs is bounded, and forgotten after a day", () => {
    const manual = new ManualClock();
    const outs = new SignOuts(manual);
    for (let at = 0; at <= LIMITS.signOuts; at++) outs.note(`user ${at}`, manual.wall);
    assert.deepEqual([outs.covers("user 0", 0), outs.covers("user 1", manual.wall)], [false, true]);
    assert.equal(outs.covers("user 1", manual.wall + 1), false);
    manual.advance(LIMITS.signOutMs);
    outs.note("another", manual.wall);
    assert.equal(outs.covers("user 1", 0), false);
  });
});

describe("an account that is signed out of several processes", () => {
  let redis: TestRedis;
  let dir: string;
  let hosts: { readonly main: MainProcess; readonly url: string }[];
  before(async () => {
    redis = await startRedis();
    dir = await mkdtemp(join(tmpdir(), "ninelives-sign-out-"));
    hosts = await Promise.all([start(), start()]);
    await until(
      "each to know the other's door",
      async () => (await doors()).every((count) => count === hosts.length),
      10_000,
    );
  });
  after(async () => {
    await Promise.all([redis, ...hosts.map(({ main }) => main)].map((each) => each.stop()));
    await rm(dir, { recursive: true, force: true });
  });

  async function start() {
    const env = { REDIS_URL: redis.url, NINELIVES_DIR: dir, AUTH_SECRET: SECRET, OPERATOR_TOKEN: OPERATOR };
    const main = startMain(join(ROOT, "test/support/club.config.ts"), env);
    return { main, url: await main.up() };
  }

  const doors = () =>
    Promise.all(
      hosts.map(async ({ url }) => {
        const answer = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${OPERATOR}` } });
        return Number(/^ninelives_doors (\d+)$/m.exec(await answer.text())![1]);
      }),
    );
  const as = (url: string, userId: string) => connect(url, { token: () => tokenOf(userId), random: () => 0 });

  it("[AU4] the account is the same in a room of another process, and after the kill of the one that had it", async () => {
    const ada = await as(hosts[0]!.url, "ada").create(Club, {});
    const bob = await as(hosts[1]!.url, "bob").joinById(Club, ada.roomId, {});
    const whom = async (room: Room<typeof Club>) =>
      (JSON.parse((await room.command("who", {})).auth) as { userId: string }).userId;
    assert.deepEqual([await whom(ada), await whom(bob)], ["ada", "bob"]);
    const renew = async (url: string, userId: string) => {
      const authorization = `Bearer ${await tokenOf(userId)}`;
      const body = JSON.stringify({ sessionId: ada.sessionId });
      return (await fetch(`${url}/matchmake/renew/${ada.roomId}`, { method: "POST", headers: { authorization }, body }))
        .status;
    };
    for (const { url } of hosts)
      assert.deepEqual([await renew(url, "ada"), await renew(url, "bob")], [200, 401], "asked of any process");
    const epochs = [ada.epoch, bob.epoch];
    const rows = (await (await fetch(`${hosts[0]!.url}/rooms`)).json()) as { roomId: string; pid: number }[];
    const { pid } = rows.find(({ roomId }) => roomId === ada.roomId)!;
    const killed = hosts.find(({ main }) => main.pid === pid)!;
    const living = hosts.find(({ main }) => main !== killed.main)!;
    const kill = `${living.url}/dev/rooms/${ada.roomId}/kill`;
    const headers = { "content-type": "application/json", [DEV_HEADER]: "1", authorization: `Bearer ${OPERATOR}` };
    assert.equal(
      (await fetch(kill, { method: "POST", headers, body: "{}" })).status,
      200,
      "passed on as the operator's",
    );
    assert.equal(await killed.main.exited(), null);
    await until(
      "both to be back",
      () =>
        ada.epoch > epochs[0]! &&
        bob.epoch > epochs[1]! &&
        [ada, bob].every(({ connection }) => connection.state === "CONNECTED"),
      10_000,
    );
    assert.deepEqual([await whom(ada), await whom(bob)], ["ada", "bob"]);
    hosts = [living, await start()];
    await Promise.all([ada.leave(), bob.leave()]);
  });

  it("[AU7] it is out in all of them, whichever was told", async () => {
    const players = await Promise.all(hosts.map(({ url }) => as(url, "ada").create(Club, {})));
    const bob = await as(hosts[0]!.url, "bob").create(Club, {});
    const headers = { authorization: `Bearer ${OPERATOR}` };
    const old = await tokenOf("ada");
    const answer = await fetch(`${hosts[0]!.url}/sign-out`, { method: "POST", headers, body: '{"userId":"ada"}' });
    assert.equal(answer.status, 200);
    for (const player of players) assert.equal(await endOf(player), "SIGNED_OUT");
    for (const { url } of hosts)
      await until("it to be heard of", () =>
        connect(url, { token: old })
          .create(Club, {})
          .then(
            async (room) => {
              await room.leave();
              return false;
            },
            ({ name }: Error) => name === "UNAUTHORIZED",
          ),
      );
    assert.equal(bob.connection.state, "CONNECTED");
    await bob.leave();
    const late = await start();
    hosts.push(late);
    const client = connect(late.url, { token: old });
    await assert.rejects(client.create(Club, {}), { name: "UNAUTHORIZED" }, "one that starts later knows of it");
  });
});
