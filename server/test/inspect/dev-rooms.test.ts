/** What development may ask of a room: who has it, and that process's end. Killed are processes of their own. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "@ninelives/client";
import { DEV_HEADER } from "@ninelives/shared-schema";
import type { OwnRoom } from "../../src/inspect/dev-rooms.ts";
import { Lab } from "../../../test/support/lab.ts";
import { type MainProcess, PRODUCTION, ROOT, startMain } from "../../../test/support/main-process.ts";
import { startRedis, type TestRedis } from "../../../test/support/redis.ts";
import { until } from "../../../test/support/until.ts";

const CONFIG = join(ROOT, "test/support/lab.config.ts");
const JSON_HEADERS = { "content-type": "application/json", [DEV_HEADER]: "1" };

interface OwnList {
  readonly pid: number;
  readonly rooms: readonly OwnRoom[];
}

interface Owner {
  readonly roomId: string;
  readonly processId: string;
  readonly pid: number;
}

/** Asks for a room's owner, or for its end. */
function ask(url: string, roomId: string, headers?: Record<string, string>): Promise<Response> {
  const path = `${url}/dev/rooms/${roomId}`;
  return headers === undefined ? fetch(path) : fetch(`${path}/kill`, { method: "POST", headers, body: "{}" });
}

describe("rooms, as development may ask for them", () => {
  let dir: string;
  let redis: TestRedis | undefined;
  let processes: MainProcess[] = [];
  beforeEach(async () => (dir = await mkdtemp(join(tmpdir(), "ninelives-dev-"))));
  afterEach(async () => {
    await Promise.all(processes.splice(0).map((each) => each.stop()));
    await redis?.stop();
    redis = undefined;
    await rm(dir, { recursive: true, force: true });
  });

  async function start(name: string, env: NodeJS.ProcessEnv = {}): Promise<{ main: MainProcess; url: string }> {
    const main = startMain(CONFIG, { REDIS_URL: redis?.url, NINELIVES_DIR: join(dir, name), ...env });
    processes.push(main);
    return { main, url: await main.up() };
  }

  it("[HTTP3] the process that has the room answers who it is, and is gone as after kill -9", async () => {
    const { main, url } = await start("a");
    const { roomId } = await connect(url).create(Lab, { name: "Ada" });
    const owner = (await (await ask(url, roomId)).json()) as Owner;
    assert.deepEqual([owner.roomId, owner.pid], [roomId, main.pid]);
    const answer = await ask(url, roomId, JSON_HEADERS);
    assert.deepEqual([answer.status, await answer.json()], [200, owner]);
    assert.equal(await main.exited(), null, "a signal ended it");
  });

  it("[HTTP3] a process that has not the room has the one killed that has it, and lives", async () => {
    redis = await startRedis();
    const [a, b] = [await start("a"), await start("b")];
    let doors: readonly string[] = [];
    const spy: typeof fetch = async (...asked) => {
      const answer = await fetch(...asked);
      ({ doors = [] } = (await answer.clone().json()) as { doors?: string[] });
      return answer;
    };
    const ada = await until(
      "a player who was told both doors: the first process has just heard of the second",
      async () => {
        const room = await connect(a.url, { fetch: spy }).create(Lab, { name: "Ada" });
        if (doors.length === 2) return room;
        await room.leave();
        return undefined;
      },
    );
    const owner = (await (await ask(b.url, ada.roomId)).json()) as Owner;
    const [killed, living] = owner.pid === a.main.pid ? [a, b] : [b, a];
    assert.deepEqual(await (await ask(living.url, ada.roomId)).json(), owner);
    const answer = await ask(living.url, ada.roomId, JSON_HEADERS);
    assert.deepEqual([answer.status, await answer.json()], [200, owner]);
    assert.equal(await killed.main.exited(), null);
    await until("the other one to have the match", async () => {
      const next = await ask(living.url, ada.roomId);
      return next.ok && ((await next.json()) as Owner).pid === living.main.pid;
    });
    await until("Ada to be back", () => ada.connection.state === "CONNECTED");
    await ada.leave();
  });

  it("[HTTP4] each process lists the rooms that it runs itself, and who has a seat in them", async () => {
    redis = await startRedis();
    const hosts = [await start("a"), await start("b")];
    const ada = await connect(hosts[0]!.url).create(Lab, { name: "Ada" });
    const lists = hosts.map(async ({ main, url }) => {
      const list = (await (await fetch(`${url}/dev/rooms`)).json()) as OwnList;
      assert.equal(list.pid, main.pid);
      return list.rooms;
    });
    const [room, ...others] = (await Promise.all(lists)).flat();
    assert.deepEqual(others, []);
    assert.ok(room!.tick > 0 && room!.epoch === ada.epoch);
    const seats = { [ada.sessionId]: true };
    const expected = { roomId: ada.roomId, type: "lab", isRunning: true, seats, awaited: [] };
    const { epoch, tick, budget } = room!;
    assert.deepEqual(room, { ...expected, epoch, tick, budget });
    assert.deepEqual([budget.standing, budget.every], ["within", 1]);
    await ada.leave();
  });

  it("[HTTP3] what is asked wrongly is refused with a code, and nobody dies", async () => {
    const { url } = await start("a");
    const { roomId } = await connect(url).create(Lab, { name: "Ada" });
    const host = new URL(url).host;
    for (const [headers, status, name] of [
      [{ "content-type": "application/json" }, 400, "OPTIONS_INVALID"],
      [{ [DEV_HEADER]: "1", "content-type": "text/plain" }, 400, "OPTIONS_INVALID"],
      [{ ...JSON_HEADERS, origin: "https://evil.example.com" }, 400, "OPTIONS_INVALID"],
      [{ ...JSON_HEADERS, origin: "null" }, 400, "OPTIONS_INVALID"],
    ] as const) {
      const answer = await ask(url, roomId, headers);
      assert.deepEqual([answer.status, ((await answer.json()) as { name: string }).name], [status, name]);
    }
    for (const headers of [undefined, JSON_HEADERS, { ...JSON_HEADERS, origin: `http://${host}` }]) {
      const answer = await ask(url, "nowhere", headers);
      assert.deepEqual([answer.status, ((await answer.json()) as { name: string }).name], [404, "ROOM_NOT_FOUND"]);
    }
    const preflight = await fetch(`${url}/dev/rooms/${roomId}/kill`, { method: "OPTIONS" });
    assert.doesNotMatch(preflight.headers.get("access-control-allow-headers") ?? "", new RegExp(DEV_HEADER));
    assert.equal((await fetch(`${url}/dev/rooms/${roomId}/kill`)).status, 404);
    assert.equal((await ask(url, roomId)).status, 200, "still there");
  });

  it("[HTTP3] in production there is nothing of it", async () => {
    const { url } = await start("a", PRODUCTION);
    const { roomId } = await connect(url).create(Lab, { name: "Ada" });
    for (const headers of [undefined, JSON_HEADERS]) assert.equal((await ask(url, roomId, headers)).status, 404);
    assert.equal((await fetch(`${url}/dev/rooms`)).status, 404);
    assert.equal((await fetch(`${url}/healthz`)).status, 200);
  });
});
