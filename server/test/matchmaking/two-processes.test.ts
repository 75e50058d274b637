/** Two processes that share a Redis: the real one, and `server/src/main.ts` twice. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "@ninelives/client";
import { Lab } from "../../../test/support/lab.ts";
import { type MainProcess, ROOT, startMain } from "../../../test/support/main-process.ts";
import { freePort, startRedis, type TestRedis } from "../../../test/support/redis.ts";
import { until } from "../../../test/support/until.ts";

interface Row {
  readonly roomId: string;
  readonly processId: string;
  readonly pid: number;
  readonly players: number;
}

describe("two processes with one Redis", () => {
  let redis: TestRedis;
  let dir: string;
  let processes: MainProcess[] = [];
  let urls: string[];
  before(async () => {
    redis = await startRedis();
    dir = await mkdtemp(join(tmpdir(), "ninelives-two-"));
    const config = join(ROOT, "test/support/lab.config.ts");
    processes = ["a", "b"].map((name) => startMain(config, { REDIS_URL: redis.url, NINELIVES_DIR: join(dir, name) }));
    urls = await Promise.all(processes.map((each) => each.up()));
  });
  after(async () => {
    await Promise.all([redis, ...processes].map((each) => each.stop()));
    await rm(dir, { recursive: true, force: true });
  });

  const rooms = async (url: string) => (await (await fetch(`${url}/rooms`)).json()) as Row[];

  it("[MM2] they see each other's rooms, and a client of one joins and plays in a room of the other", async () => {
    const clients = urls.map((url) => connect(url));
    const ada = await clients[0]!.create(Lab, { name: "Ada" });
    const [row] = await rooms(urls[1]!);
    assert.equal(row?.roomId, ada.roomId);
    const owner = processes.findIndex(({ pid }) => pid === row.pid);
    assert.notEqual(owner, -1, "the row names the process that has the room");
    const guests = await Promise.all(clients.map((client) => client.joinById(Lab, ada.roomId, { name: "Guest" })));
    const elsewhere = guests[1 - owner]!;
    assert.deepEqual(await elsewhere.command("add", { by: 3 }), { count: 3 });
    await until("Ada to see it", () => ada.state.count === 3 && ada.state.players.size === 3);
    for (const url of urls) assert.deepEqual(await rooms(url), [{ ...row, players: 3 }]);
    await assert.rejects(clients[1]!.joinById(Lab, ada.roomId, { name: "far too long a name" }), {
      name: "OPTIONS_INVALID",
    });
    await Promise.all([...guests, ada].map((room) => room.leave()));
    await until("the room's end", async () => (await rooms(urls[0]!)).length === 0);
  });

  it("[MM2] a client whose process goes away on SIGTERM finds a room on the other one", async () => {
    const [first, second] = processes as [MainProcess, MainProcess];
    first.kill("SIGTERM");
    assert.equal(await first.exited(), 0);
    const ada = await connect(urls[1]!).joinOrCreate(Lab, { name: "Ada" });
    const rows = await rooms(urls[1]!);
    assert.deepEqual(
      rows.map(({ pid }) => pid),
      [second.pid],
    );
    await ada.leave();
  });

  it("[OWN16] a match goes on when Redis goes away; what it would say waits", async () => {
    const [, second] = processes as [MainProcess, MainProcess];
    const ada = await connect(urls[1]!).joinOrCreate(Lab, { name: "Ada" });
    await redis.stop();
    await until("Redis to be missed", () =>
      /ECONNREFUSED|ECONNRESET|Connection is closed/.test(second.stdout() + second.stderr()),
    );
    let isAnswered = false;
    void ada.command("add", { by: 2 }).then(() => (isAnswered = true));
    await until("its effect", () => ada.state.count === 2);
    const { patches } = ada.net.totals;
    await until("more patches", () => ada.net.totals.patches > patches + 5);
    assert.equal(isAnswered, false);
    assert.equal((await fetch(`${urls[1]!}/healthz`)).status, 200);
  });

  it("a process whose Redis does not answer does not start", async () => {
    const port = await freePort();
    const lost = startMain(join(ROOT, "test/support/lab.config.ts"), {
      REDIS_URL: `redis://:s3cret@127.0.0.1:${port}`,
      NINELIVES_DIR: dir,
    });
    assert.notEqual(await lost.exited(), 0);
    assert.match(lost.stderr(), /REDIS_URL: a Redis that answers expected/);
    assert.doesNotMatch(lost.stderr() + lost.stdout(), /s3cret/);
  });
});
