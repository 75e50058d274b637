/**
 * What a deploy brings. The file `build` in the folder of the logs says which build of the game this is: `1`, `2` without a way from
 * version 1, or `2 migrates`; behind a comma how long matches are played on that no other process can take, seconds.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { defineHost, storeFromEnv } from "@ninelives/server";
import { Saga1, Saga2, sagaMigrations, SagaRoom1, SagaRoom2 } from "../support/saga.ts";

const text = readFileSync(join(process.env.NINELIVES_DIR!, "build"), "utf8");
const [build, seconds = "60"] = text.split(",");
const common = { store: storeFromEnv(), seatHoldSeconds: 20, finishWithinSeconds: Number(seconds) };

export default build === "1"
  ? defineHost({ ...common, rooms: { saga: { type: Saga1, room: SagaRoom1 } } })
  : defineHost({
      ...common,
      rooms: { saga: { type: Saga2, room: SagaRoom2, migrate: build === "2" ? {} : sagaMigrations } },
    });
