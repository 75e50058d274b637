/** The measured server of the blast bench. Argument: `ours` or `stock`. */
import { matchMaker } from "@colyseus/core";
import { type Handlers, serveControl } from "../lib/control.ts";
import { startOurs } from "../lib/our-server.ts";
import { startStock } from "../lib/stock-server.ts";
import { type Bad, ourRooms, record, stockRooms } from "./rooms.ts";

/** How often it is looked whether the bad room is still there: one that was ended is made anew. */
const LOOK_MS = 50;

/** What healthy rooms did while they were on record. */
export interface Block {
  /** How long it lasted, ms. */
  readonly spanMs: number;
  /** When steps began, ms, of each room. */
  readonly startedMs: readonly (readonly number[])[];
  /** Steps of bad rooms. */
  readonly misdeeds: number;
  /** Bad rooms made. */
  readonly made: number;
}

let bad: Bad | undefined;
let made = 0;
let isMaking = false;
let beganMs = 0;

setInterval(() => void make(), LOOK_MS);

async function make(): Promise<void> {
  if (bad === undefined || isMaking) return;
  isMaking = true;
  try {
    if ((await matchMaker.query({ name: bad })).length > 0) return;
    await matchMaker.createRoom(bad, {});
    made++;
  } finally {
    isMaking = false;
  }
}

const handlers: Handlers = {
  /** From now on there is a bad room. */
  allow(kind: Bad): void {
    bad = kind;
  },
  /** There is none any more. */
  async forbid(): Promise<void> {
    const rows = bad === undefined ? [] : await matchMaker.query({ name: bad });
    bad = undefined;
    await Promise.all(rows.map(({ roomId }) => matchMaker.getLocalRoomById(roomId)?.disconnect()));
  },
  begin(): void {
    record.startedMs.clear();
    record.misdeeds = 0;
    made = 0;
    beganMs = performance.now();
    record.isOn = true;
  },
  end(): Block {
    record.isOn = false;
    return {
      spanMs: performance.now() - beganMs,
      startedMs: [...record.startedMs.values()],
      misdeeds: record.misdeeds,
      made,
    };
  },
  /** Never answered: who asks is told when the process ends. */
  outlive: () => new Promise(() => {}),
};

if (process.argv[2] === "stock") serveControl(await startStock(stockRooms()), handlers);
else {
  const { port, strays } = await startOurs(ourRooms() as never);
  process.on("uncaughtException", (error) => strays.thrown(error));
  process.on("unhandledRejection", (reason) => strays.rejected(reason));
  serveControl(port, handlers);
}
