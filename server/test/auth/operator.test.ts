/** Who sees inside a host: with an operator's token, without one, and in production. Real hosts, asked over HTTP. */
import assert from "node:assert/strict";
import { connect } from "@ninelives/client";
import { defineHost } from "@ninelives/server";
import { Club, ClubRoom } from "../../../test/support/club.ts";
import { startTestHost, type TestHost } from "../../../test/support/test-host.ts";
import { SECRET } from "../../../test/support/tokens.ts";
import { operatorTokenFromEnv } from "../../src/env.ts";
import { Operator } from "../../src/inspect/operator.ts";
import type { HostOptions } from "../../src/host/running-host.ts";

const TOKEN = "the-operator-of-tests";
const OPEN = ["/healthz", "/readyz", "/rooms"];

describe("who sees inside a host", () => {
  let host: TestHost;
  afterEach(() => host.stop());

  async function start(options: Partial<HostOptions> = {}): Promise<void> {
    const auth = { secret: SECRET, guests: true };
    const rooms = { club: { type: Club, room: ClubRoom } };
    host = await startTestHost(defineHost({ rooms, store: { kind: "memory" }, auth, behindTls: true }), options);
  }

  const ask = (path: string, authorization?: string) =>
    fetch(host.url + path, authorization === undefined ? {} : { headers: { authorization } });

  it("[AU10] without a token, outside production, everything is open", async () => {
    await start();
    for (const path of [...OPEN, "/metrics", "/dev/rooms"]) assert.equal((await ask(path)).status, 200, path);
    assert.equal((await fetch(`${host.url}/sign-out`, { method: "POST", body: "{}" })).status, 404);
  });

  it("[AU10] with one, metrics and /dev are answered to whoever shows it: 401 else, typed, counted, and told without it", async () => {
    await start({ operatorToken: TOKEN });
    const { roomId } = await connect(host.url).create(Club, {});
    for (const path of ["/metrics", "/dev/rooms", `/dev/rooms/${roomId}`, "/dev", "/dev/nothing"]) {
      for (const wrong of [undefined, "", "Bearer", "Bearer wrong", `Bearer ${TOKEN}x`, `Basic ${TOKEN}`, TOKEN]) {
        const answer = await ask(path, wrong);
        assert.deepEqual([answer.status, answer.headers.get("www-authenticate")], [401, "Bearer"], `${path} ${wrong}`);
        assert.equal(((await answer.json()) as { name: string }).name, "UNAUTHORIZED");
      }
    }
    for (const path of ["/metrics", "/dev/rooms", `/dev/rooms/${roomId}`])
      assert.equal((await ask(path, `Bearer ${TOKEN}`)).status, 200, path);
    for (const path of OPEN) assert.equal((await ask(path)).status, 200, path);
    const text = await (await ask("/metrics", `bearer ${TOKEN}`)).text();
    assert.match(text, /^ninelives_refused_total\{type="http",code="UNAUTHORIZED"\} 35$/m);
    assert.ok(!host.logText().includes(TOKEN));
    const kill = await fetch(`${host.url}/dev/rooms/${roomId}/kill`, { method: "POST", body: "{}" });
    assert.equal(kill.status, 401);
  });

  it("[AU10] in production nobody sees metrics without a token that is set; with it the operator does, and /dev is not there", async () => {
    await start({ production: true });
    const answer = await ask("/metrics");
    const { error } = (await answer.json()) as { error: string };
    assert.equal(answer.status, 401);
    assert.match(error, /set OPERATOR_TOKEN/);
    for (const path of OPEN) assert.equal((await ask(path)).status, 200, path);
    assert.equal((await ask("/dev/rooms")).status, 404);
    await host.stop();
    await start({ production: true, operatorToken: TOKEN });
    assert.equal((await ask("/metrics")).status, 401);
    assert.equal((await ask("/metrics", `Bearer ${TOKEN}`)).status, 200);
    assert.equal((await ask("/dev/rooms", `Bearer ${TOKEN}`)).status, 404);
  });

  it("[AU10] a short token, and one that no header carries, are no tokens", async () => {
    await start();
    assert.equal(operatorTokenFromEnv({ OPERATOR_TOKEN: ` ${TOKEN}\n` }), TOKEN);
    assert.equal(operatorTokenFromEnv({}), undefined);
    assert.throws(() => new Operator("short", false), { name: "CONFIG_INVALID", message: /^operatorToken: / });
    for (const wrong of ["short", "sixteen letters, with spaces"])
      assert.throws(() => operatorTokenFromEnv({ OPERATOR_TOKEN: wrong }), {
        name: "CONFIG_INVALID",
        message: /^OPERATOR_TOKEN: at least 16 letters.*, \d+ characters got$/,
      });
  });
});
