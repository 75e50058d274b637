import { defineHost } from "@ninelives/server";
import { Lab, LabRoom } from "../support/lab.ts";
export default { rooms: [] };
