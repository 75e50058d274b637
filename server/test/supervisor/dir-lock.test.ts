/** One process for a folder of logs, whatever became of the process before it: real processes, real kill -9. */
import assert from "node:assert/strict";
import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type MainProcess, startMain } from "../../../test/support/main-process.ts";
import { until } from "../../../test/support/until.ts";
import { health, linesOf } from "./run.ts";

const CONFIG = join(import.meta.dirname, "files.config.ts");

describe("a folder of logs", () => {
  let dir: string;
  const running: MainProcess[] = [];
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "ninelives-lock-"));
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((main) => main.stop()));
    await rm(dir, { recursive: true, force: true });
  });

  function start(folder: string, args: readonly string[] = []): MainProcess {
    const main = startMain(CONFIG, { NINELIVES_DIR: folder }, args);
    running.push(main);
    return main;
  }

  const refusal = (folder: string, holder: string) =>
    `ninelives: NINELIVES_DIR: a folder that no other process uses expected, ${folder} is used by ${holder}: stop it, or start with another NINELIVES_DIR\n`;

  it("[SUP10] a second process for it, by whatever name, is refused with folder and process; the first goes on", async () => {
    const first = start(join(dir, "logs"));
    const url = await first.up();
    const alias = join(dir, "alias");
    await symlink(join(dir, "logs"), alias);
    const seconds = [start(alias), start(alias, ["--processes", "1"])];
    for (const second of seconds) {
      assert.equal(await second.exited(), 1);
      assert.equal(second.stderr(), refusal(alias, `process ${first.pid}`));
    }
    assert.equal((await health(url)).pid, first.pid);
    await start(join(dir, "other")).up();
  });

  it("[SUP10] is nothing for several processes: one line says so", async () => {
    const main = startMain(CONFIG, { NINELIVES_DIR: dir, REDIS_URL: "redis://127.0.0.1:1" }, ["--processes", "2"]);
    running.push(main);
    assert.equal(await main.exited(), 1);
    assert.match(main.stderr(), /^ninelives: store: one that several processes can use expected .*\n$/);
  });

  it("[SUP10] a frozen process keeps it; kill -9 frees it at once", async () => {
    const first = start(dir);
    await first.up();
    first.kill("SIGSTOP");
    const second = start(dir);
    assert.equal(await second.exited(), 1);
    assert.equal(second.stderr(), refusal(dir, "a process that does not answer"));
    first.kill("SIGKILL");
    await first.exited();
    await start(dir).up();
  });

  it("[SUP10] a supervisor's next host gets it after kill -9 of the one before", async () => {
    const main = start(dir, ["--processes", "1"]);
    const url = await main.up();
    for (let kill = 0; kill < 3; kill++) {
      const { pid } = await health(url);
      process.kill(pid, "SIGKILL");
      await until("the next host", async () => (await health(url).catch(() => ({ pid }))).pid !== pid);
    }
    assert.deepEqual(
      linesOf(main)
        .filter(({ msg }) => msg.startsWith("a host ended"))
        .map(({ msg }) => msg),
      [100, 200, 400].map((pauseMs) => `a host ended: SIGKILL; the next one starts in ${pauseMs} ms`),
    );
  });
});
