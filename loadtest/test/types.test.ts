/** What a bot may do, checked by the compiler: see shared-schema/test/types.test.ts. */
import assert from "node:assert/strict";
import { DuelState, Duel } from "../../test/support/duel.type.ts";
import { defineBot } from "../src/index.ts";

const moment = { tick: 1, elapsedMs: 50, random: () => 0.5 };

describe("the types of a bot", () => {
  it("[RT4] a wrong input field, state field or join option does not compile; the right ones think", () => {
    const bot = defineBot(Duel, {
      join: (index) => ({ name: `bot ${index}` }),
      think: ({ state, sessionId }, { tick }) =>
        state.names.has(sessionId) ? { dx: 1, fire: tick % 2 === 0 } : undefined,
    });
    const state = new DuelState();
    assert.equal(bot.think({ state, sessionId: "a" }, moment), undefined);
    state.names.set("a", "Ada");
    assert.deepEqual(bot.think({ state, sessionId: "a" }, moment), { dx: 1, fire: false });
    assert.deepEqual(bot.join(3), { name: "bot 3" });

    const join = () => ({ name: "bot" });
    // @ts-expect-error -- not a field of the input
    const unknown = defineBot(Duel, { join, think: () => ({ dy: 1 }) });
    // @ts-expect-error -- `fire` is a boolean
    const number = defineBot(Duel, { join, think: () => ({ fire: 1 }) });
    // @ts-expect-error -- not a field of the state
    const field = defineBot(Duel, { join, think: ({ state: seen }) => ({ dx: seen.rounds }) });
    // @ts-expect-error -- the name is missing
    const nameless = defineBot(Duel, { join: () => ({}), think: () => undefined });
    const speaking = defineBot(Duel, {
      join,
      think(room) {
        void room.command?.("rename", { to: "Ada" }).then(({ was }) => was.length);
        return undefined;
      },
    });
    // @ts-expect-error -- no such command
    const unheard = defineBot(Duel, { join, think: (room) => void room.command?.("jump", {}) });
    // @ts-expect-error -- `to` is a string
    const mistyped = defineBot(Duel, { join, think: (room) => void room.command?.("rename", { to: 1 }) });
    // @ts-expect-error -- a bot has to think
    const idle = defineBot(Duel, { join });
    assert.deepEqual(
      [unknown, number, field, nameless, speaking, unheard, mistyped, idle].map(({ type }) => type),
      Array(8).fill(Duel),
    );
  });
});
