/** Hosts that the system does not start at all. */
import assert from "node:assert/strict";
import { hostStarter } from "../../src/supervisor/host-child.ts";

describe("a host the system does not start", () => {
  const { execPath } = process;
  afterEach(() => {
    process.execPath = execPath;
  });

  async function ending(env: NodeJS.ProcessEnv) {
    const host = hostStarter({ exec: import.meta.filename, args: [], env })();
    const { code, signal, refusal } = await host.ended;
    host.kill("SIGTERM");
    return [host.pid, code, signal, refusal];
  }

  it("[SUP3] has ended, with the system's reason, whether that is said at once or a moment later", async () => {
    process.execPath = "/nowhere/node";
    assert.deepEqual(await ending({}), [undefined, null, null, "spawn /nowhere/node ENOENT"]);
    const [, , , refusal] = await ending({ "NO\0NAME": "" });
    assert.match(refusal as string, /must be a string without null bytes/);
  });
});
