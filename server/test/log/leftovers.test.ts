/** What is said of a match whose process was killed: by the next start, and by `npm run log`. Real process, real kill -9. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { connect } from "@ninelives/client";
import { after, before, describe, it } from "mocha";
import { Arena } from "../../../games/arena/arena.type.ts";
import { type MainProcess, ROOT, startMain } from "../../../test/support/main-process.ts";

describe("a match whose process was killed", () => {
  let dir: string;
  let roomId: string;
  let file: string;
  /** The log as the killed process left it. */
  let whole: Buffer;

  before(async () => {
    dir = mkdtempSync(join(tmpdir(), "ninelives-leftovers-"));
    const main = startMain("arena.config.ts", { NINELIVES_DIR: dir });
    const url = await main.up();
    const room = await connect(url).joinOrCreate(Arena, { name: "Ada" });
    roomId = room.roomId;
    file = join(dir, "rooms", `${roomId}.log`);
    await room.command("rename", { name: "Grace" });
    main.kill("SIGKILL");
    await main.exited();
    await room.leave();
    whole = readFileSync(file);
  });
  after(() => rmSync(dir, { recursive: true, force: true }));

  async function startLines(): Promise<Record<string, unknown>[]> {
    const main: MainProcess = startMain("arena.config.ts", { NINELIVES_DIR: dir });
    await main.up();
    const lines = main
      .stdout()
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    await main.stop();
    return lines.filter((line) => line.roomId === roomId);
  }

  function log(...args: string[]) {
    const env = { ...process.env, NINELIVES_DIR: dir };
    return spawnSync(process.execPath, ["server/src/inspect/log-cli.ts", ...args], {
      cwd: ROOT,
      env,
      encoding: "utf8",
    });
  }

  it("[LOG12] npm run log shows an acknowledged command's effects and finds nothing wrong", () => {
    const { status, stdout } = log(roomId, "--json");
    const shown = JSON.parse(stdout) as {
      type: string;
      ended: boolean;
      damage: unknown[];
      records: { snapshot: number };
    };
    assert.deepEqual([status, shown.type, shown.ended, shown.damage], [0, "arena", false, []]);
    assert.ok(shown.records.snapshot >= 1);
    assert.ok(readFileSync(file).includes("Grace"));
  });

  it("[LOG12] is back at the next start, with its last tick", async () => {
    const line = (await startLines()).find(({ msg }) => msg === "room taken over")!;
    assert.equal(line.roomType, "arena");
    assert.ok((line.tick as number) > 0);
  });

  it("[LOG12] a torn tail, a flipped bit and a newer version are stated by both", async () => {
    const cases: readonly [code: string, damage: () => void][] = [
      ["LOG_TORN", () => appendFileSync(file, Buffer.from([7, 0, 0]))],
      ["LOG_CORRUPT", () => writeFileSync(file, whole.with(whole.length - 3, whole.at(-3)! ^ 4))],
    ];
    for (const [code, damage] of cases) {
      rmSync(dir, { recursive: true, force: true });
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, whole);
      damage();
      const { status, stdout } = log(file);
      assert.equal(status, 1);
      assert.match(stdout, new RegExp(`^${code} at byte \\d+ of \\d+: `, "m"));
      const lines = await startLines();
      assert.deepEqual(
        lines.filter(({ level }) => level === 40).map((line) => line.code),
        [code],
      );
      assert.ok(
        lines.some(({ msg }) => msg === "room taken over"),
        JSON.stringify(lines),
      );
    }
  });

  it("[LOG12] npm run log without a name lists the rooms; one that is not there is refused", () => {
    const listed = log();
    assert.equal(listed.status, 2);
    assert.match(listed.stderr, new RegExp(`^  ${roomId}$`, "m"));
    const missing = log("nobody");
    assert.equal(missing.status, 2);
    assert.match(missing.stderr, /^ninelives: no log of "nobody"/);
  });
});
