/** The documents say what the code does: the README's game is the one that runs here, and every code and limit has its row. */
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { connect } from "@ninelives/client";
import { createLogger, type RunningHost, startHost } from "@ninelives/server";
import { CODES } from "@ninelives/shared-schema";
import { after, before, describe, it } from "mocha";
import hillHost, { Hill } from "../docs/examples/hill.ts";

const ROOT = new URL("..", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, ROOT), "utf8");

describe("documents", () => {
  it("the README shows the game of docs/examples as it is", () => {
    assert.ok(read("README.md").includes(read("docs/examples/hill.ts").trim()));
  });

  it("docs/reference/codes.md has exactly the codes there are", () => {
    const rows = [
      ...read("docs/reference/codes.md").matchAll(/^\| (\d{4}) \| (\w+) \| (\w+) \| (yes|no) \| (.+) \|$/gm),
    ].map((row) => row.slice(1));
    const expected = Object.entries(CODES).map(([name, { code, sender, recoverable, action }]) => [
      String(code),
      name,
      sender,
      recoverable ? "yes" : "no",
      action,
    ]);
    assert.deepEqual(rows, expected);
  });

  it("the README's six lines in flight mode are those of docs/examples, as they are", () => {
    const lines = /\n\n(const client = [^]*?)\n\n/.exec(read("docs/examples/flight-mode.ts"))![1]!;
    assert.equal(lines.split("\n").length, 6);
    assert.ok(read("README.md").includes(`\n${lines}\n`));
  });

  it("every rule that docs/security.md leans on is in SPEC.md, and a test proves it", () => {
    const named = new Set(read("docs/security.md").match(/\b[A-Z]{2,4}\d+\b/g));
    const rules = new Set([...read("SPEC.md").matchAll(/^- \*\*([A-Z]+\d+)\*\*/gm)].map(([, id]) => id!));
    const tests = globSync("{shared-schema,server,client,loadtest,games,test}/**/*.test.ts", { cwd: ROOT });
    const proved = new Set(tests.flatMap((file) => read(file).match(/(?<=\[)[A-Z]+\d+(?=\])/g) ?? []));
    assert.ok(named.size > 40);
    assert.deepEqual(
      [...named].filter((id) => !rules.has(id)),
      [],
      "no rule",
    );
    assert.deepEqual(
      [...named].filter((id) => !proved.has(id)),
      [],
      "no test",
    );
  });

  describe("the README's game", () => {
    let host: RunningHost;
    before(async () => {
      const logger = createLogger({ level: "silent", pretty: false });
      host = await startHost({ ...hillHost, store: { kind: "memory" } }, { port: 0, logger });
    });
    after(() => host.stop());

    it("is played by the README's client", async () => {
      const room = await connect(`http://127.0.0.1:${host.port}`).joinOrCreate(Hill, {});
      const crowned = new Promise<string>((resolve) => room.on("crowned", ({ who }) => resolve(who)));
      assert.deepEqual(await room.command("climb", {}), { points: 0 });
      assert.equal(await crowned, room.sessionId);
      await new Promise<void>((resolve) =>
        room.onPatch(() => (room.state.points.get(room.sessionId) ?? 0) >= 3 && resolve()),
      );
      await assert.rejects(room.command("climb", {}), { name: "COMMAND_REFUSED", message: "you are up there already" });
      await room.leave();
    });
  });
});
