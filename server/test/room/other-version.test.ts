/** A match that another build of its rules played. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "@ninelives/client";
import { defineHost } from "@ninelives/server";
import { defineRoomType } from "@ninelives/shared-schema";
import { Lab, LabRoom, labType } from "../../../test/support/lab.ts";
import { startTestHost } from "../../../test/support/test-host.ts";

describe("a match that another build played", () => {
  let dir: string;
  before(async () => (dir = await mkdtemp(join(tmpdir(), "ninelives-version-"))));
  after(() => rm(dir, { recursive: true, force: true }));

  it("[RS11] of another version of the room type, or of a type that is not there, is set aside with its log", async () => {
    const store = { kind: "file", dir } as const;
    const other = labType("other");
    class OtherRoom extends (LabRoom as unknown as new () => LabRoom) {}
    const both = { lab: { type: Lab, room: LabRoom }, other: { type: other, room: OtherRoom as never } };
    const first = await startTestHost(defineHost({ rooms: both, store }));
    const kept = [await connect(first.url).create(Lab, {}), await connect(first.url).create(other, {})];
    await first.stop();
    const newer = defineRoomType({ ...Lab, version: 2 } as never) as unknown as typeof Lab;
    const second = await startTestHost(defineHost({ rooms: { lab: { type: newer, room: LabRoom } }, store }));
    const text = second.logText();
    assert.match(text, /was played by version 1 of \\"lab\\": here is version 2/);
    assert.match(text, /was played by version 1 of \\"other\\": here is no such room type/);
    assert.deepEqual(await (await fetch(`${second.url}/rooms`)).json(), []);
    assert.deepEqual((await second.store.list()).sort(), kept.map(({ roomId }) => roomId).sort());
    assert.deepEqual(await second.store.unfinished(), []);
    await second.stop();
    for (const room of kept) await room.leave();
  });
});
