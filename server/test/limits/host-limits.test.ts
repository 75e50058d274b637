/** Limits of a host over real HTTP and real sockets. Loopback is exempt by itself; here it is not. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { type ClientRequest, type IncomingMessage, request } from "node:http";
import { connect as connectTcp, type Socket } from "node:net";
import { connect } from "@ninelives/client";
import { defineHost } from "@ninelives/server";
import { type CodeName, CODES, LIMITS, NetError } from "@ninelives/shared-schema";
import { Protocol } from "@colyseus/core";
import WebSocket from "ws";
import { Lab, LabRoom } from "../../../test/support/lab.ts";
import { RawClient } from "../../../test/support/raw-client.ts";
import { startTestHost, type TestHost } from "../../../test/support/test-host.ts";
import { until, within } from "../../../test/support/until.ts";
import type { HostOptions } from "../../src/host/running-host.ts";
import type { HostLimitsInput } from "../../src/limits/settings.ts";

const LISTED = "https://play.example.com";
/** As the page of an app says it. */
const APP = "capacitor://localhost";
/** Loopback has many addresses: those who are not to be in each other's way. */
const OTHER = "127.0.0.2";

const BODY_BYTES = 200 * 2 ** 20;

/** Sends as fast as it is taken; says how much it was. */
function push(sending: ClientRequest, bytes: number): () => number {
  const part = Buffer.alloc(2 ** 20, " ");
  let sent = 0;
  const more = () => {
    while (!sending.destroyed && sent < bytes) {
      sent += part.length;
      if (!sending.write(part)) return;
    }
  };
  sending.on("drain", more);
  more();
  return () => sent;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: {
    name?: CodeName;
    code?: number;
    details?: { retryAfterMs?: number };
    sessionId?: string;
    roomId?: string;
  };
}

