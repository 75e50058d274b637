/** The measured server of the log's bench. Its store is Redis when REDIS_URL names one, else a folder. */
import { encodeRecord, RecordKind } from "@ninelives/shared-schema";
import { parseSegments } from "../../server/src/log/read-log.ts";
import { serveControl } from "../lib/control.ts";
import { startOurs } from "../lib/our-server.ts";
import { AckedRoom, field, fieldType, OffRoom, PLAYERS, type Variant, WarmRoom } from "./field.ts";

/** What a block of ticks cost this process. */
export interface BlockCost {
  readonly ticks: number;
  readonly cpuMs: number;
}

/** Sizes of the records in the log, bytes. */
export interface LogSizes {
  /** Entries of ticks in which everybody moved. */
  readonly entries: readonly number[];
  readonly snapshots: readonly number[];
}

/** A smaller entry is one in which nobody moved. */
const MOVING_ENTRY_BYTES = PLAYERS * 10;

const running = await startOurs({
  acked: { type: fieldType("acked"), room: AckedRoom as never },
  off: { type: fieldType("off"), room: OffRoom as never },
  "warm-acked": { type: fieldType("acked", true), room: WarmRoom as never },
  "warm-off": { type: fieldType("off", true), room: WarmRoom as never },
});
let cpuAtBegin = process.cpuUsage();

serveControl(running.port, {
  /** null: nobody moves. */
  move(moving: Variant | null): void {
    field.moving = moving ?? undefined;
  },
  begin(): void {
    field.ticks = 0;
    cpuAtBegin = process.cpuUsage();
  },
  end(): BlockCost {
    const { user, system } = process.cpuUsage(cpuAtBegin);
    return { ticks: field.ticks, cpuMs: (user + system) / 1000 };
  },
  async logSizes(roomId: string): Promise<LogSizes> {
    const { records } = parseSegments(await running.store.read(roomId));
    const sizes = (kind: RecordKind) =>
      records.filter((record) => record.kind === kind).map((record) => encodeRecord(record).length);
    return {
      entries: sizes(RecordKind.ENTRY).filter((bytes) => bytes > MOVING_ENTRY_BYTES),
      snapshots: sizes(RecordKind.SNAPSHOT),
    };
  },
});
