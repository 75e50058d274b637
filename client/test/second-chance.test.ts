/** Joins whose promised seat is gone when they come for it: a server that answers as one does whose process died meanwhile. */
import assert from "node:assert/strict";
import { NetError } from "@ninelives/shared-schema";
import { promisedBefore, secondChance } from "../src/second-chance.ts";

const PLACE = { name: "lab", roomId: "r1", sessionId: "s1", doors: [":2567", ":2568"] };
const SEAT = {
  ...PLACE,
  address: "ws://play.example.com:443/eu/p1/r1?sessionId=s1",
};

describe("a join that was promised a seat and did not get it", () => {
  function asked(name: "MAY_TRY_RECONNECT" | "SEAT_EXPIRED" | "UNREACHABLE" | "ROOM_FULL", isPromised = true) {
    const error = new NetError(name, "no seat");
    if (isPromised) promisedBefore(error, SEAT);
    const calls: unknown[] = [];
    const sdk = {
      consumeSeatReservation: async (...call: unknown[]) => void calls.push("seat", ...call),
      joinById: async (...call: unknown[]) => void calls.push("room", ...call),
    };
    void secondChance(error, { name: "Ada" })?.(sdk as never);
    return calls;
  }

  it("[CL9] tries the same seat again while its room moves, and when nobody answers where it was", () => {
    for (const name of ["MAY_TRY_RECONNECT", "UNREACHABLE"] as const)
      assert.deepEqual(asked(name), ["seat", { ...PLACE, processId: "p1", publicAddress: "play.example.com:443/eu" }]);
  });

  it("[CL9] asks for another one in the same room when it is gone", () => {
    assert.deepEqual(asked("SEAT_EXPIRED"), ["room", "r1", { name: "Ada" }]);
  });

  it("[CL9] has none where no seat was promised, and none after any other refusal", () => {
    assert.deepEqual([asked("UNREACHABLE", false), asked("ROOM_FULL")], [[], []]);
  });
});
