/**
 * What has to be there before anything runs: dependencies, a Node that is new enough, built pages, and for tests a real Redis
 * and a real browser. Plain JavaScript for any Node from 20 on, because it runs before the right one is installed.
 * Every function either succeeds or throws a Failure with one sentence for the person in front of the terminal.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");
const BIN = join(ROOT, "node_modules", ".bin");
const NODE_MAJOR = 24;

/** Expected trouble: its message is all that is shown. */
export class Failure extends Error {}

/**
 * Installs what package-lock.json lists unless that was installed after its last change (npm writes its own lock into
 * node_modules when an install is complete). Returns the path of a Node that can run the code.
 */
export function ensureDependencies() {
  const installed = join(ROOT, "node_modules", ".package-lock.json");
  if (!existsSync(installed) || statSync(installed).mtimeMs < statSync(join(ROOT, "package-lock.json")).mtimeMs) {
    say("installing dependencies …");
    const npm = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
      cwd: ROOT,
      encoding: "utf8",
    });
    if (npm.status !== 0) throw new Failure(`dependencies could not be installed: ${npmReason(npm)}`);
  }
  return findNode();
}

function findNode() {
  const local = join(BIN, "node");
  if (existsSync(local)) return local;
  if (Number(process.versions.node.split(".")[0]) >= NODE_MAJOR) return process.execPath;
  throw new Failure(
    `Node ${NODE_MAJOR} or later expected, ${process.versions.node} got, and npm has no Node for ${process.platform} ${process.arch} here: install Node ${NODE_MAJOR} and start again`,
  );
}

function npmReason({ error, stderr = "" }) {
  if (error) return `npm did not start (${error.message})`;
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH|network/i.test(stderr)) {
    return "the npm registry cannot be reached: connect to the network and start again";
  }
  const line = stderr.split("\n").find((text) => /^npm (error|ERR!)/.test(text) && !/code /.test(text));
  return (line ?? "npm failed without a reason").replace(/^npm (error|ERR!)\s*/, "");
}

/** Builds the pages when they are missing or older than what they are made of. */
export function ensurePages(node) {
  const built = join(ROOT, "web", "dist", "index.html");
  const sources = ["web", "client/src", "shared-schema/src", "games"].map((folder) => newest(join(ROOT, folder)));
  if (existsSync(built) && statSync(built).mtimeMs >= Math.max(...sources)) return;
  say("building pages …");
  const vite = spawnSync(node, [join(BIN, "vite"), "build", "web", "--logLevel", "error"], {
    cwd: ROOT,
    encoding: "utf8",
  });
  if (vite.status !== 0) throw new Failure(`the pages could not be built: ${vite.stderr || vite.stdout}`);
}

/** Newest change below a folder, ms; built and installed things do not count. */
function newest(folder) {
  let latest = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.name === "dist" || entry.name === "node_modules") continue;
    const path = join(folder, entry.name);
    latest = Math.max(latest, entry.isDirectory() ? newest(path) : statSync(path).mtimeMs);
  }
  return latest;
}

/** Path of a real redis-server; installs Debian's when there is none. */
export function ensureRedis() {
  return (
    onPath("redis-server") ??
    aptInstall("redis-server", "redis-server") ??
    unpackDebian("redis-server", ["redis-server", "redis-tools", "libjemalloc2", "liblzf1"]) ??
    fail("a real redis-server is needed and could not be installed: install Redis 7 and start again")
  );
}

/** Path of a real Chromium; installs Debian's when there is none. */
export function ensureChromium() {
  return (
    onPath("chromium") ??
    onPath("google-chrome") ??
    aptInstall("chromium", "chromium") ??
    fail("a real Chromium is needed for the browser tests and could not be installed: install chromium and start again")
  );
}

function onPath(command) {
  const found = spawnSync("sh", ["-c", `command -v ${command}`], { encoding: "utf8" });
  return found.status === 0 ? found.stdout.trim() : undefined;
}

function aptInstall(packageName, command) {
  if (onPath("apt-get") === undefined || process.getuid?.() !== 0) return undefined;
  say(`installing ${packageName} …`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  spawnSync("apt-get", ["update"], { env, stdio: "ignore" });
  spawnSync("apt-get", ["install", "-y", "--no-install-recommends", packageName], { env, stdio: "ignore" });
  return onPath(command);
}

/** Without root: fetches Debian's packages and unpacks them below .ninelives/tools, with a starter that finds the libraries. */
function unpackDebian(command, packages) {
  if (onPath("apt-get") === undefined || onPath("dpkg") === undefined) return undefined;
  const folder = join(ROOT, ".ninelives", "tools", command);
  const starter = join(folder, command);
  if (existsSync(starter)) return starter;
  say(`fetching ${command} …`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  spawnSync("apt-get", ["download", ...packages], { cwd: folder, stdio: "ignore" });
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".deb"))) {
    spawnSync("dpkg", ["-x", file, "."], { cwd: folder, stdio: "ignore" });
  }
  const binary = join(folder, "usr", "bin", command);
  if (!existsSync(binary)) return undefined;
  const libraries = readdirSync(join(folder, "usr", "lib")).map((name) => join(folder, "usr", "lib", name));
  writeFileSync(starter, `#!/bin/sh\nLD_LIBRARY_PATH="${libraries.join(":")}" exec "${binary}" "$@"\n`, {
    mode: 0o755,
  });
  return starter;
}

function fail(message) {
  throw new Failure(message);
}

function say(message) {
  process.stderr.write(`ninelives: ${message}\n`);
}

/** Runs a script's main function; a Failure becomes one line and exit code 1. */
export async function run(main) {
  try {
    process.exitCode = await main();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    say(error.message);
    process.exitCode = 1;
  }
}
