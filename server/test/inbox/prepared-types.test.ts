/** What a prepared handler may be, checked by the compiler: see shared-schema/test/types.test.ts. */
import assert from "node:assert/strict";
import { type CommandHandlers, prepared } from "@ninelives/server";
import type { Duel } from "../../../test/support/duel.type.ts";

type Rename = CommandHandlers<typeof Duel>["rename"];

const balance = async () => 7;

const right: Rename = prepared(
  async (client, { to, loud }, { id }) => ({ key: `${client.sessionId}:${id}`, to: loud ? to.toUpperCase() : to }),
  (_client, { to }, data) => ({ was: to + data.key + data.to.length }),
);
const wrongPrepare: Rename = prepared(
  // @ts-expect-error -- not a field of the payload
  async (_, { from }) => from as string,
  (_, { to }) => ({ was: to }),
);
// @ts-expect-error -- not a field of the payload
const wrongApply: Rename = prepared(balance, (_, { from }) => ({ was: from as string }));
// @ts-expect-error -- `was` is a string
const wrongResult: Rename = prepared(balance, (_, _payload, data) => ({ was: data }));
// @ts-expect-error -- the result is missing
const noResult: Rename = prepared(balance, () => {});
// @ts-expect-error -- `apply` runs at a tick edge and must not be async
const later: Rename = prepared(balance, async (_, { to }) => ({ was: to }));
// @ts-expect-error -- `prepare` resolves to a number
const wrongData: Rename = prepared(balance, (_, _payload, data) => ({ was: data.key }));
const noPromise: Rename = prepared(
  // @ts-expect-error -- what need not wait is a plain handler
  () => 7,
  (_, { to }) => ({ was: to }),
);

describe("the types of a prepared handler", () => {
  it("[RT4] payload and result follow from the command, the data from prepare; anything else does not compile", () => {
    const all = [right, wrongPrepare, wrongApply, wrongResult, noResult, later, wrongData, noPromise];
    assert.deepEqual(
      all.map((handler) => typeof handler),
      Array(all.length).fill("object"),
    );
  });
});
