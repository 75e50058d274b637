/** Which of its rooms a process would have taken over first: the store knows how many play in each. */
import { LIMITS } from "@ninelives/shared-schema";
import { startStepped, type Stepped } from "../../../test/support/stepped.ts";
import { until } from "../../../test/support/until.ts";

describe("rooms in the order in which they are taken over", () => {
  let stepped: Stepped;
  beforeEach(async () => (stepped = await startStepped()));
  afterEach(() => stepped.host.stop());

  it("[OWN7] the one with the most players is first, a snapshot after they came", async () => {
    const rooms = [await stepped.create(), await stepped.create()];
    const { store, processId } = stepped.host;
    for (const [joins, { roomId }] of [
      [1, rooms[1]!],
      [2, rooms[0]!],
    ] as const) {
      for (let guest = 0; guest < joins; guest++) await stepped.joinById(roomId);
      await stepped.ticks(LIMITS.snapshotEveryTicks + 1);
      await until(`${roomId} first`, async () => (await store.roomsOf(processId))[0]!.roomId === roomId);
    }
  });
});
