/** A plain Colyseus room, registered as it is and played with Colyseus's own SDK. */
import assert from "node:assert/strict";
import { Decoder } from "@colyseus/schema";
import { Client } from "@colyseus/sdk";
import { defineHost } from "@ninelives/server";
import { readRecords, RecordKind, SectionTag } from "@ninelives/shared-schema";
import { BoardRoom, BoardState } from "../../../test/support/plain-room.ts";
import { startTestHost, type TestHost } from "../../../test/support/test-host.ts";
import { settle, until } from "../../../test/support/until.ts";

describe("a plain Colyseus room", () => {
  let host: TestHost;
  before(async () => {
    host = await startTestHost(defineHost({ rooms: { board: BoardRoom }, store: { kind: "memory" } }));
  });
  after(() => host.stop());

  /** The room's state as its log has it. */
  async function logged(roomId: string): Promise<BoardState> {
    let decoder: Decoder<BoardState> | undefined;
    for (const segment of await host.store.read(roomId)) {
      const { records, damage } = readRecords(segment);
      assert.equal(damage, undefined);
      for (const { kind, sections } of records) {
        if (kind === RecordKind.SNAPSHOT) decoder = new Decoder(new BoardState());
        for (const tag of [SectionTag.SHARED, SectionTag.HIDDEN]) {
          const bytes = sections.get(tag);
          if (bytes !== undefined) decoder!.decode(bytes);
        }
      }
    }
    return decoder!.state;
  }

  it("[SEAL1] plays unedited: messages, views, its own loop, drop and return; its log decodes to its state", async () => {
    const ada = await new Client(host.url).joinOrCreate<BoardState>("board", { secret: "42" });
    const bob = await new Client(host.url).joinById<BoardState>(ada.roomId);
    const room = host.inside<BoardRoom>(ada.roomId);
    const moved: number[] = [];
    ada.onMessage("moved", ({ x }: { x: number }) => moved.push(x));
    for (const dx of [1, 2, 3]) ada.send("move", { dx });
    await until("the answers", () => moved.length === 3);
    assert.deepEqual(moved, [1, 3, 6]);
    await until("Bob to see it", () => bob.state.pieces?.get(ada.sessionId)?.x === 6);
    await until("Ada to see her hand", () => ada.state.pieces?.get(ada.sessionId)?.hand === "moved 3");
    assert.ok(!bob.state.pieces.get(ada.sessionId)!.hand, "Bob sees no hand but his own");

    ada.reconnection.minUptime = 0;
    ada.connection.close(4010);
    await until("the return", () => room.calls.includes("reconnect"));
    await until("the client to know", () => !ada.reconnection.isReconnecting);
    assert.deepEqual(room.calls, ["join", "join", "drop", "reconnect"]);
    ada.send("move", { dx: 10 });
    await until("the answer after the return", () => moved.includes(16));
    await bob.leave();
    await until("the leave", () => room.calls.includes("leave"));

    room.setTimestep();
    room.broadcastPatch();
    await settle();
    const image = await logged(ada.roomId);
    assert.deepEqual(image.toJSON(), room.state.toJSON());
    assert.equal(image.secret, "42");
    assert.equal(image.pieces.get(ada.sessionId)!.hand, "moved 10");
    assert.ok(image.steps > 5);
    await ada.leave();
  });

  it("[SEAL1] a state that is replaced while playing is in the log", async () => {
    const ada = await new Client(host.url).create<BoardState>("board", { secret: "old" });
    const room = host.inside<BoardRoom>(ada.roomId);
    room.setTimestep();
    await settle();
    room.state = new BoardState().assign({ secret: "new", steps: 1_000 });
    room.broadcastPatch();
    room.state.steps++;
    room.broadcastPatch();
    await settle();
    assert.deepEqual((await logged(ada.roomId)).toJSON(), room.state.toJSON());
    await ada.leave();
  });

  it("[TK3] its loop goes on when the wall clock goes back 5 s", async () => {
    const ada = await new Client(host.url).create<BoardState>("board");
    const room = host.inside<BoardRoom>(ada.roomId);
    const wallMs = Date.now;
    try {
      Date.now = () => wallMs() - 5_000;
      const { steps } = room.state;
      const { elapsedTime } = room.clock;
      await until("20 more steps", () => room.state.steps >= steps + 20, 2_000);
      assert.ok(room.clock.elapsedTime > elapsedTime && room.clock.elapsedTime < elapsedTime + 2_000);
    } finally {
      Date.now = wallMs;
    }
    await ada.leave();
  });

  it("[TK7] a throw in its loop or a handler leaves it and the process alive", async () => {
    const ada = await new Client(host.url).create<BoardState>("board");
    const room = host.inside<BoardRoom>(ada.roomId);
    ada.send("move", null);
    await until("the fault in the log", () => /"where":"onMessage"/.test(host.logText()));
    const { steps } = room.state;
    await until("more steps", () => ada.state.steps > steps + 5);
    assert.equal(await host.metric('ninelives_faults_total{type="board",where="onMessage"}'), 1);
    await ada.leave();
  });
});
