/** A disk of a test's own: a tmpfs that is soon full. Needs the right to mount, which root has, in a container as elsewhere. */
import { execFileSync } from "node:child_process";
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const PAGE_BYTES = 4096;

export class SmallDisk {
  readonly dir: string;

  constructor(size: string) {
    this.dir = mkdtempSync(join(tmpdir(), "ninelives-disk-"));
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", `size=${size}`, "tmpfs", this.dir], { stdio: "pipe" });
    } catch (error) {
      rmSync(this.dir, { recursive: true });
      throw new Error(`the right to mount a tmpfs expected (root, CAP_SYS_ADMIN): ${String(error)}`);
    }
  }

  /** To the last byte. */
  fill(): void {
    writeFileSync(this.#filler, "");
    try {
      for (;;) appendFileSync(this.#filler, Buffer.alloc(PAGE_BYTES));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
    }
  }

  makeRoom(): void {
    rmSync(this.#filler, { force: true });
  }

  /** Fails while a file is open for writing. */
  allowWrites(allowed: boolean): void {
    execFileSync("mount", ["-o", `remount,${allowed ? "rw" : "ro"}`, this.dir]);
  }

  remove(): void {
    execFileSync("umount", [this.dir]);
    rmSync(this.dir, { recursive: true });
  }

  get #filler(): string {
    return join(this.dir, "filler");
  }
}
