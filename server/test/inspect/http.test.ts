/** What a host answers over HTTP besides matchmaking. */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, type Room } from "@ninelives/client";
import { defineHost } from "@ninelives/server";
import { Lab, LabRoom } from "../../../test/support/lab.ts";
import { startTestHost, type TestHost } from "../../../test/support/test-host.ts";
import { within } from "../../../test/support/until.ts";

const LISTED = "https://play.example.com";

describe("http", () => {
  let host: TestHost;
  let pages: string;
  let ada: Room<typeof Lab>;
  const start = (production: boolean) =>
    startTestHost(
      defineHost({
        rooms: { lab: { type: Lab, room: LabRoom } },
        store: { kind: "memory" },
        origins: [LISTED],
        pages,
        ...(production && { auth: { secret: "s".repeat(32), guests: true }, behindTls: true }),
      }),
      { production },
    );
  before(async () => {
    pages = await mkdtemp(join(tmpdir(), "ninelives-pages-"));
    await writeFile(join(pages, "index.html"), "<title>lobby</title>");
    host = await start(false);
    ada = await connect(host.url).create(Lab, { name: "Ada" });
  });
  after(async () => {
    await host.stop();
    await rm(pages, { recursive: true });
  });

  async function json(path: string): Promise<Record<string, unknown>> {
    const answer = await fetch(host.url + path);
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get("content-type"), "application/json");
    return (await answer.json()) as Record<string, unknown>;
  }

  it("[HTTP1] /healthz says who this is and what runs here", async () => {
    const { version, ...rest } = await json("/healthz");
    assert.match(String(version), /^\d+\.\d+\.\d+$/);
    assert.deepEqual(rest, { processId: host.processId, rooms: 1, players: 1, pid: process.pid });
  });

  it("[HTTP1] /readyz is ready", async () => {
    assert.deepEqual(await json("/readyz"), { ready: true });
  });

  it("[HTTP1] /rooms lists living rooms with their seats", async () => {
    assert.deepEqual(await json("/rooms"), [
      { roomId: ada.roomId, type: "lab", players: 1, maxPlayers: 4, processId: host.processId, pid: process.pid },
    ]);
  });

  it("[HTTP1] /metrics counts rooms, players, steps, patches, log bytes, and refusals", async () => {
    await ada.command("add", { by: 1 });
    await assert.rejects(ada.command("refused", {}));
    for (const line of ["ninelives_rooms", "ninelives_players"]) assert.equal(await host.metric(line), 1, line);
    const steps = await host.metric('ninelives_steps_total{type="lab"}');
    assert.ok(steps > 0 && steps <= host.inside<LabRoom>(ada.roomId).tick);
    assert.ok((await host.metric('ninelives_patch_bytes_total{type="lab"}')) > 0);
    assert.ok((await host.metric('ninelives_log_bytes_total{type="lab",kind="entry"}')) > 0);
    assert.equal(await host.metric('ninelives_refused_total{type="lab",code="COMMAND_REFUSED"}'), 1);
  });

  it("pages are served, what is not there is 404, and neither leaves its folder", async () => {
    assert.match(await (await fetch(`${host.url}/`)).text(), /lobby/);
    for (const path of ["/nothing", "/../package.json", "/%2e%2e/%2e%2e/etc/passwd"]) {
      assert.equal((await within(path, fetch(host.url + path))).status, 404, path);
    }
  });

  it("[HTTP2] only a listed origin gets an answer its pages may read", async () => {
    const ask = (origin: string, method: string) =>
      fetch(`${host.url}/matchmake/joinOrCreate/lab`, {
        method,
        headers: { origin },
        ...(method === "POST" && { body: "{}" }),
      });
    for (const method of ["OPTIONS", "POST"]) {
      const listed = await ask(LISTED, method);
      assert.equal(listed.headers.get("access-control-allow-origin"), LISTED);
      assert.equal(listed.headers.get("vary"), "origin");
      for (const origin of ["https://evil.example.com", "null", `${LISTED}.evil.com`]) {
        const other = await ask(origin, method);
        assert.equal(other.headers.get("access-control-allow-origin"), null, origin);
      }
    }
  });

  it("[HTTP1] pid is left out in production", async () => {
    await host.stop();
    host = await start(true);
    ada = await connect(host.url).create(Lab, { name: "Ada" });
    assert.ok(!("pid" in (await json("/healthz"))));
    const [row] = (await json("/rooms")) as unknown as object[];
    assert.ok(!("pid" in row!));
  });
});
