/**
 * `npm run log -- <file or room id> [--json]`: what a room's log holds, and what of it cannot be read; without a name, which
 * logs there are. Exit code 1 when a byte could not be trusted, 2 when there is no such log.
 */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { type LogRecord, RecordKind, SectionTag } from "@ninelives/shared-schema";
import { logDirFromEnv } from "../config.ts";
import { FileStore } from "../log/file-store.ts";
import { type LogContent, parseSegments } from "../log/read-log.ts";
import { systemClock } from "../system-clock.ts";

const KINDS = nameOf(RecordKind);
const TAGS = nameOf(SectionTag);

const target = process.argv[2];
if (target === undefined) stop(2, await usage());
const segments = await load(target);
if (segments.length === 0) stop(2, `no log of "${target}": a file, or the id of a room below NINELIVES_DIR, expected`);
const content = parseSegments(segments);
process.stdout.write(process.argv.includes("--json") ? `${JSON.stringify(summary(content))}\n` : text(content));
process.exitCode = content.damage.length > 0 ? 1 : 0;

async function load(name: string): Promise<Uint8Array[]> {
  return existsSync(name) ? [await readFile(name)] : fileStore().read(name);
}

async function usage(): Promise<string> {
  const unfinished = new Set((await fileStore().unfinished()).map(({ roomId }) => roomId));
  const rooms = (await fileStore().list()).map((roomId) => `  ${roomId}${unfinished.has(roomId) ? "" : "  ended"}`);
  return ["usage: npm run log -- <file or room id> [--json]", "rooms with a log:", ...rooms].join("\n");
}

function fileStore(): FileStore {
  return new FileStore({ dir: logDirFromEnv(), clock: systemClock, onFault: (message) => stop(2, message) });
}

function summary({ header, records, damage }: LogContent) {
  const { layout: _, ...facts } = header ?? {};
  const kinds = Object.fromEntries(
    [...KINDS].map(([kind, name]) => [name, records.filter((record) => record.kind === kind).length]),
  );
  const last = records.at(-1);
  return {
    ...facts,
    records: kinds,
    epochs: [...new Set(records.map((record) => record.epoch))],
    lastTick: last?.tick ?? null,
    elapsedMs: last?.elapsedMs ?? null,
    ended: last?.kind === RecordKind.END,
    damage,
  };
}

function text(log: LogContent): string {
  const { damage, records, ...facts } = summary(log);
  const lines = Object.entries(facts).map(([name, value]) => `${name.padEnd(10)} ${String(value)}`);
  lines.push(
    `${"records".padEnd(10)} ${Object.entries(records)
      .map(([kind, count]) => `${count} ${kind}`)
      .join(", ")}`,
    "",
  );
  for (const record of log.records.slice(-10)) lines.push(line(record));
  for (const { message } of damage) lines.push("", message);
  return `${lines.join("\n")}\n`;
}

function line({ kind, tick, elapsedMs, sections }: LogRecord): string {
  const parts = [...sections].map(([tag, bytes]) => `${TAGS.get(tag)} ${bytes.length} B`);
  return `tick ${String(tick).padStart(8)}  ${(elapsedMs / 1000).toFixed(3).padStart(10)} s  ${KINDS.get(kind)!.padEnd(8)}  ${parts.join("  ")}`;
}

function nameOf(table: Readonly<Record<string, number>>): Map<number, string> {
  return new Map(Object.entries(table).map(([name, number]) => [number, name.toLowerCase()]));
}

function stop(code: number, message: string): never {
  process.stderr.write(`ninelives: ${message}\n`);
  process.exit(code);
}
