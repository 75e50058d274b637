/** Autobahn sections 1–7 by their published expectations, on bare connections to a real host. */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type Client, Protocol, Room } from "@colyseus/core";
import { defineHost } from "@ninelives/server";
import { WebSocketServer } from "ws";
import { CASES, judge, type Misfit } from "../../bench/abuse/conformance/judge.ts";
import { MIRROR } from "../../bench/abuse/conformance/wire.ts";
import { startTestHost, type TestHost } from "../support/test-host.ts";

const SECTIONS = { 1: 16, 2: 11, 3: 7, 4: 10, 5: 20, 6: 145, 7: 37 } as const;

/** What a server that believes whatever it is told is text does right, and what it does not. */
const RIGHT = ["1.1.2", "1.2.2", "2.2", "3.1", "4.1.1", "5.1", "5.3", "7.1.1", "7.7.1", "7.9.1"];
const BROKEN = ["6.14.1", "6.3.1", "6.4.1", "7.5.1"];
const SOON_MS = 1_000;

class Mirror extends Room {
  override autoDispose = false;

  override onCreate(): void {
    this.onMessageBytes("echo", (client: Client, bytes: Uint8Array) => client.sendBytes("echo", bytes));
  }
}

describe("the WebSocket protocol", function () {
  this.timeout(60_000);

  let host: TestHost;
  let misfits: Misfit[];
  before(async () => {
    host = await startTestHost(defineHost({ rooms: { [MIRROR]: Mirror }, store: { kind: "memory" } }));
    misfits = await judge(host.port);
  });
  after(() => host.stop());

  for (const [section, cases] of Object.entries(SECTIONS))
    it(`[ABU3] section ${section}: ${cases} cases, each with the outcome that is published`, () => {
      const isOf = ({ id }: { readonly id: string }) => id.startsWith(`${section}.`);
      assert.equal(CASES.filter(isOf).length, cases);
      assert.deepEqual(misfits.filter(isOf), []);
    });

  it("[ABU3] each case has an id of its own, and one socket that is broken breaks no other", async () => {
    assert.equal(new Set(CASES.map(({ id }) => id)).size, CASES.length);
    assert.equal(await host.metric('ninelives_faults_total{type="socket",where="message"}'), 0);
  });

  it("[ABU3] a server that does not look at what is said to be text is found out", async () => {
    const found = await judgeCareless([...RIGHT, ...BROKEN]);
    assert.deepEqual(found.map(({ id }) => id).toSorted(), BROKEN);
  });
});

/** Speaks as much of Colyseus as the judge needs, over a transport that believes whatever it is told is text. */
async function judgeCareless(ids: readonly string[]): Promise<Misfit[]> {
  const seat = JSON.stringify({ roomId: "room", sessionId: "s", processId: "p" });
  const http = createServer((_request, response) => response.setHeader("content-type", "application/json").end(seat));
  const sockets = new WebSocketServer({ server: http, skipUTF8Validation: true, maxPayload: 4_096 });
  sockets.on("connection", (socket) => {
    socket.on("error", () => {});
    socket.on("message", (data: Buffer, isBinary) => {
      if (isBinary && data[0] === Protocol.ROOM_DATA_BYTES) socket.send(data);
    });
    socket.send(Uint8Array.of(Protocol.JOIN_ROOM));
  });
  await new Promise<void>((resolve) => http.listen(0, resolve));
  try {
    const cases = CASES.filter(({ id }) => ids.includes(id));
    return await judge((http.address() as AddressInfo).port, cases, SOON_MS);
  } finally {
    sockets.close();
    http.closeAllConnections();
    http.close();
  }
}
