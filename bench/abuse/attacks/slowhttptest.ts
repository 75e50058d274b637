/** Debian's `slowhttptest`, where it is installed: the same slow headers by somebody else's hand. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { networkInterfaces } from "node:os";

const PROGRAM = "slowhttptest";
/** It goes on for so long if it is let, seconds. */
const FOR_S = 30;
const A_SECOND = 1_000;

// oxlint-disable-next-line no-control-regex -- what a terminal takes as a colour begins with one
const COLOURS = /\u001b\[[\d;]*m/g;

/** What it says in the end. */
export interface SlowHttpTest {
  /** Why it ended: {@link NONE_LEFT}, or its time was over. */
  readonly why: string;
  /** As it said last, some seconds before that. */
  readonly connected: number;
  readonly closed: number;
  readonly isAvailable: boolean;
}

export const NONE_LEFT = "No open connections left";

/**
 * From the address of this machine, which is not exempt as loopback is. A text: why it was not run.
 * `connections`: how many it opens.
 */
export async function slowHttpTest(port: number, connections: number): Promise<SlowHttpTest | string> {
  if (spawnSync("sh", ["-c", `command -v ${PROGRAM}`]).status !== 0)
    return `${PROGRAM} is not installed (apt-get install ${PROGRAM})`;
  const address = Object.values(networkInterfaces())
    .flat()
    .find((one) => one?.family === "IPv4" && !one.internal)?.address;
  if (address === undefined) return `${PROGRAM} needs an address of this machine that is not loopback`;
  const args = [
    "-H",
    "-c",
    connections,
    "-r",
    A_SECOND,
    "-i",
    10,
    "-p",
    3,
    "-l",
    FOR_S,
    "-u",
    `http://${address}:${port}/`,
  ];
  const child = spawn(PROGRAM, args.map(String), { stdio: ["ignore", "pipe", "ignore"] });
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
  await once(child, "close");
  const plain = text.replace(COLOURS, "");
  const last = (what: string) => [...plain.matchAll(new RegExp(`${what}:\\s*(\\w+)`, "g"))].at(-1)?.[1] ?? "";
  return {
    why: /Exit status:\s*(.+?)\s*$/m.exec(plain)?.[1] ?? "",
    connected: Number(last("connected")),
    closed: Number(last("closed")),
    isAvailable: last("service available") === "YES",
  };
}
