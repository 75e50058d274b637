/** What stands in log lines, and what never may. */
import assert from "node:assert/strict";
import { connect } from "@ninelives/client";
import { createLogger, defineHost } from "@ninelives/server";
import { Lab, LabRoom } from "../../../test/support/lab.ts";
import { cut } from "../../../test/support/stepped.ts";
import { startTestHost } from "../../../test/support/test-host.ts";
import { until } from "../../../test/support/until.ts";

describe("log lines", () => {
  it("[OBS1] of a whole join, drop, return, bad return and leave hold no token", async () => {
    const host = await startTestHost(
      defineHost({ rooms: { lab: { type: Lab, room: LabRoom } }, store: { kind: "memory" } }),
    );
    const tokens = new Set<string>();
    let sessionId = "";
    try {
      const keeper = await connect(host.url).create(Lab, {});
      const ada = await connect(host.url, { random: () => 0.1 }).joinById(Lab, keeper.roomId, { name: "Ada" });
      ({ sessionId } = ada);
      tokens.add(ada.sdk.reconnectionToken.split(":")[1]!);
      cut(ada);
      await until("the drop", () => ada.connection.state === "RECONNECTING");
      await until("the return", () => ada.connection.state === "CONNECTED");
      const guess = "guessed-token-1234567";
      tokens.add(guess);
      await fetch(`${host.url}/matchmake/reconnect/${ada.roomId}`, {
        method: "POST",
        body: JSON.stringify({ reconnectionToken: guess }),
      });
      const address = `${host.url.replace("http", "ws")}/p/${ada.roomId}?sessionId=${ada.sessionId}&reconnectionToken=${guess}`;
      const refused = new WebSocket(address);
      await new Promise((resolve) => refused.addEventListener("close", resolve));
      await ada.leave();
    } finally {
      await host.stop();
    }
    const text = host.logText();
    assert.ok(
      text.split("\n").filter((line) => line.includes(sessionId)).length >= 3,
      "its join, drop and leave are told",
    );
    for (const token of tokens) {
      assert.ok(token.length > 5);
      assert.ok(
        !text.includes(token),
        text.split("\n").find((line) => line.includes(token)),
      );
    }
  });

  it("[OBS1] a token is taken out of fields, of texts and of addresses", () => {
    let text = "";
    const logger = createLogger({
      level: "trace",
      pretty: false,
      destination: { write: (line) => void (text += line) },
    });
    logger.info(
      { reconnectionToken: "s3cret", nested: { token: "s3cret", deeper: { authorization: "s3cret" } } },
      "fields",
    );
    logger.warn('ws://h/p/r?sessionId=a&reconnectionToken=s3cret&x=1 {"token":"s3cret"} _authToken: s3cret');
    logger.error({ err: new Error("reconnectionToken=s3cret") }, "an error's own words");
    assert.doesNotMatch(text, /s3cret/);
    assert.match(text, /sessionId=a/);
    assert.equal(text.trim().split("\n").length, 3);
  });
});
