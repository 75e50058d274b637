/** Tells the operator, once per class, what of a room the log does not carry and so would not survive. */
import type { RoomType, SchemaClass } from "@ninelives/shared-schema";
import type { Logger } from "../inspect/logger.ts";
import { unloggedFields } from "../log/unlogged-fields.ts";

const told = new WeakSet<SchemaClass>();

export function warnOfUnlogged(type: RoomType, classes: readonly SchemaClass[], logger: Logger): void {
  if (type.durability === "off") return;
  for (const schemaClass of classes) {
    if (told.has(schemaClass)) continue;
    told.add(schemaClass);
    for (const { why } of unloggedFields(schemaClass)) logger.warn({ roomType: type.name }, why);
  }
}
