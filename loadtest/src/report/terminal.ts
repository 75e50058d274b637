/** Progress on standard error: one line redrawn in a terminal, a plain line per second in a pipe. */
import type { Progress } from "../run.ts";

const PLAIN_EVERY_MS = 1_000;

export interface ProgressStream {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

export function createTerminal(stream: ProgressStream, nowMs: () => number) {
  let drawn = false;
  let lastPlainMs = Number.NEGATIVE_INFINITY;
  return {
    show(progress: Progress): void {
      if (stream.isTTY === true) {
        stream.write(`\r\u001B[K${progressText(progress)}`);
        drawn = true;
      } else if (nowMs() - lastPlainMs >= PLAIN_EVERY_MS) {
        lastPlainMs = nowMs();
        stream.write(`${progressText(progress)}\n`);
      }
    },
    /** Leaves an empty line behind for what comes next. */
    end(): void {
      if (drawn) stream.write("\r\u001B[K");
    },
  };
}

function progressText({ phase, bots, joined, failed, connected, elapsedMs, ofMs }: Progress): string {
  const seconds = (ms: number) => `${(ms / 1000).toFixed(0)} s`;
  const troubles = failed > 0 ? `, ${failed} failed` : "";
  if (phase === "joining") return `joining: ${joined} of ${bots}${troubles}`;
  return `playing: ${connected} of ${bots} connected${troubles}, ${seconds(Math.min(elapsedMs, ofMs))} of ${seconds(ofMs)}`;
}
