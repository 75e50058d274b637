import { deepEqual, equal, match, ok } from "node:assert/strict";
import { execFile } from "node:child_process";
import { createServer } from "node:net";
import { once } from "node:events";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import type { RoomType } from "@ninelives/shared-schema";
import arenaBot from "../../games/arena/arena.bot.ts";
import type { Bot } from "../src/bot.ts";
import { systemClock } from "../src/clock.ts";
import { type OwnHost, startOwnHost } from "../src/own-host.ts";
import type { Plan } from "../src/plan.ts";
import type { LoadReport } from "../src/report/report.ts";
import { runLoad } from "../src/run.ts";

const ROOT = dirname(fileURLToPath(new URL("../../package.json", import.meta.url)));
const CLI = fileURLToPath(new URL("../src/cli.ts", import.meta.url));
const bot = arenaBot as unknown as Bot<RoomType>;

function plan(url: string, overrides: Partial<Plan> = {}): Plan {
  return { room: "arena", bots: 4, forMs: 1_000, rampMs: 100, url, seed: 1, queue: false, json: false, ...overrides };
}

function services(url: string, stop = new AbortController().signal) {
  return { url, clock: systemClock, stop, onProgress: () => {} };
}

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function load(...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, [CLI, ...args], { cwd: ROOT, timeout: 18_000 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

/** A port nobody listens on: it was free a moment ago. */
async function deadPort(): Promise<number> {
  const server = createServer().listen(0);
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}

describe("load run", () => {
  let host: OwnHost;
  before(async () => {
    host = await startOwnHost(ROOT);
  });
  after(() => host.stop());

  it("[BOT6] bots that queue wait for matches, and accept them: all play, two in each room", async () => {
    const report = await runLoad(bot, plan(host.url, { queue: true }), services(host.url));
    deepEqual([report.ok, report.joined, report.rooms], [true, 4, 2]);
    ok(report.patchesPerSecond!.min > 0);
  });

  it("[BOT6] so many bots that some would be left over are refused, and so is a type without a queue", async () => {
    const odd = await load("--room", "arena", "--bots", "3", "--queue");
    equal(odd.code, 2);
    match(odd.stderr, /^load: --bots: a multiple of 2, as many as play a match of "arena", expected, "3" got\n$/);
    const none = await load("--room", "cards", "--queue");
    equal(none.code, 2);
    match(none.stderr, /^load: --queue: a room type with `matching`, which has a queue, expected, "cards" got\n$/);
  });

  it("[BOT1] every bot joins with the real client and plays; patches, bytes and delays are measured", async () => {
    const report = await runLoad(bot, plan(host.url), services(host.url));
    equal(report.ok, true);
    equal(report.joined, 4);
    equal(report.rooms, 1);
    deepEqual(report.failed, []);
    ok(report.patchesPerSecond!.min > 10, `${report.patchesPerSecond!.min} patches/s`);
    ok(report.bytesPerSecond!.min > 100, `${report.bytesPerSecond!.min} bytes/s`);
    ok(report.delayMs!.samples > 20 && report.delayMs!.p50 > 0, `${report.delayMs!.samples} samples`);
    ok(Math.abs(report.delayPeriods!.p50 - (report.delayMs!.p50 * 30) / 1000) < 0.01);
  });

  it("[BOT1] a bot that cannot join is counted with its reason, the others play on", async () => {
    const halfWrong: Bot<RoomType> = { ...bot, join: (index) => (index % 2 === 0 ? bot.join(index) : { name: 7 }) };
    const report = await runLoad(halfWrong, plan(host.url, { forMs: 500 }), services(host.url));
    equal(report.ok, false);
    equal(report.joined, 2);
    equal(report.failed.length, 1);
    equal(report.failed[0]!.count, 2);
    match(report.failed[0]!.message, /^join options of "arena": name: /);
    ok(report.patchesPerSecond!.min > 0);
  });

  it("[BOT1] a run that is ended early has a report all the same", async () => {
    const stop = new AbortController();
    const running = runLoad(bot, plan(host.url, { forMs: 60_000 }), {
      ...services(host.url, stop.signal),
      onProgress: ({ phase }) => phase === "playing" && stop.abort(),
    });
    const report = await running;
    equal(report.interrupted, true);
    equal(report.joined, 4);
    ok(report.seconds < 30);
  });

  it("[BOT1] the bot's own errors are named and fail the run", async () => {
    const broken: Bot<RoomType> = {
      ...bot,
      think() {
        throw new Error("no idea");
      },
    };
    const report = await runLoad(broken, plan(host.url, { bots: 1, forMs: 500 }), services(host.url));
    equal(report.ok, false);
    match(report.warnings.join(), /the bot's own code threw \d+ times, first: Error: no idea/);
  });

  it("[BOT1][BOT5] the command prints one JSON object and exits with 0", async () => {
    const { code, stdout, stderr } = await load(
      "--room",
      "arena",
      "--bots",
      "2",
      "--for",
      "500ms",
      "--ramp",
      "0ms",
      "--url",
      host.url,
      "--json",
    );
    equal(code, 0, stderr);
    const report = JSON.parse(stdout) as LoadReport;
    equal(report.joined, 2);
    ok(report.delayMs!.samples > 0);
  });

  it("[BOT2] exits with 3 and one line when nobody answers", async () => {
    const url = `http://localhost:${await deadPort()}`;
    const { code, stdout, stderr } = await load("--room", "arena", "--url", url);
    equal(code, 3);
    equal(stdout, "");
    match(stderr, new RegExp(`^load: no server answers at ${url}: .+\n$`));
  });

  it("[BOT2] exits with 2 and names every wrong option", async () => {
    const { code, stderr } = await load("--room", "nowhere!", "--bots", "many");
    equal(code, 2);
    equal(stderr.trim().split("\n").length, 2);
  });

  it("[BOT2] a room without a bot is refused with the rooms that have one", async () => {
    const { code, stderr } = await load("--room", "chess");
    equal(code, 2);
    match(stderr, /games\/<room>\/<room>\.bot\.ts \(.*arena.*\) expected, "chess" got/);
  });
});
