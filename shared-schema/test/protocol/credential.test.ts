/** A seat's token as a WebSocket's header has it. */
import assert from "node:assert/strict";
import { subprotocolsFor, tokenAmong } from "@ninelives/shared-schema";
import fc from "fast-check";

/** What RFC 6455 lets a subprotocol be. */
const SUBPROTOCOL = /^[!#$%&'*+\-.^_`|~\w]+$/;

describe("a token among the subprotocols", () => {
  it("[SE17] is read as it was written, whatever a session id has in it, in characters that a header takes", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 }), (token) => {
        const written = subprotocolsFor(token);
        for (const one of written) assert.match(one, SUBPROTOCOL);
        assert.equal(tokenAmong(written.join(", ")), token);
        assert.equal(tokenAmong(written.join(",")), token);
        assert.equal(written[0], "ninelives", "what the server says back");
      }),
    );
  });

  it("[SE17] is not there without one, nor where it cannot be read", () => {
    assert.deepEqual(subprotocolsFor(undefined), []);
    for (const header of [undefined, "", "ninelives", "chat, superchat", "ninelives, ninelives.token.%", "token.x"])
      assert.equal(tokenAmong(header), undefined, header);
  });
});
