/**
 * The simulated world's checker over real sockets: real players behind a TCP proxy that delays, throttles, stalls and cuts. What
 * happens next depends on what was answered, never on a length of time.
 */
import assert from "node:assert/strict";
import { connect, type Room } from "@ninelives/client";
import { defineHost, HEARTBEAT } from "@ninelives/server";
import { after, before, describe, it } from "mocha";
import { systemClock } from "../../loadtest/src/clock.ts";
import type { ProfileFields } from "../../loadtest/src/impair/profile.ts";
import { type Proxy, startProxy } from "../../loadtest/src/impair/proxy.ts";
import { faultsOf, placeOf } from "../support/sim/checker.ts";
import { Diary } from "../support/sim/diary.ts";
import { Sim, type SimCommand, SimRoom } from "../support/sim/sim-room.ts";
import { faultsOfTalk } from "../support/sim/talk.ts";
import { startTestHost, type TestHost } from "../support/test-host.ts";
import { until, within } from "../support/until.ts";

const PLAYERS = 3;
/** Commands of each player, and how many wait for an answer at a time. */
const COMMANDS = 60;
const AT_ONCE = 8;
/** Answers of the crowd from one trouble to the next. */
const TROUBLE_EVERY = 30;
const SAID: readonly SimCommand[] = ["must", "latest", "must", "slow", "must", "drop", "refused", "must", "crash"];

const NETWORKS: Readonly<Record<string, ProfileFields>> = {
  "a slow one": { delayMs: 15, jitterMs: 40, up: { bytesPerSecond: 20_000 }, down: { bytesPerSecond: 40_000 } },
  "one that stalls": { delayMs: 2, jitterMs: 10, stallEveryMs: [100, 300], stallMs: [20, 200] },
};

describe("the checker, over real sockets", function () {
  this.timeout(60_000);
  let host: TestHost;
  let proxy: Proxy;
  before(async () => {
    const rooms = { sim: { type: Sim, room: SimRoom } };
    host = await startTestHost(defineHost({ rooms, store: { kind: "memory" }, heartbeat: HEARTBEAT.game }));
    const to = { host: "127.0.0.1", port: host.port };
    proxy = await startProxy({ to, clock: systemClock, random: Math.random });
  });
  after(async () => {
    await proxy.stop();
    await host.stop();
  });

  for (const [name, profile] of Object.entries(NETWORKS)) {
    it(`[SIM1] ${name}, with cuts, half-open sockets and a black hole: no command, event or message lost, repeated or early`, async () => {
      proxy.setProfile("clean");
      const first = await connect(proxy.url, { liveness: "game" }).create(Sim, {});
      const rooms = [first];
      while (rooms.length < PLAYERS)
        rooms.push(await connect(proxy.url, { liveness: "game" }).joinById(Sim, first.roomId, {}));
      const server = host.inside<SimRoom>(first.roomId);
      const crowd = rooms.map((room, index) => ({ room, diary: new Diary(`p${index}`), ...NOBODY }));
      for (const { room, diary } of crowd) diary.listen(room);
      proxy.setProfile(profile);
      let answers = 0;
      const answered = () => {
        answers++;
        if (answers % 10 === 0) server.wishes.push({ to: "all" });
        if (answers % TROUBLE_EVERY === 0) trouble(answers / TROUBLE_EVERY, first);
      };
      await within("every command to end", Promise.all(crowd.map((player) => play(player, answered))), 50_000);
      proxy.blackHole(false);
      proxy.setProfile("clean");
      await within(
        "everybody to be in",
        until("all", () => rooms.every((room) => room.connection.state === "CONNECTED")),
      );
      const seats = crowd.map(({ room, diary }) => ({
        sessionId: room.sessionId,
        pages: [{ issued: diary.issued, heard: diary.heard, birth: undefined, end: "lives" as const }],
      }));
      const toldTo = (sessionId: string) => server.emitted.filter(({ to }) => to.has(sessionId)).length;
      await until("every event", () => seats.every((seat) => placeOf(seat, seat.pages[0]!) === toldTo(seat.sessionId)));
      const newest = Math.max(...crowd.flatMap(({ diary }) => diary.talk.said).map(({ ended }) => Number(ended)));
      await until("every message", () => crowd.every(({ diary }) => diary.talk.heard.length === newest));
      const talks = crowd.map(({ diary: { talk } }) => ({
        end: "lives" as const,
        taken: new Set<string>(),
        heard: talk.heard,
        gaps: talk.gaps,
        said: talk.said,
        refusal: talk.refusal,
      }));
      assert.deepEqual([...faultsOf(server, seats), ...faultsOfTalk(talks)], []);
      assert.ok(server.applied.length > PLAYERS * COMMANDS * 0.6 && newest > 0, `${server.applied.length} ran`);
      await Promise.all(rooms.map((room) => room.leave()));
    });
  }

  /** One after the other: a cut, a socket that only one side knows to be dead, a hole that lasts until it is noticed. */
  function trouble(number: number, watched: Room<typeof Sim>): void {
    const kind = number % 4;
    if (kind === 0) proxy.cut("reset");
    else if (kind === 1) proxy.halfOpen("client");
    else if (kind === 2) proxy.halfOpen("server");
    else {
      proxy.blackHole(true);
      const stop = watched.connection.onChange(({ to }) => {
        if (to !== "RECONNECTING") return;
        proxy.blackHole(false);
        stop();
      });
    }
  }
});

const NOBODY = { said: 0 };

interface Playing {
  readonly room: Room<typeof Sim>;
  readonly diary: Diary;
  said: number;
}

/** Says all of its commands, a few at a time, and something to everybody now and then. */
async function play(player: Playing, answered: () => void): Promise<void> {
  const { room, diary } = player;
  const line = async () => {
    while (player.said < COMMANDS) {
      const number = player.said++;
      if (number % 15 === 0) diary.talk.say(room);
      await diary.say(room, SAID[number % SAID.length]!);
      answered();
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, line));
  await until("every message to be answered", () => diary.talk.said.every(({ ended }) => ended !== undefined), 20_000);
}
