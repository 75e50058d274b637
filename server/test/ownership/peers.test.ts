/** What another process says when it is asked, and what counts as no answer. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { askPeer, STORE_PATH } from "../../src/ownership/peers.ts";

/** More than any answer takes, and less than a test may. */
const LONG_MS = 10_000;
const SHORT_MS = 50;

describe("a process that is asked whether it can reach the store", () => {
  let server: Server | undefined;
  afterEach(() => {
    server?.close();
    server?.closeAllConnections();
    server = undefined;
  });

  async function answering(answer: RequestListener): Promise<string> {
    server = createServer(answer).listen(0, "127.0.0.1");
    await once(server, "listening");
    return `127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  it("[DET2] is believed when it answers", async () => {
    for (const reachable of [true, false]) {
      const inner = await answering((request, response) => {
        response.end(JSON.stringify({ reachable: request.url === STORE_PATH && reachable, quietMs: 7 }));
      });
      assert.deepEqual(await askPeer(inner, LONG_MS), { reachable, quietMs: 7 });
    }
    const earlier = await answering((_request, response) => void response.end(JSON.stringify({ reachable: true })));
    assert.deepEqual(
      await askPeer(earlier, LONG_MS),
      { reachable: true, quietMs: undefined },
      "a build before this one",
    );
  });

  it("[DET2] does not answer when nobody listens, when it is silent, when it ends within its answer, and when it says something else", async () => {
    const gone = await answering(() => {});
    server!.close();
    await once(server!, "close");
    await assert.rejects(askPeer(gone, LONG_MS), { code: "ECONNREFUSED" });
    await assert.rejects(askPeer(await answering(() => {}), SHORT_MS), { name: "AbortError" });
    const silentLater = await answering((_request, response) => void response.write("{"));
    await assert.rejects(askPeer(silentLater, SHORT_MS));
    const torn = await answering((_request, response) => {
      response.writeHead(200, { "content-length": "20" });
      response.write("{", () => response.destroy());
    });
    await assert.rejects(askPeer(torn, LONG_MS));
    await assert.rejects(
      askPeer(await answering((_request, response) => void response.end("no")), LONG_MS),
      SyntaxError,
    );
  });
});
