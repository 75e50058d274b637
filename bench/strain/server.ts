/** The server of the strain bench. Arguments: `ladder` or `none`, and what a player takes of a step, ms. */
import { serveControl } from "../lib/control.ts";
import { startOurs } from "../lib/our-server.ts";
import { Crowd, CrowdRoom } from "./rooms.ts";

const NEVER = {
  halfPatchesAt: false,
  thirdPatchesAt: false,
  nearInterestAt: false,
  nearestInterestAt: false,
  refuseJoinsAt: false,
  refuseRoomsAt: false,
} as const;

CrowdRoom.workMs = Number(process.argv[3]);
const rooms = { crowd: { type: Crowd, room: CrowdRoom as never } };
serveControl((await startOurs(rooms as never, {}, { strain: process.argv[2] === "none" ? NEVER : {} })).port, {});
