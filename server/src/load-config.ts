/** Loads the file an operator edits. Whatever is wrong with it is CONFIG_INVALID, with file and line where a field is to blame. */
import { accessSync, constants, mkdirSync, readFileSync } from "node:fs";
import { relative } from "node:path";
import { pathToFileURL } from "node:url";
import { type FieldIssue, NetError } from "@ninelives/shared-schema";
import type { Host } from "./config.ts";
import { checkProduction } from "./host/production.ts";
import { OWNERS_FOLDER } from "./log/file-names.ts";

/** `production`: with what a host needs there. */
export async function loadConfig(path: string, production: boolean): Promise<Host> {
  const file = relative(process.cwd(), path);
  try {
    const module = (await import(pathToFileURL(path).href)) as { default?: Host };
    if (!(module.default?.rooms instanceof Map)) {
      throw new NetError("CONFIG_INVALID", "default export: the result of defineHost() expected");
    }
    if (production) checkProduction(module.default);
    return module.default;
  } catch (error) {
    if (!(error instanceof NetError)) {
      throw new NetError("CONFIG_INVALID", String((error as Error).stack ?? error), {}, error);
    }
    const issues = (error.details.issues as FieldIssue[] | undefined) ?? [{ field: "", message: error.message }];
    const lines = issues.map(
      ({ field, message }) => `${file}:${lineOf(path, field)}: ${field && `${field}: `}${message}`,
    );
    throw new NetError("CONFIG_INVALID", lines.join("\n"));
  }
}

/** The line on which a field's last key stands below its parents' keys; 1 when it is not written there. */
function lineOf(path: string, field: string): number {
  const lines = readFileSync(path, "utf8").split("\n");
  let at = 0;
  for (const key of field.split(/[.[\]]+/).filter(Boolean)) {
    const found = lines.findIndex((line, index) => index >= at && new RegExp(`\\b${key}\\b\\s*[:,(]`).test(line));
    if (found === -1) break;
    at = found;
  }
  return at + 1;
}

/** The folder of the logs is there and can be written. */
export function makeWritable(dir: string): void {
  try {
    mkdirSync(dir, { recursive: true, mode: OWNERS_FOLDER });
    accessSync(dir, constants.W_OK);
  } catch (error) {
    throw new NetError(
      "CONFIG_INVALID",
      `NINELIVES_DIR: a writable folder expected at ${dir}: ${(error as Error).message}`,
    );
  }
}
