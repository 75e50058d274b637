/**
 * One process for a folder of logs. The lock is a listening socket whose name is made of the folder's identity, so it lasts as
 * long as its process and never longer: whatever ends the process, the kernel closes the socket. Whoever comes second asks over
 * it who is there.
 *
 * Linux has names for it that no file stands for, Windows has pipes: both are free in the moment their process is gone. Elsewhere
 * it is a socket file in the system's temporary folder; one that nobody listens on is taken over.
 *
 * It holds between the processes of one machine that see the same network namespace. Containers that share a volume are on
 * their own.
 */
import { createHash } from "node:crypto";
import { statSync, unlinkSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NetError } from "@ninelives/shared-schema";

/** How long the holder may take to say who it is, ms. One that is frozen never does. */
const ANSWER_MS = 500;

/**
 * Locks a folder that is there for the rest of this process's life. Rejects with CONFIG_INVALID, naming folder and process, while
 * another process has it.
 */
export async function lockDir(dir: string): Promise<void> {
  const path = socketPath(dir);
  const server = (await hold(path)) ?? (await takeOver(path));
  if (server === undefined) {
    const holder = await whoHolds(path);
    throw new NetError(
      "CONFIG_INVALID",
      `NINELIVES_DIR: a folder that no other process uses expected, ${dir} is used by ${holder}: stop it, or start with another NINELIVES_DIR`,
    );
  }
  server.unref();
}

/** The same for every name a folder has. */
function socketPath(dir: string): string {
  const { dev, ino } = statSync(dir, { bigint: true });
  const name = `ninelives-${createHash("sha256").update(`${dev}:${ino}`).digest("hex").slice(0, 32)}`;
  if (process.platform === "linux") return `\0${name}`;
  return process.platform === "win32" ? `\\\\.\\pipe\\${name}` : join(tmpdir(), `${name}.sock`);
}

/** undefined: the name is taken. */
function hold(path: string): Promise<Server | undefined> {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.end(String(process.pid));
  });
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") resolve(undefined);
      else reject(error);
    });
    // Exclusive: in a cluster the supervisor would hold it, and would still do so when this process is gone.
    server.listen({ path, exclusive: true }, () => resolve(server));
  });
}

/** A socket file whose process is gone is in the way: it refuses. */
async function takeOver(path: string): Promise<Server | undefined> {
  const isFile = process.platform !== "linux" && process.platform !== "win32";
  if (!isFile || (await reaches(path))) return undefined;
  unlinkSync(path);
  return hold(path);
}

async function reaches(path: string): Promise<boolean> {
  const socket = connect(path);
  const reached = await new Promise<boolean>((resolve) => {
    socket.once("connect", () => resolve(true));
    socket.once("error", () => resolve(false));
  });
  socket.destroy();
  return reached;
}

async function whoHolds(path: string): Promise<string> {
  const socket = connect(path).setEncoding("utf8");
  const pid = await said(socket);
  socket.destroy();
  return pid === "" ? "a process that does not answer" : `process ${pid}`;
}

function said(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let text = "";
    socket.on("data", (part: string) => (text += part));
    socket.setTimeout(ANSWER_MS, () => resolve(text));
    socket.once("error", () => resolve(text));
    socket.once("end", () => resolve(text));
  });
}
