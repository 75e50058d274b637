/** The app's token: got when it is needed, once for all who need it, and again when it was refused. */
import assert from "node:assert/strict";
import { NetError } from "@ninelives/shared-schema";
import { Tokens } from "../src/token.ts";

describe("the app's token", () => {
  it("[AU5] none, a text, and what gets one", async () => {
    assert.equal(await new Tokens(undefined).current(), undefined);
    assert.equal(await new Tokens("one").current(), "one");
    let asked = 0;
    const tokens = new Tokens(() => `number ${++asked}`);
    assert.deepEqual(await Promise.all([tokens.current(), tokens.current()]), ["number 1", "number 1"]);
    assert.equal(await tokens.current(), "number 1");
  });

  it("[AU5] one that was refused is followed by one other, however many say so", async () => {
    let asked = 0;
    const tokens = new Tokens(async () => `number ${++asked}`);
    const stale = await tokens.current();
    assert.deepEqual(await Promise.all([tokens.after(stale), tokens.after(stale), tokens.after(stale)]), [
      "number 2",
      "number 2",
      "number 2",
    ]);
    assert.equal(await tokens.after(stale), "number 2", "who comes late gets the one that is there");
    assert.equal(await tokens.after("number 2"), "number 3");
  });

  it("[AU5] a text has no other one after it", async () => {
    const refused = { name: "UNAUTHORIZED", details: { token: "expired" } };
    await assert.rejects(new Tokens("one").after("one"), refused);
    await assert.rejects(new Tokens(undefined).after(undefined), {
      name: "UNAUTHORIZED",
      details: { token: "missing" },
    });
  });

  it("[AU5] what fails is tried anew the next time; the app's own word ends it", async () => {
    const answers = [() => Promise.reject(new Error("offline")), () => "", () => 7 as never, () => "one"];
    let asked = 0;
    const tokens = new Tokens(() => answers[asked++]!());
    await assert.rejects(tokens.current(), { name: "UNREACHABLE", message: /offline/ });
    for (const type of ["string", "number"])
      await assert.rejects(tokens.current(), {
        name: "UNAUTHORIZED",
        message: new RegExp(`a text expected, ${type} got`),
      });
    assert.equal(await tokens.current(), "one");
    const out = new NetError("UNAUTHORIZED", "signed out of the app");
    await assert.rejects(new Tokens(() => Promise.reject(out)).current(), out);
  });
});
