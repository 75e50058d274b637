/** The way into a room, and why there is none: bare HTTP, as any client asks. */
import assert from "node:assert/strict";
import { request } from "node:http";
import { connect as connectSocket } from "node:net";
import { defineHost } from "@ninelives/server";
import { CODES, LIMITS } from "@ninelives/shared-schema";
import { Lab, LabRoom, labType } from "../../../test/support/lab.ts";
import { BoardRoom } from "../../../test/support/plain-room.ts";
import { startTestHost, type TestHost } from "../../../test/support/test-host.ts";
import { within } from "../../../test/support/until.ts";

interface Refusal {
  readonly code: number;
  readonly name: string;
  readonly error: string;
  readonly details: { known?: string[]; issues?: { field: string }[] };
}

const Duel = labType("duel", { maxPlayers: 2 });

describe("matchmaking", () => {
  let host: TestHost;
  before(async () => {
    const rooms = { lab: { type: Lab, room: LabRoom }, duel: { type: Duel, room: LabRoom as never }, board: BoardRoom };
    host = await startTestHost(defineHost({ rooms, store: { kind: "memory" } }));
  });
  after(() => host.stop());
  /** Whatever was asked, the process is unharmed. */
  afterEach(async () => {
    const seat = await ask("create/lab", {});
    assert.equal(seat.status, 200);
  });

  async function ask(how: string, body: unknown): Promise<{ status: number; body: Refusal & { roomId: string } }> {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const answer = await within(how, fetch(`${host.url}/matchmake/${how}`, { method: "POST", body: text }));
    return { status: answer.status, body: (await answer.json()) as Refusal & { roomId: string } };
  }

  async function refused(how: string, body: unknown, name: keyof typeof CODES, status: number): Promise<Refusal> {
    const answer = await ask(how, body);
    assert.deepEqual(
      [answer.body.name, answer.body.code, answer.status],
      [name, CODES[name].code, status],
      answer.body.error,
    );
    return answer.body;
  }

  it("[MM1] an unknown room type is refused with the known names", async () => {
    for (const method of ["joinOrCreate", "create", "join"]) {
      const { error, details } = await refused(`${method}/tetris`, {}, "ROOM_TYPE_UNKNOWN", 404);
      assert.match(error, /"tetris".*known: lab, duel, board/);
      assert.deepEqual(details.known, ["lab", "duel", "board"]);
    }
    for (const name of ["__proto__", "constructor", "toString"])
      await refused(`join/${name}`, {}, "ROOM_TYPE_UNKNOWN", 404);
  });

  it("[MM1] an unknown room and a type without a free seat are ROOM_NOT_FOUND", async () => {
    await refused("joinById/nowhere", {}, "ROOM_NOT_FOUND", 404);
    await refused("joinById/__proto__", {}, "ROOM_NOT_FOUND", 404);
    await refused("join/duel", {}, "ROOM_NOT_FOUND", 404);
  });

  it("[MM1] a full room is ROOM_FULL, however many ask at once", async () => {
    const { body: first } = await ask("create/duel", {});
    await ask(`joinById/${first.roomId}`, {});
    await refused(`joinById/${first.roomId}`, {}, "ROOM_FULL", 409);
    const { body: second } = await ask("create/duel", {});
    const answers = await Promise.all(Array.from({ length: 6 }, () => ask(`joinById/${second.roomId}`, {})));
    assert.equal(answers.filter(({ status }) => status === 200).length, 1);
    assert.deepEqual(
      new Set(answers.filter(({ status }) => status !== 200).map(({ body }) => body.name)),
      new Set(["ROOM_FULL"]),
    );
  });

  it("[MM1] a room with seats that its game locked is ROOM_LOCKED", async () => {
    const { body } = await ask("create/lab", {});
    const room = host.room(body.roomId);
    await room!.lock();
    await refused(`joinById/${room!.roomId}`, {}, "ROOM_LOCKED", 409);
  });

  it("[MM1] wrong join options are OPTIONS_INVALID with the wrong fields", async () => {
    const { details } = await refused("create/lab", { name: "" }, "OPTIONS_INVALID", 400);
    assert.deepEqual(
      details.issues?.map(({ field }) => field),
      ["name"],
    );
    await refused("create/lab", { name: 7 }, "OPTIONS_INVALID", 400);
    const { body } = await ask("create/lab", {});
    await refused(`joinById/${body.roomId}`, { name: "a name far too long" }, "OPTIONS_INVALID", 400);
  });

  it("[MM1] an unknown method, a bad reconnection and none at all are refused", async () => {
    await refused("dispose/lab", {}, "OPTIONS_INVALID", 400);
    const { body } = await ask("create/lab", {});
    await refused(`reconnect/${body.roomId}`, { reconnectionToken: "guess" }, "SEAT_EXPIRED", 410);
    await refused("reconnect/nowhere", { reconnectionToken: "guess" }, "ROOM_NOT_FOUND", 404);
    await refused(`reconnect/${body.roomId}`, {}, "OPTIONS_INVALID", 400);
  });

  it("[MM3] a body that is not a JSON object is refused", async () => {
    for (const body of ["null", "[]", "7", '"text"', "{", "\u0000"])
      await refused("create/lab", body, "OPTIONS_INVALID", 400);
  });

  it("[MM3] a body over 16 kB is refused, and no more than that is read of it", async () => {
    const just = JSON.stringify({ name: "Ada", pad: "x".repeat(LIMITS.httpBodyBytes - 30) });
    assert.equal((await ask("create/lab", just)).status, 200);
    const { error } = await refused("create/lab", `${just}${" ".repeat(100)}`, "OPTIONS_INVALID", 413);
    assert.match(error, /16384 bytes/);
    const { port } = new URL(host.url);
    const flood = request({ port, method: "POST", path: "/matchmake/create/lab" });
    const ended = within(
      "the flood's end",
      new Promise<string>((resolve) => {
        flood.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? "error"));
        flood.on("response", (response) => response.resume().on("close", () => resolve(String(response.statusCode))));
      }),
    );
    let sent = 0;
    const push = () => {
      while (!flood.destroyed && sent < 64 && flood.write(Buffer.alloc(1 << 20))) sent++;
    };
    flood.on("drain", push);
    push();
    assert.match(await ended, /^(413|ECONNRESET|EPIPE)$/);
    assert.ok(sent < 64, "64 MB of a body were read");
    flood.destroy();
  });

  it("an address that cannot be read is answered, too", async () => {
    for (const path of ["//", "/matchmake/join/%E0%A4%A", "/matchmake/join/%2e%2e", "/matchmake//"]) {
      const status = await within(path, rawStatus(Number(new URL(host.url).port), `POST ${path} HTTP/1.1`));
      assert.match(status, /^HTTP\/1\.1 40[04] /, path);
    }
  });
});

/** The first line that comes back for a request line as it is. */
function rawStatus(port: number, line: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connectSocket(port, "localhost", () =>
      socket.write(`${line}\r\nhost: x\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`),
    );
    let text = "";
    socket.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
    socket.on("close", () => resolve(text.split("\r\n")[0]!)).on("error", reject);
  });
}
