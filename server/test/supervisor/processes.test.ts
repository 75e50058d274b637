/** A supervisor and its hosts as an operator has them: real processes, real signals, a real Redis. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "@ninelives/client";
import { Lab } from "../../../test/support/lab.ts";
import { type MainProcess, ROOT, startMain } from "../../../test/support/main-process.ts";
import { freePort, startRedis, type TestRedis } from "../../../test/support/redis.ts";
import { until } from "../../../test/support/until.ts";
import { gone, health, hostsOf, isRunning, linesOf } from "./run.ts";

const CONFIG = join(import.meta.dirname, "lab.config.ts");
/** Longer than a drain takes when it is cut off. */
const DRAIN_MS = 12_000;
const UP_MS = 15_000;

describe("processes under a supervisor", () => {
  let redis: TestRedis;
  let main: MainProcess | undefined;
  before(async () => {
    redis = await startRedis();
  });
  after(() => redis.stop());
  afterEach(async () => {
    await main?.stop();
    main = undefined;
  });

  function supervise(processes: number, env: NodeJS.ProcessEnv = {}): MainProcess {
    const redisUrl = processes > 1 ? { REDIS_URL: redis.url } : {};
    main = startMain(CONFIG, { ...redisUrl, ...env }, ["--processes", String(processes)]);
    return main;
  }

  it("[SUP1] one process: the line with its address comes once, the host answers, the supervisor does not", async () => {
    const port = await freePort();
    const one = supervise(1, { PORT: String(port) });
    const url = await one.up();
    assert.equal(url, `http://localhost:${port}`);
    assert.notEqual((await health(url)).pid, one.pid);
    assert.equal(one.stdout().match(/is up/g)!.length, 1);
  });

  it("[SUP3] kill -9 of the host: another one answers on the same port", async () => {
    const one = supervise(1);
    const url = await one.up();
    const { pid } = await health(url);
    process.kill(pid, "SIGKILL");
    const next = await until("the next host", () => health(url).catch(() => undefined));
    assert.notEqual(next.pid, pid);
    assert.match(one.stdout(), /"hostPid":\d+,"code":null,"signal":"SIGKILL"/);
  });

  it("[SUP3] kill -9 of one of three: its place is taken, PORT answers all the time", async () => {
    const three = supervise(3);
    const url = await three.up();
    const [first] = hostsOf(three);
    process.kill(first!.pid, "SIGKILL");
    await gone([first!.pid]);
    do assert.notEqual((await health(url)).pid, first!.pid);
    while (hostsOf(three).length < 4);
  });

  it("[SUP4] what a host cannot start with ends the supervisor with the host's line, said once", async () => {
    const other = createServer().listen(0);
    const { port } = other.address() as AddressInfo;
    for (const processes of [1, 3]) {
      const refused = supervise(processes, { PORT: String(port) });
      assert.equal(await refused.exited(), 1);
      assert.equal(
        refused.stderr(),
        `ninelives: port ${port} is in use: stop the other program, or start with PORT=${port + 1}\n`,
      );
    }
    other.close();
    const missing = startMain("nowhere.ts", {}, ["--processes", "1"]);
    assert.equal(await missing.exited(), 1);
    assert.match(missing.stderr(), /^ninelives: .*nowhere\.ts/);
  });

  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    it(`[SUP5] ${signal} drains every host, also when each process gets it several times: players are told, exit code 0`, async () => {
      const three = supervise(3);
      const url = await three.up();
      const rooms = await Promise.all([1, 2, 3, 4].map(() => connect(url).create(Lab, {})));
      const hosts = hostsOf(three).map(({ pid }) => pid);
      for (const pid of [three.pid, ...hosts, three.pid, ...hosts]) process.kill(pid, signal);
      assert.equal(await three.exited(), 0, three.stderr());
      assert.equal(hosts.some(isRunning), false);
      for (const { connection } of rooms) {
        const { state } = await until("the player to be told", () => connection.state === "DISCONNECTED" && connection);
        assert.equal(state, "DISCONNECTED");
        assert.deepEqual(connection.detail, { name: "DISCONNECTED", reason: "SERVER_SHUTDOWN" });
      }
    });
  }

  it("[SUP5] a second signal later ends a drain that hangs, at once, with exit code 1", async () => {
    const two = supervise(2);
    await two.up();
    const hosts = hostsOf(two).map(({ pid }) => pid);
    process.kill(hosts[0]!, "SIGSTOP");
    two.kill("SIGTERM");
    await gone([hosts[1]!]);
    let ended = false;
    const exited = two.exited().then((code) => {
      ended = true;
      return code;
    });
    await until("the supervisor's end", () => {
      two.kill("SIGTERM");
      return ended;
    });
    assert.equal(await exited, 1);
    await gone(hosts);
  });

  it("[SUP6] SIGHUP replaces three processes one at a time; PORT answers every request meanwhile", async () => {
    const three = supervise(3);
    const url = await three.up();
    const old = hostsOf(three).map(({ pid }) => pid);
    three.kill("SIGHUP");
    const answered = new Set<number>();
    let requests = 0;
    let fewest = 3;
    const ask = async () => {
      while (linesOf(three).filter(({ msg }) => /^host \d of 3 was replaced$/.test(msg)).length < 3) {
        answered.add((await health(url)).pid);
        fewest = Math.min(fewest, hostsOf(three).filter(({ pid }) => isRunning(pid)).length);
        requests++;
      }
    };
    await Promise.all([ask(), ask(), ask(), ask()]);
    const hosts = hostsOf(three).map(({ pid }) => pid);
    assert.equal(hosts.length, 6);
    assert.deepEqual(hosts.filter(isRunning), hosts.slice(3));
    assert.equal(old.some(isRunning), false);
    assert.ok(fewest >= 3, `${fewest} hosts were there at one time`);
    assert.ok(requests > 50, `${requests} requests`);
    assert.ok(answered.size > 1);
    assert.match((await health(url)).processId, /./);
  });

  it("[SUP7] SIGHUP with one process: another host on the same port and the same folder", async () => {
    const dir = await mkdtemp(join(tmpdir(), "ninelives-hup-"));
    main = startMain("server/test/supervisor/files.config.ts", { NINELIVES_DIR: dir }, ["--processes", "1"]);
    const url = await main.up();
    const { pid } = await health(url);
    main.kill("SIGHUP");
    const next = await until("the next host", async () => {
      const answer = await health(url).catch(() => undefined);
      return answer !== undefined && answer.pid !== pid && answer;
    });
    assert.deepEqual([isRunning(pid), isRunning(next.pid)], [false, true]);
    assert.doesNotMatch(main.stdout(), /a host ended/);
    await main.stop();
    await rm(dir, { recursive: true });
  });

  it("[SUP5] a terminal that is closed ends all of it, though it says so with SIGHUP", async () => {
    const port = await freePort();
    const env = { ...process.env, PORT: String(port) };
    const command = `${process.execPath} server/src/main.ts --processes 1 ${CONFIG}`;
    const terminal = spawn("script", ["-qfc", command, "/dev/null"], { cwd: ROOT, env, stdio: "ignore" });
    try {
      const { pid } = await until("the host", () => health(`http://localhost:${port}`).catch(() => undefined), UP_MS);
      const supervisor = Number(spawnSync("ps", ["-o", "ppid=", "-p", String(pid)], { encoding: "utf8" }).stdout);
      assert.ok(isRunning(supervisor));
      terminal.kill("SIGKILL");
      await gone([pid, supervisor], DRAIN_MS);
    } finally {
      terminal.kill("SIGKILL");
    }
    await assert.rejects(health(`http://localhost:${port}`), { code: "ECONNREFUSED" });
  });

  it("[SUP8] kill -9 of the supervisor: its hosts drain and end", async () => {
    const three = supervise(3);
    const url = await three.up();
    const ada = await connect(url).create(Lab, {});
    const hosts = hostsOf(three).map(({ pid }) => pid);
    three.kill("SIGKILL");
    await gone(hosts, DRAIN_MS);
    await until("Ada to be told", () => ada.connection.state === "DISCONNECTED");
    assert.deepEqual(ada.connection.detail, { name: "DISCONNECTED", reason: "SERVER_SHUTDOWN" });
  });

  it("[SUP9] each of several hosts has a port of its own, where only it answers; players who come by PORT find the one that has their room", async () => {
    const port = await freePort();
    const three = supervise(3, { PORT: String(port) });
    const url = await three.up();
    const hosts = hostsOf(three);
    assert.equal(new Set(hosts.map((host) => host.port)).size, 3);
    assert.ok(!hosts.some((host) => host.port === port));
    for (const host of hosts) assert.equal((await health(`http://localhost:${host.port}`)).pid, host.pid);
    for (let room = 0; room < 6; room++) {
      const ada = await connect(url).create(Lab, {});
      assert.deepEqual(await ada.command("add", { by: 3 }), { count: 3 });
    }
  });

  it("[SUP9] a frozen host keeps nobody waiting on PORT", async () => {
    const three = supervise(3);
    const url = await three.up();
    const [frozen] = hostsOf(three);
    process.kill(frozen!.pid, "SIGSTOP");
    for (let request = 0; request < 60; request++) assert.notEqual((await health(url)).pid, frozen!.pid);
    process.kill(frozen!.pid, "SIGCONT");
  });

  it("[SUP2] wrong numbers, too many arguments and several processes without a Redis: one line each", async () => {
    const line = async (args: readonly string[], env: NodeJS.ProcessEnv = {}) => {
      const wrong = startMain(CONFIG, env, args);
      assert.equal(await wrong.exited(), 1);
      return wrong.stderr();
    };
    for (const text of ["0", "65", "1.5", "many", ""]) {
      assert.equal(
        await line([`--processes=${text}`]),
        `ninelives: --processes: a whole number from 1 to 64 expected, "${text}" got\n`,
      );
    }
    assert.match(
      await line(["--prozesse", "3"]),
      /^ninelives: \[--processes N\] \[configuration file\] expected: .*\n$/,
    );
    assert.match(
      await line(["--processes", "2"], { REDIS_URL: "" }),
      /^ninelives: --processes 2 needs REDIS_URL: .*\n$/,
    );
  });
});
