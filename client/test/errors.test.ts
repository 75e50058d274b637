/** Whatever goes wrong with a join or a command is a NetError with a row of the codes table. */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { connect, type Room } from "@ninelives/client";
import { defineHost } from "@ninelives/server";
import { type CodeName, CODES, NetError } from "@ninelives/shared-schema";
import { Lab, LabRoom, labType } from "../../test/support/lab.ts";
import { cut } from "../../test/support/stepped.ts";
import { freePort } from "../../test/support/redis.ts";
import { startTestHost, type TestHost } from "../../test/support/test-host.ts";
import { within } from "../../test/support/until.ts";

const Duel = labType("duel", { maxPlayers: 1 });

async function fails(what: Promise<unknown>, name: CodeName): Promise<NetError> {
  const error = await within(name, what).then(
    () => assert.fail(`${name} expected`),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof NetError, String(error));
  assert.deepEqual(
    [error.name, error.code, error.recoverable],
    [name, CODES[name].code, CODES[name].recoverable],
    error.message,
  );
  return error;
}

describe("errors of a join", () => {
  let host: TestHost;
  before(async () => {
    const rooms = { lab: { type: Lab, room: LabRoom }, duel: { type: Duel, room: LabRoom as never } };
    host = await startTestHost(defineHost({ rooms, store: { kind: "memory" } }));
  });
  after(() => host.stop());

  it("[CL2] nobody listens: UNREACHABLE", async () => {
    await fails(connect(`http://localhost:${await freePort()}`).joinOrCreate(Lab, {}), "UNREACHABLE");
  });

  it("[CL2] a server that is no Ninelives: a NetError all the same", async () => {
    const other = createServer((_request, response) => response.writeHead(500).end("<h1>oops</h1>")).listen(0);
    await fails(connect(`http://localhost:${(other.address() as AddressInfo).port}`).joinOrCreate(Lab, {}), "INTERNAL");
    other.close();
    other.closeAllConnections();
  });

  it("[CL2] an unknown type, room, a full one and wrong options each have their own", async () => {
    const client = connect(host.url);
    const unknown = await fails(client.joinOrCreate(labType("tetris"), {}), "ROOM_TYPE_UNKNOWN");
    assert.match(unknown.message, /known: lab, duel/);
    assert.deepEqual(unknown.details.known, ["lab", "duel"]);
    await fails(client.joinById(Lab, "nowhere", {}), "ROOM_NOT_FOUND");
    await fails(client.join(Duel, {}), "ROOM_NOT_FOUND");
    const full = await client.create(Duel, {});
    await fails(client.joinById(Duel, full.roomId, {}), "ROOM_FULL");
    const { details } = await fails(client.create(Lab, { name: "" }), "OPTIONS_INVALID");
    assert.deepEqual(
      (details.issues as { field: string }[]).map(({ field }) => field),
      ["name"],
    );
    await full.leave();
  });
});

describe("errors of a command", () => {
  let host: TestHost;
  let ada: Room<typeof Lab>;
  before(async () => {
    host = await startTestHost(defineHost({ rooms: { lab: { type: Lab, room: LabRoom } }, store: { kind: "memory" } }));
    ada = await connect(host.url, { random: () => 0.1 }).create(Lab, {});
  });
  after(() => host.stop());

  it("[CL2] each refusal has its own: invalid, refused, failed, unknown", async () => {
    await fails(ada.command("add", { by: 0 }), "COMMAND_INVALID");
    await fails(ada.command("refused", {}), "COMMAND_REFUSED");
    await fails(ada.command("crash", {}), "COMMAND_FAILED");
    await fails(ada.command("fly" as "add", { by: 1 }), "COMMAND_UNKNOWN");
    assert.equal(ada.connection.state, "CONNECTED");
    assert.deepEqual(await ada.command("add", { by: 1 }), { count: 1 });
  });

  it("[CL2] while the connection is down it waits and is answered; after it ended: NOT_CONNECTED", async () => {
    cut(ada);
    assert.deepEqual(await ada.command("add", { by: 1 }), { count: 2 });
    await ada.leave();
    await fails(ada.command("add", { by: 1 }), "NOT_CONNECTED");
  });
});
