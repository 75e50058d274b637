/**
 * One run: a host with a room of each kind, attackers, and a player in each room who notices when something is amiss. Host and attackers
 * are processes of their own, so that neither makes the other late.
 *
 * A run fails when the host ends, when an error is caught by nobody, when a turn of its event loop takes longer than STALL_MS on a core,
 * and when a player loses the connection, gets no answer, or misses patches for longer than SILENCE_MS.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, writeFileSync } from "node:fs";
import { constants, setPriority, tmpdir } from "node:os";
import { join } from "node:path";
import type { Health } from "./host.ts";
import { enterHonestly, type Fate, type Player } from "./honest.ts";
import type { Spoils } from "./intruder.ts";
import { type Kind, KINDS } from "./rooms.ts";

const STALL_MS = 50;
/** Beside the time in which other work of the machine kept the host from running. */
const SILENCE_MS = 1_000;
const ASK_MS = 100;
const ANSWER_MS = 15_000;
const LOOK_MS = 500;

export interface Wishes {
  readonly seed: number;
  readonly seconds: number;
  /** Ends the run earlier. */
  readonly frames: number;
  readonly attackers: number;
  /** Longest turn of the host's event loop, and longest silence for a player, ms. Default STALL_MS and SILENCE_MS. */
  readonly stallMs?: number;
  readonly silenceMs?: number;
}

export interface FramesSummary extends Spoils {
  readonly seed: number;
  readonly seconds: number;
  readonly faults: readonly string[];
  readonly health: Health;
  readonly fates: Readonly<Record<Kind, Fate>>;
  readonly answers: number;
  /** Where the last frames are, if something went wrong. */
  readonly file: string | undefined;
}

export async function runFrames(wishes: Wishes, onProgress: (spoils: Spoils) => void): Promise<FramesSummary> {
  const host = child("host.ts");
  const intruder = child("intruder.ts");
  const faults = new Set<string>();
  setPriority(intruder.pid!, constants.priority.PRIORITY_BELOW_NORMAL);
  try {
    const [{ url }] = (await once(host, "message")) as [{ url: string }];
    host.once("exit", (code, signal) => faults.add(`the host has ended: ${code ?? signal}`));
    const players = {} as Record<Kind, Player>;
    for (const kind of KINDS) players[kind] = await enterHonestly(url, kind);
    const roomIds = Object.fromEntries(KINDS.map((kind) => [kind, players[kind].roomId])) as Record<Kind, string>;
    for (const kind of KINDS) players[kind].begin();
    const beganMs = performance.now();
    host.send("begin");
    intruder.send({ url, seed: wishes.seed, attackers: wishes.attackers, roomIds });
    let answers = 0;
    let isOver = false;
    const asking = KINDS.map(async (kind) => {
      while (!isOver) {
        const error = await inTime(players[kind].ask());
        if (error === undefined) answers++;
        else if (!isOver) faults.add(`the player of ${kind}: ${error}`);
        await pause(ASK_MS);
      }
    });
    let spoils: Spoils;
    do {
      await pause(LOOK_MS);
      spoils = await ask<Spoils>(intruder, "spoils");
      onProgress(spoils);
    } while (faults.size === 0 && performance.now() - beganMs < wishes.seconds * 1000 && sum(spoils) < wishes.frames);
    const seconds = (performance.now() - beganMs) / 1000;
    const last = await ask<unknown>(intruder, "last");
    intruder.kill();
    const health = await ask<Health>(host, "health");
    isOver = true;
    await Promise.all(asking);
    const fates = Object.fromEntries(KINDS.map((kind) => [kind, players[kind].fate()])) as Record<Kind, Fate>;
    await Promise.all(KINDS.map((kind) => inTime(players[kind].leave())));
    for (const fault of faultsOf(health, fates, wishes)) faults.add(fault);
    const file = faults.size === 0 ? undefined : kept(last, wishes.seed);
    return { ...spoils, seed: wishes.seed, seconds, faults: [...faults], health, fates, answers, file };
  } finally {
    host.kill("SIGKILL");
    intruder.kill("SIGKILL");
  }
}

export function sum({ frames }: Spoils): number {
  return KINDS.reduce((all, kind) => all + frames[kind], 0);
}

function faultsOf(
  health: Health,
  fates: Readonly<Record<Kind, Fate>>,
  { stallMs = STALL_MS, silenceMs = SILENCE_MS }: Wishes,
): string[] {
  const faults = health.uncaught.map((text) => `nobody caught: ${text}`);
  if (health.busiestMs > stallMs) faults.push(`the event loop stood still for ${health.busiestMs.toFixed(0)} ms`);
  for (const kind of KINDS) {
    const { faults: own, heard, longestMs } = fates[kind];
    faults.push(...own);
    if (heard === 0 || longestMs > silenceMs + health.latestMs)
      faults.push(`the player of ${kind} heard nothing for ${longestMs.toFixed(0)} ms`);
  }
  return faults;
}

function child(file: string): ChildProcess {
  return fork(new URL(file, import.meta.url), { stdio: ["ignore", "ignore", "inherit", "ipc"] });
}

async function ask<Told>(of: ChildProcess, what: string): Promise<Told> {
  if (of.exitCode !== null || of.signalCode !== null) throw new Error(`nobody is there to be asked for its ${what}`);
  const gone = new AbortController();
  const onExit = () => gone.abort(new Error(`it ended while it was asked for its ${what}`));
  of.once("exit", onExit);
  const answer = once(of, "message", { signal: gone.signal });
  of.send(what);
  const [told] = (await answer) as [Told];
  of.off("exit", onExit);
  return told;
}

/** What went wrong; undefined: nothing did. */
async function inTime(promise: Promise<void>): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => (timer = setTimeout(() => resolve("no answer"), ANSWER_MS)));
  const done = promise.then(
    () => undefined,
    (error: unknown) => String(error),
  );
  try {
    return await Promise.race([done, late]);
  } finally {
    clearTimeout(timer);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** The last frames of each attacker as hex, for whoever looks for the one: outside of the repository. */
function kept(last: unknown, seed: number): string {
  const file = join(mkdtempSync(join(tmpdir(), "ninelives-frames-")), `seed-${seed}.json`);
  writeFileSync(file, `${JSON.stringify(last, undefined, 1)}\n`);
  return file;
}
