/** Hosts whose address for players is not the one that they reach each other by, as behind a proxy: real processes, a real Redis. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CLIENT_HEADER, PROTOCOL_VERSION } from "@ninelives/shared-schema";
import { type MainProcess, ROOT, startMain } from "../support/main-process.ts";
import { RawClient } from "../support/raw-client.ts";
import { freePort, startRedis, type TestRedis } from "../support/redis.ts";
import { until } from "../support/until.ts";

/** A name that nobody can look up: who goes there by mistake gets nowhere. */
const OUTSIDE = (name: string) => `${name}.play.invalid:443`;

describe("hosts behind a front", () => {
  let redis: TestRedis;
  let dir: string;
  let hosts: (MainProcess & { readonly url: string })[] = [];
  before(async () => {
    redis = await startRedis();
    dir = await mkdtemp(join(tmpdir(), "ninelives-fronted-"));
    hosts = await Promise.all(
      ["n1", "n2"].map(async (name) => {
        const port = String(await freePort());
        const host = startMain(join(ROOT, "test/support/lab.config.ts"), {
          REDIS_URL: redis.url,
          NINELIVES_DIR: dir,
          PORT: port,
          PUBLIC_ADDRESS: OUTSIDE(name),
          INNER_ADDRESS: `127.0.0.1:${port}`,
        });
        return { ...host, url: await host.up() };
      }),
    );
    for (const { url } of hosts)
      await until(`${url} to know both`, async () =>
        /^ninelives_doors 2$/m.test(await (await fetch(`${url}/metrics`)).text()),
      );
  });
  after(async () => {
    await Promise.all([redis, ...hosts].map((each) => each.stop()));
    await rm(dir, { recursive: true, force: true });
  });

  it("[MOV15] a stock client is passed on inside, wherever it asks", async () => {
    const ada = await RawClient.join(hosts[0]!.url, "create/lab", { name: "Ada" });
    const guests = [];
    for (const { url } of hosts) guests.push(await RawClient.join(url, `joinById/${ada.roomId}`, { name: "Guest" }));
    for (const client of [ada, ...guests]) client.close();
  });

  it("[MOV15] our client is told the names outside", async () => {
    const headers = { "content-type": "application/json", [CLIENT_HEADER]: String(PROTOCOL_VERSION) };
    for (const { url } of hosts) {
      const answer = await fetch(`${url}/matchmake/create/lab`, { method: "POST", headers, body: "{}" });
      const { publicAddress, doors } = (await answer.json()) as { publicAddress: string; doors: string[] };
      assert.ok(["n1", "n2"].map(OUTSIDE).includes(publicAddress), publicAddress);
      assert.deepEqual(doors.toSorted(), ["n1", "n2"].map(OUTSIDE));
    }
  });
});
