/** What a client says when it joins, checked against the room type. */
import { fieldIssues, issueText, NetError, type RoomType } from "@ninelives/shared-schema";

/** Join options as the game gets them. Throws OPTIONS_INVALID with every wrong field. */
export function joinOptions(type: RoomType, options: unknown): unknown {
  const parsed = type.options.safeParse(options ?? {});
  if (parsed.success) return parsed.data;
  const issues = fieldIssues(parsed.error.issues);
  throw new NetError("OPTIONS_INVALID", `join options of "${type.name}": ${issueText(issues)}`, { issues });
}

/** The options, with what rooms of the type are found by as its schema has it: a default counts as said. */
export function filteredBy(type: RoomType, options: object): object {
  const checked = joinOptions(type, options) as Readonly<Record<string, unknown>>;
  return { ...options, ...Object.fromEntries(type.filterBy.map((field) => [field, checked[field]])) };
}
