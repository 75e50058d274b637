/** What a client makes of every code a connection may be closed with: it comes back where that can help, and only there. */
import assert from "node:assert/strict";
import { connect, type Room } from "@ninelives/client";
import { defineHost } from "@ninelives/server";
import { type CodeName, type CodeRow, CODES } from "@ninelives/shared-schema";
import { LabRoom, labType } from "../../../test/support/lab.ts";
import { startTestHost, type TestHost } from "../../../test/support/test-host.ts";
import { within } from "../../../test/support/until.ts";
import { refusal } from "../../src/errors.ts";
import { FakeLine } from "./fake-line.ts";

/** Below 4200 a code closes a connection or says why its state changed. */
const CLOSING = (Object.entries(CODES) as [CodeName, CodeRow][]).filter(([, { code }]) => code < 4200);
/** The rows that a client comes back from. Every other one is the end. */
const COMES_BACK: readonly CodeName[] = [
  "MAY_TRY_RECONNECT",
  "MOVED",
  "SLOW",
  "TOKEN_EXPIRED",
  "JOINED",
  "RESUMED",
  "LINK_LOST",
  "LINK_DEAD",
  "OFFLINE",
];
const FINAL: readonly CodeName[] = [
  "CONSENTED",
  "SERVER_SHUTDOWN",
  "WITH_ERROR",
  "FAILED_TO_RECONNECT",
  "BAD_FRAME",
  "REPLACED",
  "UPGRADE_REQUIRED",
  "ROOM_FAILED",
  "ROOM_OVER_BUDGET",
  "FLOOD",
  "SIGNED_OUT",
  "SESSION_REVOKED",
  "GAVE_UP",
];
/** WebSocket's own, a proxy's, and numbers nobody has given a meaning. */
const FOREIGN = [1000, 1001, 1002, 1005, 1006, 1009, 1011, 1012, 1013, 1015, 3000, 3999, 4004, 4099, 4999];

describe("close codes", () => {
  it("[CL1] every row below 4200 is in one of the two lists", () => {
    assert.deepEqual([...COMES_BACK, ...FINAL].toSorted(), CLOSING.map(([name]) => name).toSorted());
    for (const [name, { recoverable }] of CLOSING) assert.equal(recoverable, COMES_BACK.includes(name), name);
  });

  for (const [name, { code, recoverable }] of CLOSING) {
    it(`[CL1] ${code} ${name}: ${recoverable ? "comes back" : "the end, with that reason"}`, () => {
      const line = FakeLine.joined();
      line.socket.closeBy(code);
      const to = recoverable ? "RECONNECTING" : "DISCONNECTED";
      assert.deepEqual(line.changes, [`0 CONNECTED > ${to} ${name}`]);
      assert.deepEqual(line.told.slice(1), recoverable ? ["dropped"] : [`ended ${name}`]);
      line.clock.advance(100);
      assert.equal(line.sockets.length, recoverable ? 2 : 1);
      if (!recoverable) assert.deepEqual([line.clock.waiting, line.page.listeners], [0, 0]);
    });

    it(`[CL1] ${code} ${name} while coming back: ${recoverable ? "tries again" : "the end, with that reason"}`, () => {
      const line = FakeLine.joined();
      line.lifeline.cut();
      line.clock.advance(100);
      line.socket.closeBy(code);
      const told = recoverable ? "RECONNECTING > RECONNECTING UNREACHABLE" : `RECONNECTING > DISCONNECTED ${name}`;
      assert.equal(line.changes.at(-1), `100 ${told}`);
      line.clock.advance(1_000);
      assert.equal(line.sockets.length, recoverable ? 3 : 2);
    });

    it(`[CL2] ${code} ${name} before the room was joined: a typed error, and no second attempt`, () => {
      const line = new FakeLine();
      line.lifeline.begin();
      line.socket.closeBy(code, "why");
      assert.deepEqual(line.told, [`refused ${code} why`, `ended ${name}`]);
      line.clock.advance(100_000);
      assert.equal(line.sockets.length, 1);
      const error = refusal(code, "why");
      assert.deepEqual([error.name, error.code, error.recoverable, error.message], [name, code, recoverable, "why"]);
    });
  }

  it("[CL1] codes that are not of the table are the network's: the client comes back", () => {
    for (const code of FOREIGN) {
      const line = FakeLine.joined();
      line.socket.closeBy(code);
      assert.deepEqual(line.changes, ["0 CONNECTED > RECONNECTING LINK_LOST"], String(code));
      assert.equal(refusal(code, "").name, "UNREACHABLE");
    }
  });
});

describe("close codes of a real server", () => {
  const Crowd = labType("crowd", { maxPlayers: 32 });
  let host: TestHost;
  let keeper: Room<typeof Crowd>;
  before(async () => {
    const rooms = { crowd: { type: Crowd, room: LabRoom as never } };
    host = await startTestHost(defineHost({ rooms, store: { kind: "memory" } }));
    keeper = await connect(host.url).create(Crowd, { name: "Keeper" });
  });
  after(() => host.stop());

  /** A player whom the server has closed with this code, and what her connection told of it until it was settled. */
  async function closedWith(name: CodeName) {
    const room = await connect(host.url, { random: () => 0 }).joinById(Crowd, keeper.roomId, {});
    const told: string[] = [];
    const settled = new Promise<void>((resolve) => {
      room.connection.onChange(({ to, reason }) => {
        told.push(`${to} ${reason}`);
        if (to !== "RECONNECTING") resolve();
      });
    });
    host.inside<LabRoom>(room.roomId).clients.getById(room.sessionId)!.leave(CODES[name].code);
    await within(name, settled);
    return { room, told };
  }

  /** A guest has no token that could run out: server/test/auth/renewal.test.ts. */
  const MENDED = COMES_BACK.filter((name) => name !== "TOKEN_EXPIRED");

  it("[CL1] one that can be mended: told as the reason, and the same seat is played on", async () => {
    const closed = async (name: CodeName) => {
      const { room, told } = await closedWith(name);
      assert.deepEqual(told, [`RECONNECTING ${name}`, "CONNECTED RESUMED"]);
      await within("an answer", room.command("add", { by: 1 }));
    };
    await Promise.all(MENDED.map(closed));
    assert.equal(host.inside<LabRoom>(keeper.roomId).state.count, MENDED.length);
  });

  it("[CL1] one that cannot: the end with that reason, for commands too", async () => {
    const closed = async (name: CodeName) => {
      const { room, told } = await closedWith(name);
      assert.deepEqual(told, [`DISCONNECTED ${name}`]);
      await assert.rejects(room.command("add", { by: 1 }), { name: "NOT_CONNECTED" });
    };
    await Promise.all(FINAL.map(closed));
  });
});
