/** A host in production as an operator starts it: it has what it needs, or it ends with a line for each thing that is missing. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "@ninelives/client";
import { defineHost } from "@ninelives/server";
import { Club, ClubRoom } from "../../../test/support/club.ts";
import { PRODUCTION, ROOT, startMain } from "../../../test/support/main-process.ts";
import { startTestHost } from "../../../test/support/test-host.ts";
import { tokenOf } from "../../../test/support/tokens.ts";

const CONFIG = join(ROOT, "test/support/club.config.ts");

describe("a host in production", () => {
  let dir: string;
  before(async () => (dir = await mkdtemp(join(tmpdir(), "ninelives-production-"))));
  after(() => rm(dir, { recursive: true }));

  async function failed(env: NodeJS.ProcessEnv): Promise<string[]> {
    const main = startMain(CONFIG, { NINELIVES_DIR: dir, NODE_ENV: "production", ...env });
    try {
      assert.equal(await main.exited(), 1, main.stdout());
    } finally {
      await main.stop();
    }
    return main.stderr().trim().split("\n");
  }

  it("[AU9] does not start without what it needs: one line for each, with what to set", async () => {
    const [nothing, short, token] = await Promise.all([
      failed({}),
      failed({ ...PRODUCTION, AUTH_SECRET: "hunter2-hunter2" }),
      failed({ ...PRODUCTION, OPERATOR_TOKEN: "hunter2" }),
    ]);
    assert.equal(nothing.length, 2, nothing.join("\n"));
    assert.match(
      nothing[0]!,
      /^ninelives: test\/support\/club\.config\.ts:\d+: auth: a key .* set AUTH_SECRET or AUTH_JWKS/,
    );
    assert.match(
      nothing[1]!,
      /^test\/support\/club\.config\.ts:\d+: behindTls: TLS .*TRUSTED_PROXIES.*BEHIND_TLS=true/,
    );
    assert.match(short.join("\n"), /AUTH_SECRET: at least 32 bytes expected, 15 got/);
    assert.match(token.join("\n"), /^ninelives: OPERATOR_TOKEN: at least 16 letters/);
    for (const lines of [short, token]) assert.doesNotMatch(lines.join("\n"), /hunter2/);
  });

  it("[AU9] a host that is started by a program does not either", async () => {
    const config = defineHost({ rooms: { club: { type: Club, room: ClubRoom } }, store: { kind: "memory" }, auth: {} });
    await assert.rejects(startTestHost(config, { production: true }), { name: "CONFIG_INVALID" });
  });

  it("[AU9] starts with it, and its secrets stand in no line", async () => {
    const { AUTH_GUESTS: _, ...strict } = PRODUCTION;
    const main = startMain(CONFIG, { NINELIVES_DIR: dir, ...strict, OPERATOR_TOKEN: "the-operator-of-tests" });
    try {
      const url = await main.up();
      const token = await tokenOf("ada", {}, Date.now(), PRODUCTION.AUTH_SECRET);
      const ada = await connect(url, { token }).create(Club, {});
      await assert.rejects(connect(url).create(Club, {}), { name: "UNAUTHORIZED" });
      await ada.leave();
      const said = main.stdout() + main.stderr();
      for (const secret of [PRODUCTION.AUTH_SECRET!, "the-operator-of-tests", token]) assert.ok(!said.includes(secret));
    } finally {
      await main.stop();
    }
  });
});
