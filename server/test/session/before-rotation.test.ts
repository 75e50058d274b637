/** A match whose log was written by a build with one token for as long as a seat is held: its players come back with those. */
import assert from "node:assert/strict";
import { cp, mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client as SdkClient } from "@colyseus/sdk";
import { connect, memorySeatStorage, type SeatStorage } from "@ninelives/client";
import { type CommandHandlers, defineHost, GameRoom } from "@ninelives/server";
import { startTestHost, type TestHost } from "../../../test/support/test-host.ts";
import { until, within } from "../../../test/support/until.ts";
import { Old } from "./before-rotation/old.type.ts";

const FIXTURE = join(import.meta.dirname, "before-rotation");

class OldRoom extends GameRoom<typeof Old> {
  override readonly commands: CommandHandlers<typeof Old> = { add: () => ({ count: ++this.state.count }) };
}

interface Seats {
  readonly roomId: string;
  /** As our client kept it. */
  readonly ada: { readonly token: string };
  readonly bob: { readonly sessionId: string; readonly reconnectionToken: string };
}

describe("a match of a build whose tokens did not rotate", () => {
  let dir: string;
  let host: TestHost;
  let seats: Seats;
  let storage: SeatStorage;
  const play = () =>
    startTestHost(defineHost({ rooms: { old: { type: Old, room: OldRoom } }, store: { kind: "file", dir } }));
  const resume = async (kept: SeatStorage) => (await connect(host.url, { storage: () => kept }).resume(Old))!;
  const asKept = () => {
    const kept = memorySeatStorage();
    kept.save(JSON.stringify(seats.ada));
    return kept;
  };

  beforeEach(async () => {
    seats = JSON.parse(await readFile(join(FIXTURE, "seats.json"), "utf8")) as Seats;
    dir = await mkdtemp(join(tmpdir(), "ninelives-before-"));
    await mkdir(join(dir, "rooms"));
    await cp(join(FIXTURE, "segment.bin"), join(dir, "rooms", `${seats.roomId}.log`));
    host = await play();
    storage = asKept();
  });
  afterEach(async () => {
    await host.stop();
    await rm(dir, { recursive: true, force: true });
  });

  it("[SE15] our client takes its seat with the token of then, which is spent once the next has come", async () => {
    const copy = asKept();
    const ada = await resume(storage);
    assert.deepEqual(await within("an answer", ada.command("add", {})), { count: 3 });
    assert.match((JSON.parse(storage.load()!) as Seats["ada"]).token, /\.1\.\w{7}\.[\w-]{43}$/);
    await assert.rejects(resume(copy), { name: "SESSION_REVOKED" });
    await until("her end", () => ada.connection.state === "DISCONNECTED");
  });

  it("[SE15] a stock app takes its seat through matchmaking with the token of then", async () => {
    assert.doesNotMatch(seats.bob.reconnectionToken, /\./);
    const bob = await new SdkClient(host.url).reconnect(seats.bob.reconnectionToken);
    assert.equal(bob.sessionId, seats.bob.sessionId);
    assert.match(bob.reconnectionToken, /\.1\.\w{7}\.[\w-]{43}$/);
    const again = await new SdkClient(host.url).reconnect(seats.bob.reconnectionToken);
    assert.equal(again.sessionId, bob.sessionId, "the next one was not used yet");
    await again.leave();
  });

  it("[SE15][SE11] the host is stopped before anybody is back: its successor takes them as well", async () => {
    await host.stop();
    host = await play();
    const ada = await resume(storage);
    assert.deepEqual(await within("an answer", ada.command("add", {})), { count: 3 });
  });
});
