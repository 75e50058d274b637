/** What of a plain Colyseus room would not survive its process: said before it is missed. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Room } from "@colyseus/core";
import { schema, t } from "@colyseus/schema";
import { Client } from "@colyseus/sdk";
import { defineHost } from "@ninelives/server";
import { BoardRoom } from "../../../test/support/plain-room.ts";
import { startTestHost } from "../../../test/support/test-host.ts";

const State = schema({ shown: t.uint8().default(0), local: t.uint8().noSync().default(0) }, "UnkeptState");

class ForgetfulRoom extends Room {
  override state = new State();
  votes = new Map<string, number>();
  round = 1;
  readonly helper = () => this.round;
  override messages = { vote() {} } as never;
  declare late: string;

  override onCreate(): void {
    this.late = "made in onCreate";
    this.setSimulationInterval(() => this.state.shown++);
    void this.setMetadata({ mode: "easy" } as never);
  }
}

class HalfRoom extends Room {
  serialize() {
    return {};
  }
}

class KeepingRoom extends ForgetfulRoom {
  override autoDispose = false;
  serialize() {
    return { votes: [...this.votes] };
  }
  hydrate({ votes }: { votes: [string, number][] }) {
    this.votes = new Map(votes);
  }
}

describe("a plain room that keeps something outside of its state", () => {
  it("[RS16] is warned of at the registration, and its fields are named with the first room; once each", async () => {
    const rooms = { board: BoardRoom, forgetful: ForgetfulRoom, half: HalfRoom, keeping: KeepingRoom };
    const host = await startTestHost(defineHost({ rooms, store: { kind: "memory" } }));
    const warnings = () =>
      host
        .logText()
        .split("\n")
        .filter((line) => line.includes('"level":40'))
        .map((line) => (JSON.parse(line) as { msg: string }).msg);
    const lost = "fields of the class and timers of its clock begin anew when another process takes it over";
    assert.deepEqual(warnings(), [
      `BoardRoom has no serialize() and hydrate(): its state survives, ${lost}`,
      `ForgetfulRoom has no serialize() and hydrate(): its state survives, ${lost}`,
      `HalfRoom has serialize() and no hydrate(): ${lost}, for what serialize() returns is never put back`,
    ]);
    for (const name of ["forgetful", "forgetful", "half", "keeping"]) await new Client(host.url).create(name);
    assert.deepEqual(warnings().slice(3), [
      "UnkeptState.local: noSync() never leaves the instance it is on.",
      "ForgetfulRoom: not in its state, and so gone after a takeover: votes, round, late",
    ]);
    await host.stop();
  });

  it("[RS18] has what serialize() returned last given to hydrate(), after onCreate", async () => {
    const dir = await mkdtemp(join(tmpdir(), "ninelives-unkept-"));
    const config = defineHost({ rooms: { keeping: KeepingRoom }, store: { kind: "file", dir } });
    const first = await startTestHost(config);
    const ada = await new Client(first.url).create("keeping");
    ada.reconnection.enabled = false;
    const room = first.inside<KeepingRoom>(ada.roomId);
    room.votes.set("Ada", 3);
    room.round = 5;
    await first.stop();
    const second = await startTestHost(config);
    const again = second.inside<KeepingRoom>(ada.roomId);
    assert.deepEqual([[...again.votes], again.round, again.late], [[["Ada", 3]], 1, "made in onCreate"]);
    await again.disconnect();
    await second.stop();
    await rm(dir, { recursive: true });
  });
});