describe("limits of a host", () => {
  let host: TestHost;
  const sockets: Socket[] = [];
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await host.stop();
  });

  async function start(limits: HostLimitsInput, more: object = {}, options: Partial<HostOptions> = {}) {
    const rooms = { lab: { type: Lab, room: LabRoom } };
    const config = {
      rooms,
      store: { kind: "memory" as const },
      origins: [LISTED, APP],
      limits: { exempt: [], ...limits },
    };
    host = await startTestHost(defineHost({ ...config, ...more }), options);
  }

  const port = () => Number(new URL(host.url).port);

  async function ask(
    path: string,
    { headers = {}, from = "127.0.0.1", method = "POST", body = "{}" } = {},
  ): Promise<Answer> {
    const asking = request({
      host: "127.0.0.1",
      port: port(),
      localAddress: from,
      path,
      method,
      headers,
      agent: false,
    });
    asking.on("socket", (socket) => sockets.push(socket));
    asking.end(method === "GET" ? undefined : body);
    return answerOf(asking);
  }

  /** What comes back for a request to open a socket: 101, or why not. */
  async function knock(headers: Record<string, string> = {}, from = "127.0.0.1", path = "/p/nowhere?sessionId=s") {
    const upgrade = {
      connection: "upgrade",
      upgrade: "websocket",
      "sec-websocket-version": "13",
      "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
    };
    const asking = request({
      host: "127.0.0.1",
      port: port(),
      localAddress: from,
      path,
      headers: { ...upgrade, ...headers },
      agent: false,
    });
    asking.on("upgrade", (response: IncomingMessage, socket: Socket) => {
      sockets.push(socket.on("error", () => {}));
      asking.emit("opened", { status: response.statusCode, headers: response.headers, body: {} });
    });
    asking.end();
    return within("an answer", Promise.race([answerOf(asking), once(asking, "opened").then(([one]) => one as Answer)]));
  }

  async function answerOf(asking: ReturnType<typeof request>): Promise<Answer> {
    const [response] = (await within("an answer", once(asking, "response"))) as [IncomingMessage];
    let text = "";
    for await (const chunk of response.setEncoding("utf8")) text += chunk as string;
    const isJson = response.headers["content-type"] === "application/json";
    return {
      status: response.statusCode!,
      headers: response.headers,
      body: isJson ? (JSON.parse(text) as Answer["body"]) : {},
    };
  }

  /** A connection that says this much and waits; resolves with all that comes back until it is closed. */
  function tcp(text: string, from = "127.0.0.1"): Promise<string> {
    const socket = connectTcp({ host: "127.0.0.1", port: port(), localAddress: from });
    sockets.push(socket);
    let heard = "";
    socket.on("error", () => {});
    socket.setEncoding("utf8").on("data", (data: string) => (heard += data));
    if (text !== "") socket.write(text);
    return new Promise((resolve) => socket.once("close", () => resolve(heard)));
  }

  it("[LIM3] a socket too many of one address is answered 429 before it is opened, and others are let in", async () => {
    await start({ connectionsPerAddress: 3 });
    for (let at = 0; at < 3; at++) assert.equal((await knock()).status, 101);
    const { status, headers, body } = await knock();
    assert.deepEqual([status, body.name, body.code], [429, "TOO_MANY", CODES.TOO_MANY.code]);
    assert.deepEqual([headers["retry-after"], body.details?.retryAfterMs], ["1", LIMITS.refusedRetryMs]);
    assert.equal((await ask("/matchmake/create/lab")).status, 429);
    assert.equal((await knock({}, OTHER)).status, 101);
    assert.equal(await host.metric('ninelives_refused_total{type="socket",code="TOO_MANY"}'), 1);
    for (const socket of sockets.splice(0)) socket.destroy();
    await until("room again", async () => (await knock()).status === 101);
  });

  it("[LIM3] a full host answers 503 to whoever comes, and still says that it lives", async () => {
    await start({ connections: 2 });
    for (let at = 0; at < 2; at++) assert.equal((await knock({}, at === 0 ? "127.0.0.1" : OTHER)).status, 101);
    const { status, body } = await knock();
    assert.deepEqual([status, body.name], [503, "BUSY"]);
    assert.equal((await ask("/rooms", { method: "GET" })).status, 503);
    for (const path of ["/healthz", "/readyz", "/metrics"])
      assert.equal((await ask(path, { method: "GET" })).status, 200);
  });

  it("[LIM3] connections beyond the limit that say nothing are closed", async () => {
    await start({ connectionsPerAddress: 2 });
    const fine = tcp("");
    void tcp("");
    await within("the end of one too many", tcp(""));
    assert.equal(await Promise.race([fine, Promise.resolve("open")]), "open");
  });

  it("[LIM4] who asks for seats too often gets 429 with when to come again, and our client says so", async () => {
    await start({ joinsPerAddress: { perSecond: 0.1, burst: 3 } });
    for (let at = 0; at < 3; at++) assert.equal((await ask("/matchmake/joinOrCreate/lab")).status, 200);
    const { status, headers, body } = await ask("/matchmake/joinOrCreate/lab");
    assert.deepEqual([status, body.name], [429, "TOO_MANY"]);
    const { retryAfterMs } = body.details!;
    assert.ok(retryAfterMs! > 8_000 && retryAfterMs! <= 10_000, `${retryAfterMs}`);
    assert.equal(headers["retry-after"], "10");
    const error = await connect(host.url.replace("localhost", "127.0.0.1"))
      .joinOrCreate(Lab, {})
      .then(
        () => assert.fail("let in"),
        (reason: unknown) => reason,
      );
    assert.ok(error instanceof NetError && error.name === "TOO_MANY" && error.recoverable, String(error));
    assert.ok((error.details.retryAfterMs as number) > 1_000);
    assert.equal((await ask("/matchmake/joinOrCreate/lab", { from: OTHER })).status, 200);
    assert.equal(await host.metric('ninelives_refused_total{type="http",code="TOO_MANY"}'), 2);
    assert.equal(host.logText().match(/refused: too many requests for a seat/g)?.length, 1);
  });

  it("[LIM5] of 120 reservations that nobody uses few are granted, and who takes the seats has no such limit", async () => {
    await start({ joinsPerAddress: { perSecond: 1_000, burst: 1_000 }, untakenSeatsPerAddress: 20 });
    const answers = await Promise.all(Array.from({ length: 120 }, () => ask("/matchmake/create/lab", { from: OTHER })));
    const granted = answers.filter(({ status }) => status === 200);
    assert.equal(granted.length, 20);
    assert.ok(answers.every(({ status }) => status === 200 || status === 429));
    for (let at = 0; at < 25; at++) (await RawClient.join(host.url, "create/lab")).close();
  });

  it("[LIM2] behind a listed proxy everybody counts for themselves; from others the header says nothing", async () => {
    await start({ joinsPerAddress: { perSecond: 0.1, burst: 1 } }, { trustedProxies: [OTHER] });
    const behind = (from: string, player: string) =>
      ask("/matchmake/create/lab", { from, headers: { "x-forwarded-for": player } });
    assert.equal((await behind(OTHER, "203.0.113.5")).status, 200);
    assert.equal((await behind(OTHER, "203.0.113.6")).status, 200);
    assert.equal((await behind(OTHER, "1.1.1.1, 203.0.113.5")).status, 429);
    assert.match(host.logText(), /"address":"203\.0\.113\.5"/);
    assert.equal((await behind("127.0.0.1", "203.0.113.7")).status, 200);
    assert.equal((await behind("127.0.0.1", "203.0.113.8")).status, 429);
  });

  it("[LIM10] a body over 16 kB is answered 413, said in its length or found while reading, and its rest is not read", async () => {
    await start({});
    const big = "x".repeat(LIMITS.httpBodyBytes + 1);
    const { status, body, headers } = await ask("/matchmake/create/lab", { body: big });
    assert.deepEqual([status, body.name, headers.connection], [413, "OPTIONS_INVALID", "close"]);
    const chunked = await ask("/matchmake/create/lab", { body: big, headers: { "transfer-encoding": "chunked" } });
    assert.equal(chunked.status, 413);
    const announced = "POST /matchmake/create/lab HTTP/1.1\r\nhost: x\r\ncontent-length: 200000000\r\n\r\n{";
    assert.match(await within("413 before the body", tcp(announced)), /^HTTP\/1\.1 413 /);
    for (const headers of [{ "content-length": String(BODY_BYTES) }, {}] as Record<string, string>[]) {
      const sending = request({
        host: "127.0.0.1",
        port: port(),
        path: "/matchmake/create/lab",
        method: "POST",
        headers,
      });
      sending.on("socket", (socket) => sockets.push(socket));
      const answered = answerOf(sending);
      const sent = push(sending, BODY_BYTES);
      assert.equal((await answered).status, 413);
      assert.ok(sent() < BODY_BYTES / 2, `${sent()} bytes of the body went out`);
      sending.on("error", () => {}).destroy();
    }
  });

  it("[LIM11] headers that do not come, a body that does not come, and no request at all: 408, and closed", async () => {
    await start({}, {}, { httpTimes: { headersMs: 200, requestMs: 400, lookMs: 50 } });
    const slow = [
      "",
      "GET /healthz HTTP/1.1\r\nhost: x\r\nx-slow:",
      "POST /matchmake/create/lab HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{",
    ];
    const heard = await within("the end of all", Promise.all(slow.map((text) => tcp(text))));
    for (const [at, text] of heard.entries()) assert.match(text, /^HTTP\/1\.1 408 /, `number ${at}`);
  });

  it("[LIM12] a page of a foreign origin opens no socket and reserves no seat: 403, without CORS headers", async () => {
    await start({});
    for (const origin of [
      "https://evil.example.com",
      "null",
      `${LISTED}.evil.com`,
      "http://127.0.0.1.evil.com",
      "nonsense",
    ]) {
      for (const { status, headers, body } of [
        await knock({ origin }),
        await ask("/matchmake/create/lab", { headers: { origin } }),
      ]) {
        assert.deepEqual([status, body.name], [403, "UNAUTHORIZED"], origin);
        assert.deepEqual(
          Object.keys(headers).filter((name) => name.startsWith("access-control")),
          [],
        );
      }
    }
    assert.equal(await host.metric('ninelives_refused_total{type="socket",code="UNAUTHORIZED"}'), 5);
  });

  it("[LIM12] pages of the host's own name, of one above it, and listed ones play, on whatever port", async () => {
    await start({}, { trustedProxies: [OTHER] });
    const own: readonly Record<string, string>[] = [
      { origin: LISTED },
      { origin: APP },
      { origin: "http://127.0.0.1:9" },
      { origin: "https://game.example", host: "n1.game.example:443" },
    ];
    for (const headers of own) assert.equal((await knock(headers)).status, 101, headers.origin);
    const rewritten = { origin: "https://game.example", host: "upstream:1", "x-forwarded-host": "game.example" };
    assert.equal((await knock(rewritten)).status, 403);
    assert.equal((await knock(rewritten, OTHER)).status, 101);
  });

  it("[LIM9] a flood of frames: come again later, then closed for good; a bystander notices nothing", async () => {
    await start({ framesPerConnection: { perSecond: 500, burst: 100 } }, { seatHoldSeconds: 60 });
    const ada = await connect(host.url).create(Lab, { name: "Ada" });
    let flooder = await RawClient.join(host.url, `joinById/${ada.roomId}`);
    const joined = flooder;
    const codes: number[] = [];
    for (let round = 0; round < LIMITS.flowStrikes; round++) {
      for (let at = 0; at < 2_000; at++) flooder.send(Protocol.PING);
      codes.push((await within("the close", flooder.closed))[0]);
      if (round < LIMITS.flowStrikes - 1)
        flooder = await until("room for a few frames", () => joined.again(host.url).catch(() => undefined));
    }
    const { MAY_TRY_RECONNECT, FLOOD } = CODES;
    assert.deepEqual(codes, [MAY_TRY_RECONNECT.code, MAY_TRY_RECONNECT.code, FLOOD.code]);
    assert.deepEqual(await ada.command("add", { by: 1 }), { count: 1 });
    assert.equal(await host.metric('ninelives_refused_total{type="socket",code="FLOOD"}'), 1);
  });

  it("[LIM13] a socket that has a seat and never says a word is closed", async () => {
    await start({ joinWithinMs: 1_000 });
    const ada = await connect(host.url).create(Lab, { name: "Ada" });
    const { body } = await ask(`/matchmake/joinById/${ada.roomId}`);
    const mute = new WebSocket(`${host.url.replace("http", "ws")}/p/${ada.roomId}?sessionId=${body.sessionId}`);
    const [code, reason] = (await within("the close", once(mute, "close"))) as [number, Buffer];
    assert.deepEqual([code, String(reason)], [CODES.MAY_TRY_RECONNECT.code, "retry-after-ms=1000"]);
    assert.equal(ada.connection.state, "CONNECTED");
  });

  it("[LIM14] a frame in more parts than frames have closes its connection", async () => {
    await start({});
    const client = await RawClient.join(host.url, "create/lab");
    for (let part = 0; part <= LIMITS.frameParts; part++) client.socket.send(Uint8Array.of(12), { fin: false });
    assert.equal((await within("the close", client.closed))[0], 1008);
  });
});
