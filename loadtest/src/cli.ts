/**
 * `npm run load -- --room arena --bots 20 --for 10s`: bots play over real connections, and what they saw is printed.
 *
 * Exit codes: 0 every bot played · 1 a bot could not join, was lost or threw · 2 an option is wrong · 3 no server to play on.
 */
import { randomInt } from "node:crypto";
import { defineCommand, runMain } from "citty";
import type { RoomType } from "@ninelives/shared-schema";
import type { Bot } from "./bot.ts";
import { systemClock } from "./clock.ts";
import { findBot, roomsWithBots } from "./find-bot.ts";
import { type OwnHost, startOwnHost } from "./own-host.ts";
import { issueLine, makePlan, type OptionIssue, type Plan, queueIssue } from "./plan.ts";
import { reportJson } from "./report/json.ts";
import { type LoadReport, withWarnings } from "./report/report.ts";
import { summaryText } from "./report/summary.ts";
import { createTerminal } from "./report/terminal.ts";
import { type Progress, runLoad } from "./run.ts";

const EXIT = { botFailed: 1, wrongOptions: 2, noServer: 3 } as const;

const command = defineCommand({
  meta: { name: "load", description: "Lets bots play over real connections and prints what they saw" },
  args: {
    room: {
      type: "string",
      description: "Room type; its bot is games/<room>/<room>.bot.ts. Default: the only one",
      valueHint: "arena",
    },
    bots: { type: "string", description: "How many bots. Default 10", valueHint: "20" },
    for: { type: "string", description: "How long is measured once all are in. Default 10s", valueHint: "10s" },
    ramp: { type: "string", description: "Time over which they join. Default 1s", valueHint: "2s" },
    url: {
      type: "string",
      description: "Server to play on. Default: one of our own, stopped at the end",
      valueHint: "http://localhost:2567",
    },
    seed: {
      type: "string",
      description: "Makes the bots of two runs think alike. Default: another one each time",
      valueHint: "1",
    },
    queue: { type: "boolean", description: "Bots wait for matches, and accept what is found" },
    json: { type: "boolean", description: "Print one JSON object on standard output" },
  },
  async run({ args }) {
    const known = roomsWithBots(process.cwd());
    const defaults = { room: known.length === 1 ? known[0] : undefined, seed: randomInt(2 ** 32) };
    const result = makePlan(Object.fromEntries(Object.entries(args)), defaults);
    if (!result.ok) return refuse(result.issues);
    const found = await findBot(result.plan.room, process.cwd());
    if (!found.ok) return refuse([found.issue]);
    const issue = queueIssue(result.plan, found.bot.type.matching);
    if (issue !== undefined) return refuse([issue]);
    await play(found.bot, result.plan);
  },
});

async function play(bot: Bot<RoomType>, plan: Plan): Promise<void> {
  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort());
  process.once("SIGTERM", () => stop.abort());
  const terminal = createTerminal(process.stderr, () => systemClock.now());
  let host: OwnHost | undefined;
  try {
    if (plan.url === undefined) host = await startOwnHost(process.cwd());
    const services = {
      url: plan.url ?? host!.url,
      clock: systemClock,
      stop: stop.signal,
      onProgress: (progress: Progress) => terminal.show(progress),
    };
    const report = await runLoad(bot, plan, services);
    terminal.end();
    const { count = 0, first } = host?.errors ?? {};
    print(count === 0 ? report : withWarnings(report, [`the host logged ${count} errors, first: ${first}`]), plan.json);
  } catch (error) {
    terminal.end();
    console.error(`load: ${(error as Error).message}`);
    process.exitCode = EXIT.noServer;
  } finally {
    await host?.stop();
  }
}

function print(report: LoadReport, asJson: boolean): void {
  console.log(asJson ? reportJson(report) : summaryText(report));
  if (!report.ok) process.exitCode = EXIT.botFailed;
}

function refuse(issues: readonly OptionIssue[]): void {
  for (const issue of issues) console.error(`load: ${issueLine(issue)}`);
  process.exitCode = EXIT.wrongOptions;
}

await runMain(command);
// A client whose server is gone goes on trying; the report is out, so nobody waits for it.
process.exit();
