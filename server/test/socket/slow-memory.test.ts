/** What players who do not read cost a process: a host of its own, whose memory is read from outside. */
import assert from "node:assert/strict";
import { Protocol } from "@colyseus/core";
import { after, before, describe, it } from "mocha";
import { type MainProcess, startMain } from "../../../test/support/main-process.ts";
import { RawClient } from "../../../test/support/raw-client.ts";
import { until } from "../../../test/support/until.ts";

const MB = 1024 * 1024;
const ECHO_CHARS = 3_900;
const DEAF = 8;
/** Without a bound these would have waited for each of them, 60 kB each. */
const SKIPPED_EACH = 40;
const DEADLINE_MS = 60_000;

describe("the memory of a host", () => {
  let main: MainProcess;
  let url: string;
  before(async () => {
    main = startMain("test/support/deaf.config.ts", { LOG_LEVEL: "info" });
    url = await main.up();
  });
  after(() => main.stop());

  const metric = async (name: string) => {
    const text = await (await fetch(`${url}/metrics`)).text();
    const lines = text.split("\n").filter((line) => line.startsWith(name));
    return lines.reduce((total, line) => total + Number(line.slice(line.lastIndexOf(" "))), 0);
  };
  const memory = () => metric("process_resident_memory_bytes");

  const frame = Buffer.concat([
    Buffer.from([Protocol.ROOM_DATA, 0xa4, ...Buffer.from("echo"), 0xda, ECHO_CHARS >> 8, ECHO_CHARS & 0xff]),
    Buffer.alloc(ECHO_CHARS, "x"),
  ]);
  /** In small lots, so that nothing piles up at this end. */
  const sayUntil = (client: RawClient, what: string, isOver: () => boolean | Promise<boolean>) =>
    until(
      what,
      () => {
        if (client.socket.bufferedAmount < MB) for (let more = 0; more < 40; more++) client.socket.send(frame);
        return isOver();
      },
      DEADLINE_MS,
    );

  it("[SL1] [SL4] does not grow by what is said back to one that does not read", async () => {
    const reader = await RawClient.knock(url, "create/echo");
    let heard = 0;
    reader.socket.on("message", () => {
      heard++;
      reader.frames.length = 0;
    });
    await sayUntil(reader, "echoes", () => heard > 5_000);
    reader.close();
    const beforeBytes = await memory();
    const deaf = await RawClient.knock(url, "create/echo");
    await until("the join", () => deaf.frames.length > 0);
    deaf.socket.pause();
    let mostBytes = 0;
    await sayUntil(deaf, "the end", async () => {
      mostBytes = Math.max(mostBytes, await memory());
      return (await metric("ninelives_slow_closed_total")) > 0;
    });
    deaf.close();
    assert.ok(mostBytes - beforeBytes < 16 * MB, `${(mostBytes - beforeBytes) / MB} MB`);
  }).timeout(DEADLINE_MS);

  it("[SL1] does not grow by patches of players who only send pongs", async () => {
    // A host that was busy for a while makes no new room at once.
    const reader = await until("a room", () => RawClient.join(url, "create/loud").catch(() => undefined), DEADLINE_MS);
    reader.socket.on("message", () => (reader.frames.length = 0));
    const deaf = await Promise.all(
      Array.from({ length: DEAF }, () => RawClient.join(url, `joinById/${reader.roomId}`)),
    );
    await until("patches", () => deaf.every(({ frames }) => frames.length > 60), DEADLINE_MS);
    const beforeBytes = await memory();
    for (const { socket } of deaf) socket.pause();
    let mostBytes = 0;
    await until(
      "patches left out",
      async () => {
        for (const { socket } of deaf) socket.pong();
        mostBytes = Math.max(mostBytes, await memory());
        return (await metric("ninelives_patches_skipped_total")) > DEAF * SKIPPED_EACH;
      },
      DEADLINE_MS,
    );
    for (const client of deaf) client.close();
    reader.close();
    const boundBytes = (DEAF * SKIPPED_EACH * 60_000) / 2;
    assert.ok(mostBytes - beforeBytes < boundBytes, `${(mostBytes - beforeBytes) / MB} MB`);
  }).timeout(DEADLINE_MS);
});
