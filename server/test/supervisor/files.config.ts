/** As lab.config.ts, with logs in the folder of `NINELIVES_DIR`. */
import { defineHost } from "@ninelives/server";
import { Lab, LabRoom } from "../../../test/support/lab.ts";

export default defineHost({
  rooms: { lab: { type: Lab, room: LabRoom } },
  store: { kind: "file", dir: process.env.NINELIVES_DIR! },
});
