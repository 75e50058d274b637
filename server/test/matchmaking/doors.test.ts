/** What a reservation says of addresses: to our client, to a stock one, by a process that is alone and by one of several. */
import assert from "node:assert/strict";
import { defineHost, type HostOptions } from "@ninelives/server";
import { CLIENT_HEADER } from "@ninelives/shared-schema";
import { Lab, LabRoom } from "../../../test/support/lab.ts";
import { startTestHost, type TestHost } from "../../../test/support/test-host.ts";

const ORIGIN = "https://play.example.com";

interface Reserved {
  readonly publicAddress?: string;
  readonly doors?: readonly string[];
}

describe("a reservation", () => {
  let host: TestHost;
  const start = async (options: Partial<HostOptions>) => {
    const rooms = { lab: { type: Lab, room: LabRoom } };
    host = await startTestHost(defineHost({ rooms, store: { kind: "memory" }, origins: [ORIGIN] }), options);
  };
  afterEach(() => host.stop());

  async function reserve(headers: Record<string, string>): Promise<Reserved> {
    const answer = await fetch(`${host.url}/matchmake/create/lab`, { method: "POST", headers });
    assert.equal(answer.status, 200);
    const { publicAddress, doors } = (await answer.json()) as Reserved;
    return { ...(publicAddress && { publicAddress }), ...(doors && { doors }) };
  }

  const ours = { [CLIENT_HEADER]: "1" };
  const among = (...doors: string[]) => ({ where: async () => "here" as const, doors: () => doors });

  it("[MOV9] names the room's process and every other to our client, and nothing to a stock one", async () => {
    await start({ others: among(":2567", "b.example:2568") });
    const { port } = new URL(host.url);
    assert.deepEqual(await reserve(ours), { publicAddress: `localhost:${port}`, doors: [":2567", "b.example:2568"] });
    assert.deepEqual(await reserve({}), {});
  });

  it("[MOV9] names the address the operator gave", async () => {
    await start({ others: among(":2567", ":2568"), publicAddress: "play.example:7777" });
    assert.equal((await reserve(ours)).publicAddress, "play.example:7777");
  });

  it("[MOV9] says nothing of a process that is alone: the client knows its address better", async () => {
    await start({});
    for (const headers of [ours, {}]) assert.deepEqual(await reserve(headers), {});
    await host.stop();
    await start({ others: among(":2567") });
    for (const headers of [ours, {}]) assert.deepEqual(await reserve(headers), {});
  });

  it("[MOV9][HTTP2] a page of a listed origin may say that it is our client", async () => {
    await start({});
    const headers = { origin: ORIGIN, "access-control-request-headers": `content-type,${CLIENT_HEADER}` };
    const answer = await fetch(`${host.url}/matchmake/create/lab`, { method: "OPTIONS", headers });
    assert.ok(answer.headers.get("access-control-allow-headers")!.split(", ").includes(CLIENT_HEADER));
  });
});
