/** What a host with talking rooms runs in a process of its own. */
import { defineHost, storeFromEnv } from "@ninelives/server";
import { Talk, TalkRoom } from "./talk-room.ts";

export default defineHost({ rooms: { talk: { type: Talk, room: TalkRoom } }, store: storeFromEnv() });
