/** One process to a folder of logs: a real second process, one that was killed, and one whose number somebody else has now. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lockFolder } from "../../src/log/folder-lock.ts";

const HOLD = `
  import { lockFolder } from "${new URL("../../src/log/folder-lock.ts", import.meta.url).href}";
  await lockFolder(process.argv[1]);
  process.stdout.write("held");
  setInterval(() => {}, 1_000);
`;

describe("the lock of a folder of logs", () => {
  let dir: string;
  const lock = () => join(dir, "host.lock");
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "ninelives-lock-"));
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  it("[OWN8] a second process is refused, and told which one has the folder; a killed one leaves it free", async () => {
    const other = spawn(process.execPath, ["--input-type=module", "-e", HOLD, dir], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(other.stdout, "data");
    await assert.rejects(lockFolder(dir), (error: { name: string; message: string; details: { pid: number } }) => {
      assert.deepEqual([error.name, error.details.pid], ["CONFIG_INVALID", other.pid]);
      assert.match(error.message, new RegExp(`process ${other.pid} writes its logs to ${dir}`));
      return true;
    });
    const exited = once(other, "exit");
    other.kill("SIGKILL");
    await exited;
    const mine = await lockFolder(dir);
    assert.equal((JSON.parse(await readFile(lock(), "utf8")) as { pid: number }).pid, process.pid);
    await mine.release();
    assert.deepEqual(await readdir(dir), []);
  });

  it("[OWN8] a process that only has the number of the one that held the folder does not count", async () => {
    await writeFile(lock(), JSON.stringify({ pid: process.ppid, started: "1" }));
    await (await lockFolder(dir)).release();
    assert.deepEqual(await readdir(dir), []);
  });

  it("[OWN8] a lock that was cut off while it was written does not count", async () => {
    for (const text of ["", "{", "[]", '{"pid":']) {
      await writeFile(lock(), text);
      await (await lockFolder(dir)).release();
    }
  });

  it("[OWN8] the process that has it may open the folder again, and keeps it", async () => {
    const first = await lockFolder(dir);
    await (await lockFolder(dir)).release();
    assert.deepEqual(await readdir(dir), ["host.lock"]);
    await first.release();
  });
});
