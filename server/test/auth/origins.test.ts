/** What a page of another origin may read of a host: nothing, whatever it asks, and with whatever credentials. */
import assert from "node:assert/strict";
import { request } from "node:http";
import { defineHost } from "@ninelives/server";
import { Club, ClubRoom } from "../../../test/support/club.ts";
import { startTestHost, type TestHost } from "../../../test/support/test-host.ts";
import { SECRET, tokenOf } from "../../../test/support/tokens.ts";

const LISTED = "https://play.example.com";
const PATHS = [
  "/",
  "/healthz",
  "/readyz",
  "/rooms",
  "/metrics",
  "/dev/rooms",
  "/nothing",
  "/matchmake/create/club",
  "/matchmake/renew/room",
  "/sign-out",
];

describe("answers to pages of other origins", () => {
  let host: TestHost;
  before(async () => {
    const rooms = { club: { type: Club, room: ClubRoom } };
    const config = defineHost({ rooms, store: { kind: "memory" }, origins: [LISTED], auth: { secret: SECRET } });
    host = await startTestHost(config, { operatorToken: "the-operator-of-tests" });
  });
  after(() => host.stop());

  /** The headers of the answer that have to do with origins. */
  async function cors(path: string, method: string, origin: string): Promise<Record<string, string>> {
    const headers = {
      origin,
      cookie: "session=1",
      authorization: `Bearer ${await tokenOf("ada")}`,
      "access-control-request-method": "POST",
      "access-control-request-headers": "authorization",
    };
    const body = method === "POST" ? "{}" : undefined;
    const answer = await new Promise<Record<string, unknown>>((resolve, reject) => {
      const asking = request(host.url + path, { method, headers, agent: false }, (response) => {
        response.destroy();
        resolve(response.headers);
      });
      asking.once("error", reject).end(body);
    });
    return Object.fromEntries(Object.entries(answer).filter(([name]) => name.startsWith("access-control-"))) as Record<
      string,
      string
    >;
  }

  it("[AU11] no answer has a header that lets them, errors and refusals included", async () => {
    const strangers = ["https://evil.example.com", "null", `${LISTED}.evil.com`, "https://example.com", "*", host.url];
    for (const path of [...PATHS, "/rooms/stream"])
      for (const method of ["GET", "POST", "OPTIONS"])
        for (const origin of strangers)
          assert.deepEqual(await cors(path, method, origin), {}, `${method} ${path} ${origin}`);
  });

  it("[AU11] a listed one is named as it is, and nobody else with it", async () => {
    for (const path of PATHS) {
      const { "access-control-allow-origin": allowed } = await cors(path, "OPTIONS", LISTED);
      assert.equal(allowed, LISTED, path);
    }
  });
});
