/**
 * Every write Redis did, from its own append-only file: `appendonlydir/` of Redis 7, a manifest and the files it names. Scripts stand
 * in it as what they wrote; writes of one script or transaction stand between MULTI and EXEC and are given together.
 *
 *   file      command after command:  *<n>\r\n  then n times  $<length>\r\n<bytes>\r\n      a line that begins with # is a remark
 *   manifest  a line a file: "file <name> seq <n> type <b|h|i>"      b base, h history, i what was written since
 *
 * The end of a file that a kill tore off is left out. A file that Redis rewrote has no history, so a base that holds anything is an error.
 */
import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";

export type AofCommand = readonly Buffer[];

/** With these Redis keeps every write since it was started empty. */
export function aofArgs(appendfsync: "no" | "everysec" = "no"): readonly string[] {
  const settings = { appendonly: "yes", appendfsync, "auto-aof-rewrite-percentage": "0", "aof-use-rdb-preamble": "no" };
  return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
}

const FOLDER = "appendonlydir";
const MANIFEST = "appendonly.aof.manifest";
const CHUNK_BYTES = 1024 * 1024;
const [STAR, DOLLAR, HASH, CR] = [0x2a, 0x24, 0x23, 0x0d];

/** `dir`: where Redis keeps its files. Each item is one write, or the writes of one transaction. */
export async function* aofWrites(dir: string): AsyncGenerator<readonly AofCommand[]> {
  const folder = join(dir, FOLDER);
  for (const { name, type } of readManifest(await readFile(join(folder, MANIFEST), "utf8"))) {
    const path = join(folder, name);
    if (type === "b") assertEmptyBase((await stat(path)).size, name);
    else yield* transactions(aofCommands(createReadStream(path, { highWaterMark: CHUNK_BYTES })));
  }
}

/** The commands of one file, as it comes. */
export async function* aofCommands(chunks: AsyncIterable<Buffer>): AsyncGenerator<AofCommand> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let at = 0;
    for (;;) {
      const read = readCommand(rest, at);
      if (read === undefined) break;
      at = read.end;
      if (read.command.length > 0) yield read.command;
    }
    rest = rest.subarray(at);
  }
}

/** Groups what stands between MULTI and EXEC. One that never came to its EXEC did not happen. */
export async function* transactions(commands: AsyncIterable<AofCommand>): AsyncGenerator<readonly AofCommand[]> {
  let open: AofCommand[] | undefined;
  for await (const command of commands) {
    const name = command[0]!.toString().toUpperCase();
    if (name === "MULTI") open = [];
    else if (name === "EXEC") {
      if (open !== undefined) yield open;
      open = undefined;
    } else if (open === undefined) yield [command];
    else open.push(command);
  }
}

interface Line {
  readonly text: string;
  readonly end: number;
}

/** The command that begins at `at`, a remark as one without words; undefined: not all of it is there. */
function readCommand(bytes: Buffer, at: number): { command: Buffer[]; end: number } | undefined {
  const head = readLine(bytes, at);
  if (head === undefined) return undefined;
  if (bytes[at] === HASH) return { command: [], end: head.end };
  if (bytes[at] !== STAR) throw new Error(`a command expected in the append-only file, "${head.text}" got`);
  const command: Buffer[] = [];
  let { end } = head;
  for (let left = Number(head.text.slice(1)); left > 0; left--) {
    const size = readLine(bytes, end);
    if (size === undefined) return undefined;
    if (bytes[end] !== DOLLAR) throw new Error(`a length expected in the append-only file, "${size.text}" got`);
    const length = Number(size.text.slice(1));
    if (bytes.length < size.end + length + 2) return undefined;
    command.push(bytes.subarray(size.end, size.end + length));
    end = size.end + length + 2;
  }
  return { command, end };
}

function readLine(bytes: Buffer, at: number): Line | undefined {
  const end = bytes.indexOf(CR, at);
  if (end < 0 || end + 1 >= bytes.length) return undefined;
  return { text: bytes.toString("latin1", at, end), end: end + 2 };
}

function readManifest(text: string): { readonly name: string; readonly type: string }[] {
  const files = [...text.matchAll(/^file (\S+) seq \d+ type ([bhi])/gm)].map(([, name, type]) => ({
    name: name!,
    type: type!,
  }));
  if (files.length === 0) throw new Error(`a manifest of an append-only file expected, "${text.slice(0, 100)}" got`);
  return files;
}

function assertEmptyBase(bytes: number, name: string): void {
  if (bytes === 0) return;
  throw new Error(`${name}: an empty base expected, ${bytes} bytes got; start Redis without keys and with aofArgs()`);
}
