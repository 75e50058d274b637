/** The command line of the simulated worlds. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, it } from "mocha";

const CLI = fileURLToPath(new URL("cli.ts", import.meta.url));

function fuzz(...args: string[]) {
  return spawnSync(process.execPath, [CLI, ...args], { encoding: "utf8" });
}

describe("npm run fuzz", function () {
  this.timeout(120_000);

  it("[SIM6] ownership --seed tells the story of one world, --json only its figures", () => {
    const { stdout, status } = fuzz("ownership", "--seed", "7");
    assert.equal(status, 0);
    for (const line of [
      /^ +0 ms {2}a\.1 +starts$/m,
      /ms {2}store +gives red to /,
      /ms {2}p0 +is told p0#1$/m,
      /ms {2}storm +is over$/m,
    ])
      assert.match(stdout, line);
    const { first, worlds, failed } = JSON.parse(fuzz("ownership", "--seed", "7", "--json").stdout) as Summary;
    assert.deepEqual({ first, worlds, failed }, { first: 7, worlds: 1, failed: [] });
  });

  it("[SIM6] --seeds and --from say which worlds, of either kind; a wrong option is named, exit code 2", () => {
    for (const kind of [["ownership"], []]) {
      const { first, worlds } = JSON.parse(fuzz(...kind, "--seeds", "2", "--from", "5", "--json").stdout) as Summary;
      assert.deepEqual({ first, worlds }, { first: 5, worlds: 2 });
    }
    const { status, stderr } = fuzz("ownership", "--seeds", "0");
    assert.deepEqual([status, stderr], [2, "--seeds: a whole number from 1 expected, 0 got\n"]);
  });
});

interface Summary {
  readonly first: number;
  readonly worlds: number;
  readonly failed: readonly number[];
}
