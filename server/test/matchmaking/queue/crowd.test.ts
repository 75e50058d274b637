/** Ten thousand tickets through one queue, whose process dies again and again. */
import assert from "node:assert/strict";
import { schema } from "@colyseus/schema";
import { defineRoomType, type MatchRulesInput, Random, type RoomType, seedWords } from "@ninelives/shared-schema";
import { Crowd } from "./crowd.ts";

const TICKETS = 10_000;
const STEP_MS = 250;
/** Longer than any ticket waits for its friends, or a match for its players. */
const TAIL_MS = 300_000;

function typeOf(matching: MatchRulesInput): RoomType {
  return defineRoomType({ name: "crowd", tickHz: 20, maxPlayers: 16, state: schema({}, "CrowdState"), matching });
}

const RULES = {
  "two teams of three, who are asked": {
    teams: 2,
    size: 3,
    acceptMs: 8_000,
    skill: { window: 80, widenPerSecond: 20 },
  },
  "all for themselves, not asked": { teams: 1, size: 6, skill: { window: 150, widenPerSecond: 25, max: 600 } },
} satisfies Record<string, MatchRulesInput>;

describe("a queue of many", function () {
  this.timeout(60_000);
  for (const [title, matching] of Object.entries(RULES)) {
    it(`[QU12] ${TICKETS} tickets, ${title}: each has one end, matches are full, parties whole, windows kept`, async () => {
      const random = new Random(seedWords(20));
      const crowd = new Crowd(typeOf(matching), random);
      let tickets = 0;
      while (tickets < TICKETS) {
        for (let coming = random.index(12); coming > 0; coming--) {
          crowd.come(random.range(0, 1) < 0.75 ? 1 : 2 + random.index(2));
          tickets++;
        }
        await crowd.step(STEP_MS);
      }
      const endMs = crowd.nowMs + TAIL_MS;
      while (crowd.nowMs < endMs) await crowd.step(4 * STEP_MS);
      assert.ok(crowd.restarts > 10, "its process died now and then");
      const players = [...crowd.players.values()];
      const playing = players.filter(({ fate }) => fate === "playing");
      assert.ok(playing.length > players.length * 0.8, `most of ${players.length} play, ${playing.length} do`);
      assert.ok(crowd.queued.length < 6 * 3, "only a few are left for whom nobody is there");
      for (const [roomId, teams] of crowd.rooms) {
        for (const [team, members] of teams) {
          assert.ok(members.length <= matching.size, `${roomId}: team ${team} has ${members.length}`);
          for (const id of members) assert.equal(crowd.players.get(id)!.roomId, roomId, "nobody plays in two");
        }
      }
      for (const [party, friends] of Map.groupBy(players, (player) => player.party)) {
        const rooms = new Set(friends.filter(({ fate }) => fate === "playing").map(({ roomId }) => roomId));
        assert.ok(party === undefined || rooms.size <= 1, `${party} is in one match`);
      }
    });
  }
});
