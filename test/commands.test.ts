/** `npm start` and `npm test` on machines that lack something: one clear line, and an exit code that is not 0. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { freePort } from "./support/redis.ts";
import { until, within } from "./support/until.ts";

/** Whole: what is installed and built here is there. */
const ROOT = join(import.meta.dirname, "..");
/** Makes the process believe it is an older Node, as a data URL for --import. */
const OLD_NODE =
  "data:text/javascript,Object.defineProperty(process,'versions',{value:{...process.versions,node:'20.20.2'}})";

describe("the two commands", () => {
  let copy: string;

  before(() => {
    copy = mkdtempSync(join(tmpdir(), "ninelives-commands-"));
    for (const part of ["scripts", "package.json", "package-lock.json"])
      cpSync(join(ROOT, part), join(copy, part), { recursive: true });
    for (const workspace of ["shared-schema", "server", "client", "loadtest", "games", "web"]) {
      cpSync(join(ROOT, workspace, "package.json"), join(copy, workspace, "package.json"));
    }
  });
  after(() => rmSync(copy, { recursive: true, force: true }));

  function run(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    return spawnSync(process.execPath, args, { cwd: copy, encoding: "utf8", env: { ...process.env, ...env } });
  }

  it("[CFG2] no network at install: one line says so", () => {
    const { status, stderr } = run(["scripts/start.mjs"], {
      npm_config_registry: "http://127.0.0.1:9",
      npm_config_fetch_retries: "0",
    });
    assert.equal(status, 1);
    assert.deepEqual(stderr.trim().split("\n"), [
      "ninelives: installing dependencies …",
      "ninelives: dependencies could not be installed: the npm registry cannot be reached: connect to the network and start again",
    ]);
  });

  it("[SUP2] npm start says what is wrong with the number of processes, and what several of them need", () => {
    const start = (...args: string[]) => {
      const env = { ...process.env, REDIS_URL: "" };
      const { status, stderr } = spawnSync("npm", ["start", "--silent", "--", ...args], {
        cwd: ROOT,
        encoding: "utf8",
        env,
      });
      assert.equal(status, 1);
      return stderr.trim().split("\n").at(-1)!;
    };
    assert.equal(start("--processes", "65"), 'ninelives: --processes: a whole number from 1 to 64 expected, "65" got');
    assert.match(start("--processes", "2"), /^ninelives: --processes 2 needs REDIS_URL: /);
  });

  it("[SUP1][SUP5] npm start runs a supervisor and its host; Ctrl-C, which reaches all of them, ends them with exit code 0", async () => {
    const port = await freePort();
    const child = spawn(process.execPath, ["scripts/start.mjs"], {
      cwd: ROOT,
      env: { ...process.env, PORT: String(port), NINELIVES_DIR: join(copy, "logs") },
      detached: true,
    });
    let said = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (said += text));
    const ended = once(child, "close");
    try {
      await until("npm start to be up", () => said.includes(`Ninelives is up: http://localhost:${port}"`), 60_000);
      process.kill(-child.pid!, "SIGINT");
      assert.equal((await within("npm start to end", ended, 15_000))[0], 0, said);
    } finally {
      if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid!, "SIGKILL");
    }
  });

  describe("with dependencies, and nothing else", () => {
    before(() => {
      mkdirSync(join(copy, "node_modules"));
      writeFileSync(join(copy, "node_modules", ".package-lock.json"), "{}");
    });

    it("[CFG2] a Node that is too old, and none from npm: one line names both versions", () => {
      const { status, stderr } = run(["--import", OLD_NODE, "scripts/start.mjs"]);
      assert.equal(status, 1);
      assert.match(stderr, /^ninelives: Node 24 or later expected, 20\.20\.2 got, .*\n$/);
    });

    it("[CFG2] a Redis that cannot be had: one line says what to install", () => {
      const path = join(copy, "bin");
      mkdirSync(path);
      symlinkSync("/bin/sh", join(path, "sh"));
      const { status, stderr } = run(["scripts/test.mjs"], { PATH: path });
      assert.equal(status, 1);
      assert.equal(
        stderr.trim(),
        "ninelives: a real redis-server is needed and could not be installed: install Redis 7 and start again",
      );
    });
  });
});
