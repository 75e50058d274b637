/** A process that has nothing to spare, and what becomes of it: for real. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, type Room } from "@ninelives/client";
import { Burner } from "../../../test/support/burner.ts";
import { type MainProcess, ROOT, startMain } from "../../../test/support/main-process.ts";
import { startRedis, type TestRedis } from "../../../test/support/redis.ts";
import { rungOf } from "../../../test/support/strained.ts";
import { until } from "../../../test/support/until.ts";

const CONFIG = join(ROOT, "test/support/strained.config.ts");

describe("a process that has too much to do", function () {
  this.timeout(60_000);
  let dir: string;
  let redis: TestRedis | undefined;
  const processes: MainProcess[] = [];
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "ninelives-strain-"));
  });
  afterEach(async () => {
    await Promise.all(processes.splice(0).map((each) => each.stop()));
    await redis?.stop();
    redis = undefined;
    await rm(dir, { recursive: true, force: true });
  });

  async function start(name: string, env: NodeJS.ProcessEnv = {}): Promise<{ main: MainProcess; url: string }> {
    const main = startMain(CONFIG, { NINELIVES_DIR: join(dir, name), REDIS_URL: redis?.url, ...env });
    processes.push(main);
    return { main, url: await main.up() };
  }
  const burn = (room: Room<typeof Burner>, share: number) => room.command("burn", { share });
  const isAt = (url: string, rung: string) => until(rung, async () => (await rungOf(url)) === rung, 30_000);

  it("[MM10] [DG8] /readyz says why, a new room is BUSY, and who plays plays on; then it is ready again", async () => {
    const { main, url } = await start("alone");
    const ready = async () => (await fetch(`${url}/readyz`)).json() as Promise<object>;
    const ada = await connect(url).create(Burner, {});
    assert.deepEqual(await ready(), { ready: true });
    await burn(ada, 1);
    await isAt(url, "refuse-rooms");
    assert.equal((await fetch(`${url}/readyz`)).status, 503);
    assert.deepEqual(await ready(), { ready: false, why: "it is over its budget", strain: "refuse-rooms" });
    assert.match(await (await fetch(`${url}/metrics`)).text(), /^ninelives_strain_rung\{rung="refuse-rooms"\} 1$/m);
    await assert.rejects(connect(url).create(Burner, {}), { name: "BUSY" });
    await assert.rejects(connect(url).joinById(Burner, ada.roomId, {}), { name: "BUSY" });
    await burn(ada, 0);
    await isAt(url, "none");
    assert.deepEqual(await ready(), { ready: true });
    const bob = await connect(url).joinById(Burner, ada.roomId, {});
    const eve = await connect(url).create(Burner, {});
    await Promise.all([ada, bob, eve].map((room) => room.leave()));
    const lines = main.stdout().match(/(under strain|less strain)[^\n]*/g) ?? [];
    assert.equal(lines.length, 4, lines.join("\n"));
  });

  it("[DG7] beside another one: newcomers are sent there, at once, whichever of them is asked", async () => {
    redis = await startRedis();
    // Rooms may still be made at both, so it is the newcomers alone that keep away.
    const hosts = [await start("a", { REFUSES_ROOMS: "no" }), await start("b", { REFUSES_ROOMS: "no" })];
    const clients = hosts.map(({ url }) => connect(url));
    const rooms = async () =>
      (await (await fetch(`${hosts[0]!.url}/rooms`)).json()) as { roomId: string; processId: string; pid: number }[];
    const ada = await clients[0]!.create(Burner, {});
    const { processId, pid } = (await rooms()).find(({ roomId }) => roomId === ada.roomId)!;
    const { url } = hosts.find(({ main }) => main.pid === pid)!;
    await burn(ada, 1);
    await isAt(url, "refuse-joins");
    const others = await Promise.all([0, 1, 0, 1, 0].map((at) => clients[at]!.joinOrCreate(Burner, {})));
    for (const { roomId } of others) assert.notEqual(roomId, ada.roomId);
    const at = new Map((await rooms()).map((row) => [row.roomId, row.processId]));
    for (const { roomId } of others) assert.notEqual(at.get(roomId), processId);
    for (const client of clients)
      await assert.rejects(client.joinById(Burner, ada.roomId, {}), { name: "BUSY", details: { retryAfterMs: 5_000 } });
    await burn(ada, 0);
    await isAt(url, "none");
    const late = await until("it to be known", () =>
      clients[1]!.joinById(Burner, ada.roomId, {}).catch((error: Error) => {
        assert.equal(error.name, "BUSY");
        return undefined;
      }),
    );
    await Promise.all([ada, late, ...others].map((room) => room.leave()));
  });
});
