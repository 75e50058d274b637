import { deepEqual, equal } from "node:assert/strict";
import { createTerminal } from "../src/report/terminal.ts";
import type { Progress } from "../src/run.ts";

const PLAYING: Progress = {
  phase: "playing",
  bots: 20,
  joined: 19,
  failed: 1,
  connected: 18,
  elapsedMs: 3_000,
  ofMs: 10_000,
};

describe("progress", () => {
  it("[BOT5] one line redrawn in a terminal, nothing of it left at the end", () => {
    const written: string[] = [];
    const terminal = createTerminal({ isTTY: true, write: (text) => written.push(text) }, () => 0);
    terminal.show(PLAYING);
    terminal.show(PLAYING);
    terminal.end();
    equal(written.length, 3);
    equal(written[0], "\r\u001B[Kplaying: 18 of 20 connected, 1 failed, 3 s of 10 s");
    equal(written[2], "\r\u001B[K");
  });

  it("[BOT5] a plain line per second in a pipe", () => {
    const written: string[] = [];
    let nowMs = 0;
    const terminal = createTerminal({ write: (text) => written.push(text) }, () => nowMs);
    for (; nowMs < 2_500; nowMs += 250) terminal.show(PLAYING);
    terminal.end();
    deepEqual(
      written,
      Array.from({ length: 3 }, () => "playing: 18 of 20 connected, 1 failed, 3 s of 10 s\n"),
    );
  });
});
