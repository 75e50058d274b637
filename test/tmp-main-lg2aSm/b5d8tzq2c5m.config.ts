import { defineHost } from "@ninelives/server";
import { Lab, LabRoom } from "../support/lab.ts";

export default defineHost({
  rooms: {
    lab: {
      type: Lab,
      room: Date as never,
    },
  },
});
