/** As nine.config.ts, with a store that may be the end of its process at any step of a write (doom.ts). */
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { Room } from "@colyseus/core";
import type { JournalBatch } from "../../server/src/log/journal.ts";
import { FileAppender } from "../../server/src/log/file-appender.ts";
import { JournalAppender } from "../../server/src/log/journal-appender.ts";
import { RedisJournal } from "../../server/src/log/redis-journal.ts";
import { WritePace } from "../../server/src/log/write-pace.ts";
import { isArmed, reach } from "./doom.ts";

/** Has a method of a class do what `wrap` makes of it. */
function wrap<Args extends unknown[], R = unknown>(
  prototype: object,
  name: string,
  around: (inner: (...args: Args) => Promise<R>, ...args: Args) => Promise<R>,
): void {
  const inner = Reflect.get(prototype, name) as (...args: Args) => Promise<R>;
  const replaced = function (this: object, ...args: Args) {
    return around((...passed) => inner.apply(this, passed), ...args);
  };
  Object.assign(prototype, { [name]: replaced });
}

// The next snapshot begins the log anew when that is where the process is to end.
for (const { prototype } of [FileAppender, JournalAppender]) {
  const before = Object.defineProperty({}, "isFull", Object.getOwnPropertyDescriptor(prototype, "isFull")!);
  Object.defineProperty(prototype, "isFull", {
    get(this: object) {
      return isArmed("begin", "begun", "shift", "unnamed") || (Reflect.get(before, "isFull", this) as boolean);
    },
  });
}

wrap<[string, JournalBatch]>(RedisJournal.prototype, "append", async (append, roomId, batch) => {
  reach(batch.begins ? "begin" : "append");
  const place = await append(roomId, batch);
  reach(batch.begins ? "begun" : "appended");
  return place;
});

wrap(WritePace.prototype, "write", async (write, ...args) => {
  reach("append");
  const written = await write(...args);
  reach("appended");
  return written;
});

wrap<[string, ...unknown[]]>(fs.promises, "open", async (open, path, ...rest) => {
  if (path.endsWith(".next.log")) reach("begin");
  return open(path, ...rest);
});

wrap<[string, string], void>(fs.promises, "rename", async (rename, from, to) => {
  const isShift = to.endsWith(".1.log");
  if (isShift) reach("shift");
  await rename(from, to);
  if (isShift) reach("unnamed");
  if (from.endsWith(".next.log")) reach("begun");
});
syncBuiltinESMExports();

wrap(Room.prototype, "_reserveSeat", async (reserve, ...args) => {
  reach("reserve");
  return reserve(...args);
});

export { default } from "./nine.config.ts";
