/**
 * Clients of ours whose network swallows everything and closes nothing, in a process of their own with the proxy that does it.
 * Argument: the server's port. Each says a command in the hole; what counts is how long it takes to know that nobody is there.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { connect, type Room } from "@ninelives/client";
import { systemClock } from "../../loadtest/src/clock.ts";
import { startProxy } from "../../loadtest/src/impair/proxy.ts";
import { serveControl } from "../lib/control.ts";
import { type CrowdType, Lively, ROOM_NAMES, type RoomName, Still, WATCHERS } from "./crowd.ts";

/** From the command until the connection was given up, ms, by room. */
export type Noticed = Readonly<Record<RoomName, readonly number[]>>;

/** A command is said at a random moment after the hole began, up to this, ms. */
const SAID_WITHIN_MS = 1_000;

const proxy = await startProxy({
  to: { host: "127.0.0.1", port: Number(process.argv[2]) },
  clock: systemClock,
  random: Math.random,
});
const rooms = { still: [] as Room<CrowdType>[], lively: [] as Room<CrowdType>[] };

serveControl(proxy.port, {
  async join(): Promise<void> {
    const client = () => connect(proxy.url, { liveness: "game" });
    for (const name of ROOM_NAMES) {
      const type = (name === "still" ? Still : Lively) as CrowdType;
      const first = await client().create(type, {});
      rooms[name].push(first);
      for (let index = 1; index < WATCHERS; index++) rooms[name].push(await client().joinById(type, first.roomId, {}));
    }
  },
  /** Resolves when every client is back and its command was answered. */
  async hole(): Promise<Noticed> {
    proxy.blackHole(true);
    const answers: Promise<unknown>[] = [];
    const notice = async (room: Room<CrowdType>) => {
      await sleep(Math.random() * SAID_WITHIN_MS);
      const saidMs = performance.now();
      answers.push(room.command("speak", {}));
      await dropped(room);
      return performance.now() - saidMs;
    };
    const [still, lively] = await Promise.all(ROOM_NAMES.map((name) => Promise.all(rooms[name].map(notice))));
    proxy.blackHole(false);
    await Promise.all(answers);
    return { still: still!, lively: lively! };
  },
});

function dropped({ connection }: Room<CrowdType>): Promise<void> {
  return new Promise((resolve) => {
    const stop = connection.onChange(({ to }) => {
      if (to !== "RECONNECTING") return;
      stop();
      resolve();
    });
  });
}
