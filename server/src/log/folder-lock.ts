/**
 * One process writes to a folder of logs: `<dir>/host.lock` names it. A lock whose process is gone counts for nothing, so a
 * crash leaves none behind; where the system says when a process started, another one of the same number is not mistaken for it.
 */
import { link, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { NetError } from "@ninelives/shared-schema";
import { missingIsUndefined } from "./file-names.ts";

export interface FolderLock {
  release(): Promise<void>;
}

interface Holder {
  readonly pid: number;
  /** What the system says of its start; empty where it says nothing. */
  readonly started: string;
}

/** Rejects with CONFIG_INVALID, naming the process, while another living one has the folder. */
export async function lockFolder(dir: string): Promise<FolderLock> {
  await mkdir(dir, { recursive: true });
  const path = join(dir, "host.lock");
  const mine: Holder = { pid: process.pid, started: (await startOf(process.pid)) ?? "" };
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, JSON.stringify(mine));
  try {
    for (;;) {
      if (await linked(draft, path)) return { release: () => rm(path, { force: true }) };
      const text = await readFile(path, "utf8").catch(missingIsUndefined);
      if (text === undefined) continue;
      const { pid, started } = holderIn(text);
      if (pid === mine.pid && started === mine.started) return { release: () => Promise.resolve() };
      if (pid > 0 && (await startOf(pid)) === started) throw takenError(dir, pid);
      await removeStale(path, text);
    }
  } finally {
    await rm(draft, { force: true });
  }
}

/** A power cut may leave any text: pid 0 is nobody. */
function holderIn(text: string): Holder {
  try {
    const { pid = 0, started = "" } = JSON.parse(text) as Partial<Holder>;
    return { pid, started };
  } catch {
    return { pid: 0, started: "" };
  }
}

/** false: there is a lock already. A link has its whole content from the moment it is there. */
async function linked(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return false;
  }
}

/** Moves the lock away, and back when it is not the one that was read: somebody else was faster. */
async function removeStale(path: string, text: string): Promise<void> {
  const aside = `${path}.stale.${process.pid}`;
  await rename(path, aside).catch(missingIsUndefined);
  if ((await readFile(aside, "utf8").catch(missingIsUndefined)) !== text) await linked(aside, path);
  await rm(aside, { force: true });
}

/** undefined when no such process lives. */
async function startOf(pid: number): Promise<string | undefined> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return undefined;
  }
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  const [state, ...fields] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return state === "Z" ? undefined : (fields[18] ?? "");
}

function takenError(dir: string, pid: number): NetError {
  return new NetError(
    "CONFIG_INVALID",
    `NINELIVES_DIR: a folder of its own expected, but process ${pid} writes its logs to ${dir}: stop it, choose another folder, or let both share a REDIS_URL`,
    { pid, dir },
  );
}
