/** What the hosts of a supervisor run in these tests: one room type, nothing on disk. */
import { defineHost } from "@ninelives/server";
import { Lab, LabRoom } from "../../../test/support/lab.ts";

export default defineHost({ rooms: { lab: { type: Lab, room: LabRoom } }, store: { kind: "memory" } });
