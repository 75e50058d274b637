/** Finds the bot of a room type by name: `games/<room>/<room>.bot.ts` below the working directory. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { RoomType } from "@ninelives/shared-schema";
import type { Bot } from "./bot.ts";
import type { OptionIssue } from "./plan.ts";

export type FoundBot =
  | { readonly ok: true; readonly bot: Bot<RoomType> }
  | { readonly ok: false; readonly issue: OptionIssue };

export async function findBot(room: string, dir: string): Promise<FoundBot> {
  const path = botPath(dir, room);
  if (!existsSync(path)) {
    const known = roomsWithBots(dir);
    const expected = `a room with a bot in games/<room>/<room>.bot.ts (${known.length > 0 ? known.join(", ") : "none here"})`;
    return { ok: false, issue: { flag: "--room", expected, got: room } };
  }
  const { default: bot } = (await import(pathToFileURL(path).href)) as { default?: Partial<Bot<RoomType>> };
  if (bot?.type === undefined || bot.join === undefined || bot.think === undefined) {
    return {
      ok: false,
      issue: { flag: "--room", expected: `the result of defineBot() as default export of ${path}`, got: room },
    };
  }
  return { ok: true, bot: bot as Bot<RoomType> };
}

function botPath(dir: string, room: string): string {
  return join(dir, "games", room, `${room}.bot.ts`);
}

/** Names of the rooms that have a bot below `dir`. */
export function roomsWithBots(dir: string): string[] {
  const games = join(dir, "games");
  return existsSync(games) ? readdirSync(games).filter((room) => existsSync(botPath(dir, room))) : [];
}
