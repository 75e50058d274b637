/** Taking a room over, when the store changes hands meanwhile. */
import assert from "node:assert/strict";
import { connect } from "@ninelives/client";
import { defineHost, systemClock } from "@ninelives/server";
import { Lab, LabRoom } from "../../../test/support/lab.ts";
import { startTestHost } from "../../../test/support/test-host.ts";
import { within } from "../../../test/support/until.ts";
import { MemoryStore } from "../../src/log/memory-store.ts";

/** Outlives its hosts. Once `isContested`, somebody else is faster with every room that is taken over: after its claim, before its first snapshot. */
class ContestedStore extends MemoryStore {
  override readonly outlivesProcess = true;
  isContested = false;

  override async read(roomId: string): Promise<Uint8Array[]> {
    const segments = await super.read(roomId);
    if (!this.isContested) return segments;
    const from = (await this.ownerOf(roomId))!.epoch;
    const thief = await this.claim(roomId, { owner: "faster", from, onFenced: () => {} });
    await new Promise<void>((resolve) => thief.begin(Buffer.concat(segments), resolve));
    return segments;
  }

  override close(): Promise<void> {
    return Promise.resolve();
  }
}

describe("a takeover", () => {
  it("[OWN2] ends with OWNED when somebody else takes the room before its first snapshot is there", async () => {
    const store = new ContestedStore(systemClock);
    const host = defineHost({ rooms: { lab: { type: Lab, room: LabRoom } }, store: { kind: "memory" } });
    const first = await startTestHost(host, { store });
    const player = await connect(first.url).create(Lab, {});
    await first.stop();
    store.isContested = true;
    const second = await within("the host to have tried", startTestHost(host, { store }));
    assert.match(second.logText(), /\\"faster\\" has it at epoch \d+: somebody else was faster/);
    assert.equal(second.room(player.roomId), undefined);
    assert.deepEqual(await (await fetch(`${second.url}/rooms`)).json(), []);
    await second.stop();
    await player.leave();
  });
});
