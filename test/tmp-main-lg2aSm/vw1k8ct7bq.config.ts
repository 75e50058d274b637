import { defineHost } from "@ninelives/server";
import { Lab, LabRoom } from "../support/lab.ts";

export default defineHost({
  rooms: { lab: { type: Lab, room: LabRoom, tuning: "/tmp/h2/test/tmp-main-lg2aSm/lab.tuning.yaml" } },
});
