/** The process an operator starts: it comes up, or it ends with words that say why; it never hangs in between. */
import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { connect } from "@ninelives/client";
import { readRoom, systemClock } from "@ninelives/server";
import { RecordKind } from "@ninelives/shared-schema";
import { FileStore } from "../src/log/file-store.ts";
import { Lab } from "../../test/support/lab.ts";
import { ROOT, startMain } from "../../test/support/main-process.ts";

const HEAD = `import { defineHost } from "@ninelives/server";
import { Lab, LabRoom } from "../support/lab.ts";
`;

describe("the server's process", () => {
  /** Inside the repository, so that a configuration finds its imports. */
  let dir: string;
  let logs: string;
  before(async () => {
    dir = await mkdtemp(join(ROOT, "test/tmp-main-"));
    logs = join(dir, "logs");
    await mkdir(logs);
  });
  after(() => rm(dir, { recursive: true }));

  async function config(text: string): Promise<string> {
    const path = join(dir, `${Math.random().toString(36).slice(2)}.config.ts`);
    await writeFile(path, HEAD + text);
    return path;
  }

  /** What a start that must fail says on stderr. */
  async function failed(path: string, env: NodeJS.ProcessEnv = {}): Promise<string[]> {
    const main = startMain(path, { NINELIVES_DIR: logs, ...env });
    try {
      assert.equal(await main.exited(), 1, main.stdout());
    } finally {
      await main.stop();
    }
    assert.doesNotMatch(main.stdout(), /is up/);
    return main.stderr().trim().split("\n");
  }

  const good = join(ROOT, "test/support/lab.config.ts");

  it("[CFG1] names file, line, field, expected and got, one line per wrong field", async () => {
    const path = await config(`
export default defineHost({
  rooms: { lab: { type: Lab, room: LabRoom } },
  seatHoldSeconds: -5,
  origins: ["nowhere"] as never,
});
`);
    const lines = await failed(path);
    assert.equal(lines.length, 2, lines.join("\n"));
    assert.match(lines[0]!, /^ninelives: test\/tmp-main-\w+\/\w+\.config\.ts:6: seatHoldSeconds: .*0.*, got -5$/);
    assert.match(lines[1]!, /^test\/tmp-main-\w+\/\w+\.config\.ts:7: origins\[0\]: .*, got "nowhere"$/);
  });

  it("[CFG1] names the line of a field inside a room's entry", async () => {
    const path = await config(`
export default defineHost({
  rooms: {
    lab: {
      type: Lab,
      room: Date as never,
    },
  },
});
`);
    const [line] = await failed(path);
    assert.match(line!, /\.config\.ts:8: rooms\.lab\.room: a class that extends GameRoom expected, got class Date$/);
  });

  it("[CFG1] a file that exports nothing of use, and one that is not there, are named", async () => {
    const useless = await config("export default { rooms: [] };\n");
    const [wrong, missing] = await Promise.all([failed(useless), failed(join(dir, "nowhere.ts"))]);
    assert.match(wrong.join("\n"), /default export: the result of defineHost\(\) expected/);
    assert.match(missing.join("\n"), /nowhere\.ts/);
  });

  it("[CFG1][TUN2] a wrong tuning file is named with file, line and field", async () => {
    await writeFile(join(dir, "lab.tuning.yaml"), "# strides\nstride: 1000\n");
    const path = await config(`
export default defineHost({
  rooms: { lab: { type: Lab, room: LabRoom, tuning: ${JSON.stringify(join(dir, "lab.tuning.yaml"))} } },
});
`);
    const [line, ...more] = await failed(path);
    assert.deepEqual(more, []);
    assert.match(line!, /rooms\.lab\.tuning: .*lab\.tuning\.yaml:2.*stride.*100.*1000/);
  });

  it("[CFG2] a taken port: one line that says what to do", async () => {
    const other = createServer().listen(0);
    const { port } = other.address() as AddressInfo;
    const lines = await failed(good, { PORT: String(port) });
    other.close();
    assert.deepEqual(lines, [
      `ninelives: port ${port} is in use: stop the other program, or start with PORT=${port + 1}`,
    ]);
  });

  it("[CFG2] a wrong PORT or LOG_LEVEL: one line", async () => {
    const port = (text: string) => `ninelives: PORT: a whole number from 0 to 65535 expected, "${text}" got`;
    const answers = await Promise.all([
      failed(good, { PORT: "abc" }),
      failed(good, { PORT: "65536" }),
      failed(good, { LOG_LEVEL: "loud" }),
    ]);
    const levels = 'ninelives: LOG_LEVEL: one of trace, debug, info, warn, error, fatal, silent expected, "loud" got';
    assert.deepEqual(answers, [[port("abc")], [port("65536")], [levels]]);
  });

  it("[CFG2] an address that is none: one line", async () => {
    const answers = await Promise.all([
      failed(good, { PUBLIC_ADDRESS: "https://play.example.com" }),
      failed(good, { INNER_ADDRESS: "n1" }),
    ]);
    const expected = "host:port expected, without a scheme,";
    assert.deepEqual(answers, [
      [`ninelives: PUBLIC_ADDRESS: ${expected} "https://play.example.com" got`],
      [`ninelives: INNER_ADDRESS: ${expected} "n1" got`],
    ]);
  });

  it("[CFG2] a log folder that cannot be written (a file stands in its place): one line", async () => {
    const file = join(dir, "a-file");
    await writeFile(file, "");
    for (const lines of await Promise.all(
      [file, join(file, "below")].map((place) => failed(good, { NINELIVES_DIR: place })),
    )) {
      assert.equal(lines.length, 1);
      assert.match(lines[0]!, /^ninelives: NINELIVES_DIR: a writable folder expected at .*a-file/);
    }
  });

  it("[CFG3] SIGTERM drains: players are told to come again, logs are left to the next process, the exit code is 0", async () => {
    const main = startMain(good, { NINELIVES_DIR: logs });
    try {
      const ada = await connect(await main.up()).create(Lab, { name: "Ada" });
      assert.deepEqual(await ada.command("add", { by: 9 }), { count: 9 });
      const reasons: string[] = [];
      ada.connection.onChange(({ reason }) => reasons.push(reason));
      main.kill("SIGTERM");
      assert.equal(await main.exited(), 0, main.stderr());
      assert.equal(ada.connection.state, "RECONNECTING");
      assert.equal(reasons[0], "MAY_TRY_RECONNECT");
      await ada.leave();
      const store = new FileStore({ dir: logs, clock: systemClock, onFault: (message) => assert.fail(message) });
      const { records, damage, image } = await readRoom(store, ada.roomId, Lab);
      assert.deepEqual([damage, records.at(-1)!.kind, image!.state.count], [[], RecordKind.SNAPSHOT, 9]);
    } finally {
      await main.stop();
    }
  });
});
